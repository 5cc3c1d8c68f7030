"""Finding one's way: by keyboard alone, and on a telephone at night."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from assistance import operations as assistance
from engagements.operations.engagement import accept
from tests.journeys.looks import scrolls_sideways
from tests.world import ask_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_by_keyboard_alone(open_as, cast):
    page = open_as(cast.specialist)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_contain_text("Search everything")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()

    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search the portal")).to_be_focused()
    page.keyboard.type("contos", delay=20)
    expect(page.get_by_role("option", name="Contoso").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{cast.contoso.get_absolute_url()}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Contoso")

    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(lambda url: url.endswith("/"))


def test_on_a_telephone_at_night(open_as, cast):
    ask = ask_of(cast.contoso, cast.lead, "Contoso", at=timezone.now())
    assistance.review(ask, by=cast.specialist)
    engagement = accept(ask, by=cast.specialist, on=timezone.now().date(), at=timezone.now())
    page = open_as(cast.lead, narrow=True, dark=True)
    rail = page.get_by_role("navigation", name="Main")
    expect(rail).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).click()
    rail.get_by_role("link", name="Engagements").click()
    page.get_by_role("link", name=engagement.number).or_(page.get_by_role("link", name=engagement.title)).first.click()
    page.wait_for_url(f"**{engagement.get_absolute_url()}")
    assert page.evaluate("getComputedStyle(document.body).colorScheme") in ("dark", "light dark")

    item = engagement.responsibilities.get(code="I-C1")
    page.get_by_role("link", name=item.text).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(item.text)
    expect(page.get_by_text(item.why)).to_be_visible()
    assert not scrolls_sideways(page)
    page.get_by_role("button", name="Begin", exact=True).click()
    expect(page.locator(".page-lede")).to_contain_text("In progress")
