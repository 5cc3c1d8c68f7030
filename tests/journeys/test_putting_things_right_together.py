"""The checklist is made, the customer shows what it did, the specialist verifies, both sign; people are planned for."""

import uuid

import pytest
from playwright.sync_api import expect

from engagements.models import Agreement, RemediationItem
from engagements.operations.success import add_success
from tests.engagements.engagement_scene import AT, ON, item, opened
from tests.engagements.plan_scene import HOPE
from tests.journeys.looks import faults

pytestmark = pytest.mark.django_db(transaction=True)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_both_sides_put_things_right(open_as, cast):
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    home = f"/engagements/{engagement.public_id}/"
    specialist = open_as(cast.specialist, at=home)
    specialist.get_by_role("link", name="Remediation", exact=True).click()
    specialist.get_by_role("link", name="Make from checklists").click()
    for workload in ("Network", "Exchange", "SharePoint", "Teams"):
        specialist.get_by_label(workload, exact=True).uncheck()
    press(specialist, "Put on the list")
    expect(specialist.get_by_text("8 lines were put on the checklist.").first).to_be_visible()

    title = "Every administrator signs in with a second factor"
    customer = open_as(cast.lead, at=f"{home}remediation/")
    customer.get_by_role("link", name=title).click()
    customer.get_by_role("link", name="Add evidence").click()
    disguised = {"name": "report.pdf", "mimeType": "application/pdf", "buffer": b"MZ" + bytes(100)}
    customer.get_by_label("File", exact=True).set_input_files(disguised)
    press(customer, "Attach")
    expect(customer.get_by_role("alert")).to_contain_text("a program")
    report = {"name": "report.csv", "mimeType": "text/csv", "buffer": b"administrators,14\n"}
    customer.get_by_label("File", exact=True).set_input_files(report)
    press(customer, "Attach")
    expect(customer.locator("#evidence")).to_contain_text("report.csv")
    customer.locator("#comments").get_by_label("Your comment").fill("All fourteen.")
    press(customer, "Comment")
    expect(customer.locator("#comments")).to_contain_text("All fourteen.")
    press(customer, "Done")

    specialist.get_by_role("link", name=title).click()
    press(specialist, "Verify")
    specialist.goto(f"{home}remediation/plan/")
    press(specialist, "Lay it before both sides")
    press(specialist, "Sign the plan")
    expect(specialist.locator("#signatures")).to_contain_text("Sam Specialist")
    customer.goto(f"{home}remediation/plan/")
    press(customer, "Sign the plan")
    expect(customer.get_by_text("Both sides agree on this plan")).to_be_visible()
    assert faults(customer) == []
    assert RemediationItem.objects.get(title=title).verified_by == cast.specialist
    assert len(Agreement.objects.get().snapshot["signatures"]) == 2


def test_a_line_for_people_moves_what_it_carries_out_without_scripts_on_a_small_screen(open_as, cast):
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    line = add_success(engagement, key=uuid.uuid4(), by=cast.lead, at=AT, on=ON, **HOPE)
    page = open_as(cast.lead, at=f"/engagements/{engagement.public_id}/success/", narrow=True, script=False)
    page.get_by_role("link", name=line.title).click()
    press(page, "Done")
    expect(page.locator("#tied")).to_contain_text("Put the awareness plan into action")
    assert item(engagement, "E-C1.1").status == "done"
