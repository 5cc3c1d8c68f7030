"""A phase passes: the specialist opens its gate, both sides sign on the same page, and what stood is kept."""

import pytest
from playwright.sync_api import expect

from engagements.models import Responsibility
from tests.engagements.engagement_scene import opened
from tests.journeys.looks import faults
from tests.journeys.test_from_request_to_report import click

pytestmark = pytest.mark.django_db(transaction=True)


def test_both_sides_sign_the_gate_and_the_phase_passes(open_as, cast):
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    initiate = engagement.phases.get(code="initiate")
    items = Responsibility.objects.filter(engagement=engagement, phase="initiate")
    items.exclude(code="I-C1").update(status="done")

    # Something is left to do: it is named, and nobody can sign.
    page = open_as(cast.specialist, at=initiate.get_absolute_url())
    click(page, "Open the gate")
    click(page, "Open the gate")
    expect(page.get_by_role("heading", name="1 item is not done")).to_be_visible()
    expect(page.locator("#unmet")).to_contain_text("I-C1")
    expect(page.locator("#sign .refused-reason")).to_have_text("1 item of the phase is not done yet.")
    items.update(status="done")

    # The customer finds it on the home page, and signs on a small screen.
    customer = open_as(cast.lead, narrow=True)
    click(customer, "Sign the gate of Initiate")
    customer.get_by_label("A word with it").fill("Everybody knows what to do.")
    assert faults(customer) == []
    click(customer, "Sign the gate")
    expect(customer.get_by_text("Your side has signed")).to_be_visible()
    expect(customer.locator("#signatures")).to_contain_text("Lena Lead")

    # Its partner reads the same page, and why it cannot sign.
    partner = open_as(cast.partner, at=initiate.get_absolute_url())
    expect(partner.locator("#signatures")).to_contain_text("Everybody knows what to do.")
    expect(partner.locator("#sign .refused-reason")).to_contain_text("A partner never signs for the customer.")

    # With the second name the phase passes.
    page.goto("/")
    click(page, "Sign the gate of Initiate")
    click(page, "Sign the gate")
    expect(page.get_by_text("Both sides have signed, and the phase is passed")).to_be_visible()
    click(page, "What stood when it was passed")
    expect(page.get_by_role("heading", level=1)).to_have_text("Initiate as it was passed")
    expect(page.locator("#signatures")).to_contain_text("Lena Lead")
    expect(page.locator("#signatures")).to_contain_text("Sam Specialist")
    customer.reload()
    expect(customer.locator(".page-lede .badge")).to_have_text("Passed")
