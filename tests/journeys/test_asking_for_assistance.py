"""How requests come in: from a customer, from a partner on its behalf, and from a browser without scripts."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from playwright.sync_api import expect

from assistance.models import AssistanceRequest
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.engine import run_due
from tests.conftest import PASSWORD
from tests.journeys.looks import faults

pytestmark = pytest.mark.django_db(transaction=True)

REASON = "One place for mail, files and meetings."


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def heading(page, text):
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def services(page):
    heading(page, "Services and dates")
    page.get_by_label("Exchange Online").check()
    page.get_by_label("Microsoft Teams").check()
    page.get_by_label("When do you plan to start?").fill((date.today() + timedelta(days=60)).isoformat())
    press(page, "Save and continue")
    heading(page, "Why, and who owns the success")


def owner(page):
    page.get_by_label("Name", exact=True).first.fill("Lena Lead")
    page.get_by_label("Work e-mail", exact=True).first.fill("lead@contoso.example")


def test_a_customer_fills_the_task_list_and_submits(open_as, cast):
    page = open_as(cast.lead)
    first = page.locator("main").get_by_role("link").or_(page.locator("main").get_by_role("button")).first
    expect(first).to_have_text("Request assistance with Microsoft 365")
    first.click()
    heading(page, "Request assistance with Microsoft 365")
    press(page, "Start now")
    ask = AssistanceRequest.objects.get()
    expect(page.locator(".task")).to_have_count(7)
    assert faults(page) == []

    page.get_by_role("link", name="Services and dates").click()
    services(page)
    page.get_by_label("Why do you launch them?").fill(REASON)
    page.get_by_label("Name", exact=True).first.fill("Lena Lead")
    press(page, "Save and continue")
    # An owner without an address is told on its row, and nothing that was typed is lost.
    summary = page.get_by_role("alert").first
    expect(summary).to_contain_text("Give the work e-mail")
    assert page.evaluate("document.activeElement.closest('[role=alert]') !== null"), "the summary does not have focus"
    expect(page.get_by_label("Why do you launch them?")).to_have_value(REASON)
    summary.get_by_role("link", name="Give the work e-mail").click()
    expect(page.get_by_label("Work e-mail", exact=True).first).to_be_focused()
    owner(page)
    press(page, "Save and continue")

    heading(page, "Your organisation and seats")
    verdict = page.locator("#verdict")
    for seats, said in (
        ("149", "FastTrack help is not available yet"),
        ("499", "1 seat short of migration"),
        ("500", "FastTrack can guide you and move your mail and files"),
    ):
        page.get_by_role("spinbutton", name=re.compile("^Seats")).fill(seats)
        expect(verdict).to_contain_text(f"{seats} seats")
        expect(verdict).to_contain_text(said)
    press(page, "Save and continue")
    heading(page, "Moving mail and files")
    page.get_by_role("link", name=ask.number).click()
    page.get_by_role("link", name="Check your answers and submit").click()
    expect(page.get_by_text("we write to you and to 2 people at FastTrack Center EMEA")).to_be_visible()
    expect(page.get_by_text("Lena Lead, lead@contoso.example")).to_be_visible()
    assert faults(page) == []
    press(page, "Submit")
    heading(page, ask.number)
    expect(page.locator(".page-lede")).to_contain_text("Submitted")
    ask.refresh_from_db()
    assert (ask.status, ask.seats, ask.verdict) == ("submitted", 500, "migration")
    assert Event.objects.filter(kind="assistance.submitted", subject_id=ask.pk).count() == 1
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:')).length") == 0

    run_due()
    told = {address for message in mail.outbox for address in message.to}
    assert told == {cast.lead.email, cast.specialist.email, cast.manager.email}
    assert all(ask.number in message.subject + str(message.body) for message in mail.outbox)


def test_a_session_that_ends_in_the_middle_loses_nothing(open_as, cast):
    page = open_as(cast.lead)
    page.goto("/requests/new/")
    press(page, "Start now")
    page.get_by_role("link", name="Services and dates").click()
    services(page)
    # It is saved while she types.
    reason = page.get_by_label("Why do you launch them?")
    reason.fill("One place for mail.")
    owner(page)
    expect(page.get_by_text(re.compile(r"Saved \d\d:\d\d"))).to_be_visible()
    ask = AssistanceRequest.objects.get()
    assert ask.business_reason == "One place for mail."

    # The session ends, she types on, and the page says what has become of it.
    Session.objects.all().delete()
    reason.fill(REASON)
    reason.blur()
    expect(page.get_by_text("You have been signed out.")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="Sign in again").click()
    page.get_by_label("Email", exact=True).fill(cast.lead.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")

    # She is back where she was; what the portal has is older, what this browser kept is offered.
    heading(page, "Why, and who owns the success")
    expect(reason).to_have_value("One place for mail.")
    expect(page.get_by_text("You typed something here that could not be saved")).to_be_visible()
    assert faults(page) == []
    press(page, "Put it back")
    expect(reason).to_have_value(REASON)
    expect(page.get_by_text(re.compile(r"Saved \d\d:\d\d"))).to_be_visible()
    ask.refresh_from_db()
    assert ask.business_reason == REASON
    page.reload()
    expect(page.get_by_text("You typed something here that could not be saved")).to_be_hidden()

    # The button meets an ended session just as well.
    Session.objects.all().delete()
    page.get_by_label("Role in the project").first.fill("Head of IT")
    page.locator("form[data-autosave]").evaluate("form => form.requestSubmit(form.elements.continue)")
    page.get_by_label("Email", exact=True).fill(cast.lead.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")
    page.goto(f"/requests/{ask.public_id}/edit/")
    page.locator("[data-kept-links]").get_by_role("link", name="Why, and who owns the success").click()
    press(page, "Put it back")
    expect(page.get_by_text(re.compile(r"Saved \d\d:\d\d"))).to_be_visible()
    page.goto(f"/requests/{ask.public_id}/check/")
    expect(page.get_by_text("Lena Lead, Head of IT, lead@contoso.example")).to_be_visible()
    press(page, "Submit")
    expect(page.locator(".page-lede")).to_contain_text("Submitted")


def test_what_is_kept_goes_with_the_sign_out_and_a_broken_network_loses_nothing(open_as, cast):
    page = open_as(cast.lead)
    page.goto("/requests/new/")
    press(page, "Start now")
    page.get_by_role("link", name="Plans that help").click()
    kept = "Object.keys(localStorage).filter(key => key.startsWith('draft:')).length"
    # Cut off for the script alone: the browser itself would write an error into its log.
    page.evaluate("() => { window.reached = fetch; window.fetch = () => Promise.reject(new TypeError('cut off')); }")
    page.get_by_label("Training").fill("In June")
    page.get_by_label("Training").blur()
    expect(page.get_by_text("The portal cannot be reached.")).to_be_visible()
    assert page.evaluate(kept) == 1
    page.evaluate("() => { window.fetch = window.reached; window.dispatchEvent(new Event('online')); }")
    expect(page.get_by_text(re.compile(r"Saved \d\d:\d\d"))).to_be_visible()
    assert page.evaluate(kept) == 0
    assert AssistanceRequest.objects.get().training == "In June"

    page.evaluate("localStorage.setItem('draft:x:plans:y', '{}')")
    page.get_by_role("button", name=re.compile("Your account")).click()
    press(page, "Sign out")
    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate(kept) == 0


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
    press(page, "Start now")
    page.get_by_role("link", name="Services and dates").click()
    services(page)
    page.get_by_label("Why do you launch them?").fill(REASON)
    owner(page)
    press(page, "Save and continue")
    heading(page, "Your organisation and seats")
    ask = AssistanceRequest.objects.get()
    page.goto(f"/requests/{ask.public_id}/check/")
    press(page, "Submit")
    expect(page.locator(".page-lede")).to_contain_text("sent by Northwind Partners")
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
    press(page, "Start now")
    page.get_by_role("link", name="Check your answers and submit").click()
    press(page, "Submit")
    page.get_by_role("alert").get_by_role("link", name="Choose at least one service.").click()
    services(page)
    page.get_by_label("Why do you launch them?").fill(REASON)
    owner(page)
    press(page, "Save and come back later")
    page.get_by_role("link", name="Check your answers and submit").click()
    press(page, "Submit")
    heading(page, re.compile(r"REQ-\d{6}"))
    assert AssistanceRequest.objects.get().status == "submitted"
