"""Whose court an item lies in, and the working days it has lain there."""

from datetime import UTC, datetime, time, timedelta
from itertools import cycle

import pytest
from django.urls import reverse
from django.utils import timezone

from engagements import holding
from engagements.courts import Spell, days_by_court, holder_of
from engagements.models import CourtSpell, ItemStatus, Phase, Responsibility, SuccessItem
from engagements.operations import courts, standing
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


def test_every_open_item_of_a_phase_that_runs_has_one_holder_and_a_clock(cast):
    """Whatever states its items are in: what a move sets and what is counted anew agree, and General is nobody's
    until somebody waits (decision 0011)."""
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    Phase.objects.filter(engagement=engagement, code="assess").update(status="in_progress")
    states = cycle(ItemStatus.values)
    for thing in Responsibility.objects.filter(engagement=engagement).order_by("position"):
        Responsibility.objects.filter(pk=thing.pk).update(status=next(states), reason="Because")
    courts.refresh(engagement, at=TUESDAY)
    for thing in Responsibility.objects.filter(engagement=engagement):
        is_somebodys = thing.is_unmet and (
            thing.phase in ("initiate", "assess")
            or (thing.phase == "general" and thing.status in ("waiting", "blocked"))
        )
        assert (thing.holder != "", thing.held_since is not None) == (is_somebodys, is_somebodys), thing.code
        other = {"customer": "fasttrack", "fasttrack": "customer"}[thing.party]
        if is_somebodys:
            assert thing.holder == (other if thing.status in ("waiting", "blocked") else thing.party), thing.code


def test_the_same_days_stand_on_the_item_the_matrix_the_engagement_and_the_board(cast, sign_in):
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    since = timezone.now() - timedelta(days=30)
    for model in (Responsibility, SuccessItem):
        model.objects.filter(engagement=engagement).exclude(holder="").update(held_since=since)
    standing.recount(engagement.pk)
    days = holding.courts_of([engagement], timezone.now())[engagement]["customer"].longest
    assert days > 15
    client, thing = sign_in(cast.lead), item(engagement, "I-C1")
    matrix = reverse("engagements:matrix", kwargs={"public_id": engagement.public_id})
    for address in (thing.get_absolute_url(), matrix):
        assert f"with you for {days} working days" in client.get(address).content.decode()
    assert f"<dd>Customer: {days}</dd>" in client.get(thing.get_absolute_url()).content.decode()
    assert f"the oldest for {days} working days" in client.get(engagement.get_absolute_url()).content.decode()
    board = sign_in(cast.specialist).get(reverse("engagements:board")).content.decode()
    assert f"customer: 4 open, oldest {days}" in board


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
