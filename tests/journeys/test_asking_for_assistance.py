"""How requests come in: from a customer, from a partner on its behalf, and from a browser without scripts."""

import re
from datetime import date, timedelta

import pytest
from django.core import mail
from playwright.sync_api import expect

from assistance.models import AssistanceRequest
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.engine import run_due
from tests.journeys.looks import faults

pytestmark = pytest.mark.django_db(transaction=True)

REASON = "One place for mail, files and meetings."


def fill_in(page):
    """What a request cannot do without."""
    page.get_by_label("When do you plan to start?").fill((date.today() + timedelta(days=60)).isoformat())
    page.get_by_label("Exchange Online").check()
    page.get_by_label("Microsoft Teams").check()
    page.get_by_label("Why do you launch them?").fill(REASON)
    page.get_by_label("Who owns the success of the project?").fill("Lena Lead, head of IT")


def submit(page):
    page.get_by_role("button", name="Submit", exact=True).click()


def test_a_customer_forgets_something_is_told_and_submits(open_as, cast):
    page = open_as(cast.lead)
    first = page.locator("main").get_by_role("link").or_(page.locator("main").get_by_role("button")).first
    expect(first).to_have_text("Request assistance with Microsoft 365")
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Request assistance with Microsoft 365")

    fill_in(page)
    verdict = page.locator("#verdict")
    for seats, said in (
        ("149", "FastTrack help is not available yet"),
        ("150", "FastTrack guides you and your own team moves the data"),
        ("499", "1 seat short of migration"),
        ("500", "FastTrack can guide you and move your mail and files"),
    ):
        page.get_by_label("Seats").fill(seats)
        expect(verdict).to_contain_text(f"{seats} seats")
        expect(verdict).to_contain_text(said)

    page.get_by_label("Who owns the success of the project?").fill("")
    submit(page)
    summary = page.get_by_role("alert").first
    expect(summary).to_contain_text("Name at least one person who owns the success.")
    assert page.evaluate("document.activeElement.closest('[role=alert]') !== null"), "the summary does not have focus"
    assert AssistanceRequest.objects.count() == 0
    # Nothing that was typed is lost.
    expect(page.get_by_label("Why do you launch them?")).to_have_value(REASON)
    expect(page.get_by_label("Exchange Online")).to_be_checked()
    expect(page.get_by_label("Seats")).to_have_value("500")
    assert faults(page) == []

    summary.get_by_role("link", name="Name at least one person who owns the success.").click()
    owners = page.get_by_label("Who owns the success of the project?")
    expect(owners).to_be_focused()
    owners.fill("Lena Lead, head of IT")
    submit(page)
    ask = AssistanceRequest.objects.get()
    page.wait_for_url(f"**{ask.get_absolute_url()}")
    expect(page.get_by_role("heading", level=1)).to_have_text(ask.number)
    expect(page.locator(".page-lede")).to_contain_text("Submitted")
    assert (ask.status, ask.seats, ask.verdict) == ("submitted", 500, "migration")
    assert Event.objects.filter(kind="assistance.submitted", subject_id=ask.pk).count() == 1

    run_due()
    told = {address for message in mail.outbox for address in message.to}
    assert told == {cast.lead.email, cast.specialist.email, cast.manager.email}
    assert all(ask.number in message.subject + str(message.body) for message in mail.outbox)


def test_a_partner_finds_its_customer_and_asks_on_its_behalf(open_as, cast):
    page = open_as(cast.partner)
    box = page.get_by_role("searchbox", name="Customer name, domain or TPID")
    offer = page.get_by_role("link", name="Request assistance for Contoso")
    for typed in ("conto", "contoso-ret", "6401"):
        box.fill("")
        expect(offer).to_have_count(0)
        box.press_sequentially(typed, delay=20)
        expect(offer).to_be_visible()
    # Fabrikam is somebody else's customer.
    expect(page.get_by_text("Fabrikam")).to_have_count(0)

    offer.click()
    expect(page.locator(".page-lede")).to_contain_text("For Contoso")
    fill_in(page)
    submit(page)
    expect(page.locator(".page-lede")).to_contain_text("sent by Northwind Partners")
    ask = AssistanceRequest.objects.get()
    assert (ask.customer, ask.partner, ask.created_by) == (cast.contoso, cast.northwind, cast.partner)

    stranger = open_as(cast.litware_partner)
    box = stranger.get_by_role("searchbox", name="Customer name, domain or TPID")
    for typed in ("contoso", "contoso.example", "640114"):
        box.fill(typed)
        expect(stranger.get_by_text(f"No customer of yours matches “{typed}”")).to_be_visible()
    for url in (cast.contoso.get_absolute_url(), ask.get_absolute_url()):
        assert stranger.goto(url).status == 404
        expect(stranger.get_by_text("Contoso")).to_have_count(0)


def test_a_browser_without_scripts_asks_just_the_same(open_as, cast):
    page = open_as(cast.partner, script=False)
    page.get_by_role("searchbox", name="Customer name, domain or TPID").fill("640114")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("link", name="Request assistance for Contoso").click()
    submit(page)
    expect(page.get_by_role("alert").first).to_contain_text("Choose at least one service.")
    fill_in(page)
    submit(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"REQ-\d{6}"))
    assert AssistanceRequest.objects.get().status == "submitted"
