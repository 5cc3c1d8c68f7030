"""An administrator writes the next version of the matrix, which a running engagement takes over; and passes a gate."""

import pytest
from playwright.sync_api import expect

from engagements.models import Phase
from engagements.operations.phases import move_phase
from tests.engagements.engagement_scene import AT, item, opened
from tests.journeys.looks import faults
from tests.journeys.test_from_request_to_report import click

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_matrix_gets_a_version_and_a_gate_an_exception(open_as, cast):
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    initiate = Phase.objects.select_related("engagement").get(engagement=engagement, code="initiate")
    move_phase(initiate, "offer", by=cast.specialist, at=AT)

    # The next version says one thing in other words; the engagement keeps what it has.
    admin = open_as(cast.admin, at="/staff/templates/")
    click(admin, "Draft the next version")
    admin.locator("#I-C2").get_by_role("link", name="Edit").click()
    admin.get_by_label("What", exact=True).fill("Begin with one service")
    click(admin, "Save")
    click(admin, "Publish")
    admin.get_by_label("What changed").fill("Clearer words at the beginning.")
    click(admin, "Publish")
    expect(admin.get_by_text("Version 2 is published.")).to_be_visible()
    assert item(engagement, "I-C2").text != "Begin with one service"

    # Its specialist sees first what would change, then takes it over.
    specialist = open_as(cast.specialist, at=f"{engagement.get_absolute_url()}upgrade/")
    expect(specialist.locator("#content")).to_contain_text("Clearer words at the beginning.")
    expect(specialist.locator("#content")).to_contain_text("1 changed item")
    assert faults(specialist) == []
    click(specialist, "Take over version 2")
    expect(specialist.locator("#I-C2")).to_contain_text("Begin with one service")

    # The administrator sees what is not done, and passes the gate all the same; the customer reads why.
    admin.goto(initiate.get_absolute_url())
    click(admin, "Override the gate")
    expect(admin.locator("#unmet")).to_contain_text("I-C2 Begin with one service")
    admin.get_by_label("Reason").fill("The kickoff was held before the portal.")
    click(admin, "Pass the phase")
    customer = open_as(cast.lead, at=initiate.get_absolute_url(), narrow=True, dark=True)
    expect(customer.get_by_text("Passed by an administrator, without both signatures")).to_be_visible()
    expect(customer.locator("#content")).to_contain_text("The kickoff was held before the portal.")
