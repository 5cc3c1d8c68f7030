"""The matrix at work: the customer does one item and hands one over, the partner takes it, the scope changes."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from engagements.operations.engagement import accept
from engagements.operations.responsibilities import edit_responsibility
from fasttrack_portal.jobs.models import Job
from tests.engagements.engagement_scene import in_review
from tests.journeys.looks import faults

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_customer_shares_its_items_and_the_specialist_changes_the_scope(open_as, cast):
    now = timezone.now()
    ask = in_review(cast.contoso, cast.lead, wants_migration=False)
    engagement = accept(ask, by=cast.specialist, on=timezone.localdate(), at=now)
    Job.objects.all().delete()
    theirs = {code: engagement.responsibilities.get(code=code) for code in ("I-C1", "I-C2")}
    for item in theirs.values():
        edit_responsibility(item, version=item.version, assignee=cast.lead, by=cast.lead)

    # The lead looks at what is hers, finishes one and hands one over.
    page = open_as(cast.lead, at=f"{engagement.get_absolute_url()}matrix/")
    page.get_by_role("navigation", name="What to look at").get_by_role("link", name="Mine").click()
    expect(page.locator(".matrix-line")).to_have_count(2)
    assert faults(page) == []
    # On paper both lines are there with whoever does them, and nothing that one would have to press.
    page.emulate_media(media="print")
    for line in page.locator(".matrix-line").all():
        expect(line).to_be_visible()
        expect(line).to_contain_text("Lena Lead")
    for what in (".topbar", ".rail", ".filters", ".tabs", ".matrix-bar", ".matrix-bulk button", ".matrix-pick"):
        expect(page.locator(what).first).to_be_hidden()
    page.emulate_media(media="screen")
    page.get_by_label("Choose I-C1").check()
    page.get_by_label("With the ticked ones").select_option(label="Done")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_text("1 of 1 done")).to_be_visible()
    page.get_by_role("link", name="Back to the responsibilities").first.click()
    expect(page.locator(".matrix-line")).to_have_count(1)
    page.get_by_role("link", name=theirs["I-C2"].text).click()
    page.get_by_role("link", name="Hand to a partner").click()
    page.get_by_role("button", name="Hand it over").click()
    expect(page.locator("#delegation")).to_contain_text("Northwind Partners")

    # The partner finds it among the others and begins.
    partner = open_as(cast.partner, at=f"{engagement.get_absolute_url()}matrix/?view=partner")
    expect(partner.locator(".matrix-line")).to_have_count(1)
    expect(partner.locator(".matrix-line")).to_contain_text("With Northwind Partners")
    partner.get_by_role("link", name=theirs["I-C2"].text).click()
    partner.get_by_role("button", name="Begin").click()
    expect(partner.locator(".page-lede")).to_contain_text("In progress")

    # The specialist takes SharePoint out, and sees first what that does.
    specialist = open_as(cast.specialist, at=f"{engagement.get_absolute_url()}matrix/")
    specialist.get_by_role("link", name="Scope", exact=True).click()
    specialist.get_by_label("SharePoint").uncheck()
    specialist.get_by_role("button", name="Show what would change").click()
    expect(specialist.locator("#stops")).to_contain_text("SharePoint is not in scope.")
    assert faults(specialist) == []
    specialist.get_by_role("button", name="Change the scope").click()
    expect(specialist.locator("#A-F6")).to_contain_text("SharePoint is not in scope.")
