"""The specialist moves a meeting and those that follow: every date and who is told stand there before it is saved."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from engagements.operations import planning
from tests.conftest import Cast
from tests.engagements.meeting_scene import engagement_of, local, mondays, planned
from tests.journeys.looks import faults

pytestmark = pytest.mark.django_db(transaction=True)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_this_meeting_and_those_that_follow(open_as: Callable[..., Page], cast: Cast) -> None:
    engagement, now = engagement_of(cast.contoso, cast.specialist, cast.lead), timezone.now()
    series = mondays(engagement, cast.specialist, starts_on=now.date())
    planning.plan(series, at=now)
    stays, moves = planned(engagement)[0], planned(engagement)[1]

    specialist = open_as(cast.specialist, at=moves.get_absolute_url())
    specialist.get_by_role("link", name="Move", exact=True).click()
    specialist.get_by_role("link", name="This one and those that follow").click()
    specialist.get_by_label("Time", exact=True).fill("14:00")
    press(specialist, "Preview the dates")

    preview = specialist.locator("#preview")
    rows = preview.get_by_role("row").filter(has_text="Moves")
    expect(rows).to_have_count(len(planned(engagement)) - 1)
    expect(rows.first).to_contain_text("10:00")
    expect(rows.first).to_contain_text("14:00")
    expect(preview).to_contain_text("Lena Lead, Pavel Manager, Sam Specialist")
    expect(preview).to_contain_text("Nothing is saved yet.")
    assert faults(specialist) == []

    press(specialist, "Save and plan")
    expect(specialist.get_by_text("The checkpoints are set.")).to_be_visible()
    for each in engagement.series.all():
        planning.plan(each, at=now + timedelta(minutes=1))
    assert {local(meeting)[-5:] for meeting in planned(engagement)[1:]} == {"14:00"}
    assert planned(engagement)[0].start == stays.start
    specialist.goto(moves.get_absolute_url())
    expect(specialist.get_by_role("main")).to_contain_text("14:00")
