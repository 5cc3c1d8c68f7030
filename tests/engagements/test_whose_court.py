"""Whose court an item lies in, and the working days it has lain there."""

from datetime import UTC, datetime, time, timedelta

import pytest

from engagements.courts import Spell, days_by_court, holder_of
from engagements.models import CourtSpell, Phase
from engagements.operations.engagement import move
from engagements.operations.responsibilities import move_responsibility
from fasttrack_portal.directory.calendars import WorkingCalendar
from tests.engagements.engagement_scene import item, opened, passed

FRIDAY = datetime(2026, 3, 6, 15, tzinfo=UTC)
TUESDAY = FRIDAY + timedelta(days=4)
WEEK = dict.fromkeys(range(5), (time(9), time(17)))


@pytest.mark.parametrize(
    ("status", "party", "facts", "court"),
    [
        ("open", "customer", {}, "customer"),
        ("in_progress", "fasttrack", {}, "fasttrack"),
        ("open", "customer", {"is_delegated": True}, "partner"),
        ("open", "fasttrack", {"is_delegated": True}, "fasttrack"),
        ("waiting", "customer", {}, "fasttrack"),
        ("waiting", "customer", {"waits_for": "outside"}, "outside"),
        ("blocked", "customer", {}, "fasttrack"),
        ("blocked", "fasttrack", {}, "customer"),
        ("done", "customer", {}, ""),
        ("not_applicable", "customer", {}, ""),
        ("open", "customer", {"is_running": False}, ""),
    ],
)
def test_the_holder(status, party, facts, court):
    assert holder_of(status, party, **({"is_running": True} | facts)) == court


def test_days_count_on_the_calendar_of_each_side():
    """From Friday to Tuesday: two working days for the customer, one for a centre that is shut on Monday."""
    customer = WorkingCalendar("Europe/Berlin", WEEK)
    centre = WorkingCalendar("Europe/Berlin", WEEK, closures=frozenset({FRIDAY.date() + timedelta(days=3)}))
    spells = [Spell("fasttrack", FRIDAY, TUESDAY), Spell("customer", FRIDAY, TUESDAY), Spell("partner", FRIDAY, FRIDAY)]
    found = days_by_court(spells, {"fasttrack": centre, "customer": customer})
    assert found == {"fasttrack": 1, "customer": 2, "partner": 0}


def test_an_item_of_a_running_phase_lies_with_its_side_from_the_start(cast):
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    assert item(engagement, "I-C1").holder == "customer"
    assert item(engagement, "I-F1").holder == "fasttrack"
    assert item(engagement, "A-C1").holder == ""
    assert item(engagement, "G-C1").holder == ""


def test_a_stuck_item_goes_to_the_other_side_and_the_time_before_is_kept(cast):
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    thing = item(engagement, "I-C1")
    since = thing.held_since
    move_responsibility(thing, "block", by=cast.lead, at=since + timedelta(days=3), reason="No rights")
    thing.refresh_from_db()
    assert (thing.holder, thing.held_since) == ("fasttrack", since + timedelta(days=3))
    [spell] = CourtSpell.objects.visible_to(cast.lead).filter(item=thing.public_id)
    assert (spell.holder, spell.since, spell.until) == ("customer", since, since + timedelta(days=3))
    assert not CourtSpell.objects.visible_to(cast.fabrikam_lead).exists()


def test_the_clocks_stand_still_while_the_engagement_is_on_hold(cast):
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    since = item(engagement, "I-C1").held_since
    move(engagement, "hold", by=cast.specialist, reason="Budget", at=since + timedelta(days=1))
    assert item(engagement, "I-C1").holder == ""
    move(engagement, "resume", by=cast.specialist, at=since + timedelta(days=30))
    thing = item(engagement, "I-C1")
    assert (thing.holder, thing.held_since) == ("customer", since + timedelta(days=30))


def test_the_next_phase_sets_its_clocks(cast):
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    phase = Phase.objects.get(engagement=engagement, code="initiate")
    at = item(engagement, "I-C1").held_since + timedelta(days=5)
    passed(phase, cast, at=at, reason="The rest follows in Assess")
    assert item(engagement, "I-C1").holder == ""
    assert (item(engagement, "A-C1").holder, item(engagement, "A-C1").held_since) == ("customer", at)
