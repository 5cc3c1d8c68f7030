"""The customer signs, plans and schedules; both sides say go; the window counts down, and closes by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from migrations_svc import operations
from tests.journeys.looks import faults
from tests.journeys.test_from_request_to_report import click
from tests.migrations_svc.migration_scene import engagement_of, event_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_plan_to_the_closed_window(open_as, cast):
    event = event_in(engagement_of(cast.contoso, cast.lead, cast.specialist), cast.lead)
    operations.validate(event, by=cast.lead)

    # Nothing is scheduled before the customer's name stands under the statements.
    customer = open_as(cast.lead, narrow=True)
    customer.goto(event.get_absolute_url())
    expect(customer.locator("#next")).to_contain_text("acknowledges by name how data moves")
    click(customer, "Exchange")
    assert faults(customer) == []
    click(customer, "Acknowledge by name")
    for box in customer.get_by_role("checkbox").all():
        box.check()
    assert faults(customer) == []
    click(customer, "Acknowledge by name")
    expect(customer.locator("#acknowledgement")).to_contain_text("Lena Lead")

    # The first day with room, and then a week later: every deadline that moves is shown first.
    customer.goto(event.get_absolute_url())
    click(customer, "Schedule")
    click(customer, "Schedule")
    event.refresh_from_db()
    click(customer, "Move the day")
    day = event.scheduled_for.date() + timedelta(days=7)
    customer.get_by_label("Day", exact=True).fill(day.isoformat())
    click(customer, "Preview")
    expect(customer.locator("#preview")).to_contain_text("List freeze")
    assert faults(customer) == []
    click(customer, "Move the event")
    event.refresh_from_db()
    assert event.scheduled_for.date() == day

    # The list freezes by itself; then each side says go by name. While access is missing it says why.
    Job.objects.exclude(kind="migrations.freeze_list").delete()
    engine.run_due(at=event.freezes_at)
    specialist = open_as(cast.specialist)
    specialist.goto(event.get_absolute_url())
    click(specialist, "Go")
    assert faults(specialist) == []
    specialist.get_by_label("Why it is a go all the same").fill("The account comes in the morning")
    click(specialist, "Say go all the same")
    expect(specialist.locator("#decisions")).to_contain_text("although missing")
    assert faults(specialist) == []
    event.project.access_items.update(status="done", done_at=timezone.now())
    customer.goto(event.get_absolute_url())
    customer.once("dialog", lambda question: question.accept())
    click(customer, "Go")
    expect(customer.locator(".page-lede .badge")).to_have_text("Go")

    # It runs and ends; the window closes by itself when its time is over.
    event.refresh_from_db()
    operations.start(event, by=cast.specialist, at=timezone.now())
    operations.complete_with_issues(event, by=cast.specialist, at=timezone.now())
    for page in (specialist, customer):
        page.goto(event.get_absolute_url())
        click(page, "Tests")
        expect(page.get_by_text("The window is open for 5 more days after today")).to_be_visible()
    Job.objects.exclude(kind="migrations.close_window").delete()
    engine.run_due(at=event.window_closes_at)
    event.refresh_from_db()
    assert event.window == "closed"
