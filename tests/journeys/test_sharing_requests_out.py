"""From the queue to the decision: a manager shares out, a question goes back and forth, a partner takes an offer."""

import re
import uuid

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from assistance import operations
from assistance.models import AssistanceRequest, Offer
from fasttrack_portal.activity.models import Event
from tests.journeys.looks import faults
from tests.world import ask_of

pytestmark = pytest.mark.django_db(transaction=True)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_a_manager_assigns_a_specialist_asks_the_customer_answers_and_it_is_accepted(open_as, cast):
    ask = ask_of(cast.contoso, cast.lead, "A", at=timezone.now())

    manager = open_as(cast.manager)
    manager.get_by_role("link", name="Queue", exact=True).first.click()
    expect(manager.get_by_role("heading", level=1)).to_have_text("Queue")
    # What is sorted and narrowed in place is what the file beside it holds.
    manager.get_by_role("columnheader").get_by_role("link", name="Seats").click()
    file = manager.get_by_role("link", name="Download CSV")
    expect(file).to_have_attribute("href", re.compile(r"\?sort=seats$"))
    manager.get_by_label("Whose turn").select_option(label="FastTrack")
    expect(file).to_have_attribute("href", re.compile(r"\?court=fasttrack&sort=seats$"))
    manager.get_by_label(f"Choose {ask.number}").check()
    manager.get_by_label("With the chosen requests").select_option(label="Give to a specialist")
    press(manager, "Continue")
    manager.get_by_label(re.compile("Sam Specialist")).check()
    press(manager, "Give to a specialist")
    expect(manager.get_by_text("1 of 1 done")).to_be_visible()
    assert faults(manager) == []

    specialist = open_as(cast.specialist)
    specialist.goto(ask.get_absolute_url())
    specialist.get_by_role("link", name="Ask for information").click()
    specialist.get_by_label("What do you need to know?").fill("Who runs your DNS?")
    press(specialist, "Send the question")
    expect(specialist.locator("#conversation")).to_contain_text("The customer’s turn")

    customer = open_as(cast.lead)
    customer.goto(ask.get_absolute_url())
    customer.get_by_label("Your answer").fill("Our provider does.")
    press(customer, "Send the answer")
    expect(customer.locator("#conversation")).to_contain_text("FastTrack’s turn")

    specialist.reload()
    expect(specialist.locator("#conversation")).to_contain_text("Our provider does.")
    specialist.get_by_role("link", name="Accept and start the engagement").click()
    specialist.get_by_role("button", name=re.compile("^Accept")).click()
    specialist.wait_for_url("**/engagements/**")
    ask.refresh_from_db()
    assert (ask.status, ask.reviewer) == ("accepted", cast.specialist)
    kinds = ["submitted", "assigned", "asked_for_information", "answered", "accepted"]
    told = Event.objects.filter(kind__in=[f"assistance.{kind}" for kind in kinds]).order_by("pk")
    assert [event.kind.rpartition(".")[2] for event in told] == kinds


def test_a_partner_accepts_an_offer_without_scripts_and_on_a_small_screen(open_as, cast):
    ask = ask_of(cast.contoso, cast.lead, "A", at=timezone.now())
    operations.offer(ask, cast.northwind, key=uuid.uuid4(), at=timezone.now(), by=cast.specialist)
    offer = Offer.objects.get()
    page = open_as(cast.partner, narrow=True, script=False)
    page.get_by_role("link", name=offer.number, exact=True).click()
    expect(page.get_by_text("500 to 999")).to_be_visible()
    press(page, "Accept the offer")
    expect(page.get_by_text("The offer is accepted")).to_be_visible()
    page.get_by_role("link", name=ask.number, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ask.number)
    offer.refresh_from_db()
    assert (offer.status, offer.decided_by) == ("accepted", cast.partner)
    assert AssistanceRequest.objects.get().status == "submitted"
