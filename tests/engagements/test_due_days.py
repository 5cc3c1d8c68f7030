"""When an item is due: working days of its side, counted from its phase, until a person says otherwise."""

from datetime import date, time, timedelta

import pytest

from engagements.duedates import DueDays
from engagements.models import Phase, Responsibility
from engagements.operations.duedates import moved_due_dates, refresh_due_dates
from engagements.operations.responsibilities import edit_responsibility, move_responsibility
from fasttrack_portal.directory.calendars import WorkingCalendar
from fasttrack_portal.refusals import Invalid
from tests.engagements.engagement_scene import AT, item, opened

WEEK = dict.fromkeys(range(5), (time(9), time(17)))
FRIDAY, MONDAY = date(2026, 3, 6), date(2026, 3, 9)
# The customer is shut on the Monday.
CALENDARS = {
    "fasttrack": WorkingCalendar("Europe/Berlin", WEEK),
    "customer": WorkingCalendar("Europe/Berlin", WEEK, closures=frozenset({MONDAY})),
}


@pytest.mark.parametrize(
    ("party", "rule", "day"),
    [
        ("fasttrack", ("end", 0), FRIDAY),
        ("fasttrack", ("end", 1), MONDAY),
        ("customer", ("end", 1), MONDAY + timedelta(days=1)),
        ("customer", ("start", -1), date(2026, 2, 27)),
        ("customer", ("start", 0), date(2026, 3, 2)),
        ("customer", ("", 5), None),
    ],
)
def test_days_are_counted_on_the_calendar_of_the_side(party, rule, day):
    days = DueDays({"assess": (date(2026, 3, 2), FRIDAY)}, CALENDARS)
    assert days.of(Responsibility(phase="assess", party=party, due_from=rule[0], due_offset=rule[1])) == day


def test_a_phase_without_days_has_no_due_items():
    days = DueDays({"general": (None, None)}, CALENDARS)
    assert days.of(Responsibility(phase="general", party="customer", due_from="end", due_offset=0)) is None


@pytest.fixture
def engagement(cast):
    return opened(cast.contoso, cast.lead, cast.specialist)


def move_the_phase(engagement, days):
    phase = Phase.objects.get(engagement=engagement, code="initiate")
    phase.planned_end_on += timedelta(days=days)
    phase.save()
    return phase.planned_end_on


def test_opening_sets_the_days_of_the_plan(engagement):
    end = Phase.objects.get(engagement=engagement, code="initiate").planned_end_on
    assert item(engagement, "I-C1").due_on == end
    assert item(engagement, "G-C1").due_on is None
    assert Responsibility.objects.filter(engagement=engagement, due_on__isnull=True).exclude(
        phase="general"
    ).count() == 2  # fmt: skip
    assert not Responsibility.objects.filter(engagement=engagement, is_due_own=True).exists()


def test_the_days_follow_the_phase_but_for_own_ones_and_what_is_done(cast, engagement):
    own = date(2026, 4, 1)
    edit_responsibility(item(engagement, "I-C2"), version=1, due_on=own, by=cast.lead)
    move_responsibility(item(engagement, "I-C3"), "finish", by=cast.lead, at=AT)
    before = item(engagement, "I-C3").due_on
    later = move_the_phase(engagement, 7)
    would = {moved.code for moved, _day in moved_due_dates(engagement, engagement.phases.all())}
    assert would == {"I-C1", "I-C4", "I-F1", "I-F2", "I-F3"}
    assert refresh_due_dates(engagement) == 5
    assert item(engagement, "I-C1").due_on == later
    assert (item(engagement, "I-C2").due_on, item(engagement, "I-C2").is_due_own) == (own, True)
    assert item(engagement, "I-C3").due_on == before
    assert refresh_due_dates(engagement) == 0


def test_an_own_day_can_be_given_up_for_the_plan(cast, engagement):
    edit_responsibility(item(engagement, "I-C2"), version=1, due_on=date(2026, 4, 1), by=cast.lead)
    later = move_the_phase(engagement, 7)
    edit_responsibility(item(engagement, "I-C2"), version=2, due_on=None, follows_plan=True, by=cast.lead)
    assert (item(engagement, "I-C2").due_on, item(engagement, "I-C2").is_due_own) == (later, False)


def test_a_phase_beyond_the_calendar_is_refused(engagement):
    phase = Phase.objects.get(engagement=engagement, code="initiate")
    phase.planned_end_on = date(9999, 12, 31)
    with pytest.raises(Invalid):
        moved_due_dates(engagement, [phase])
