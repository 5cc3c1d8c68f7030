"""The arithmetic of triage: courts, ages in working days, who could take it, whose turn it is."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from assistance import queue
from assistance.queue import Load, Said
from fasttrack_portal.directory.calendars import WorkingCalendar

BERLIN = WorkingCalendar(
    zone="Europe/Berlin",
    hours={day: (time(9), time(17)) for day in range(5)},
    closures=frozenset({date(2026, 4, 3), date(2026, 4, 6)}),  # Good Friday, Easter Monday
)


def at(day: int, hour: int = 10, month: int = 4) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("since", "now", "days"),
    [
        (at(1), at(1, 16), 0),
        (at(1), at(2), 1),
        (at(2), at(3), 0),  # a holiday
        (at(2), at(7), 1),  # over Easter
        (at(2), at(8), 2),
        (at(11), at(12), 0),  # a weekend
        (at(2), at(1), 0),  # clocks that disagree
    ],
)
def test_ages_count_the_working_days_of_the_centre(since, now, days):
    assert queue.age(BERLIN, since, now) == days


@pytest.mark.parametrize("days", [1, 2, 5])
@pytest.mark.parametrize("now", [at(2), at(4), at(7), at(8, 0), at(9, 23)])
def test_overdue_in_sql_is_older_in_words(now, days):
    """The moment that the filter compares with says the same as the age in the row."""
    edge = queue.overdue_before(BERLIN, now, days)
    for day in range(20, 32):
        since = datetime(2026, 3, day, 12, tzinfo=UTC)
        assert (since < edge) == (queue.age(BERLIN, since, now) > days)
    for day in range(1, now.day + 1):
        since = at(day, 8)
        assert (since < edge) == (queue.age(BERLIN, since, now) > days), day


def test_reminders_come_at_the_same_hour_in_the_hours_of_the_centre():
    assert queue.working_days_later(BERLIN, at(2, 11), 2) == at(8, 11)
    assert queue.working_days_later(BERLIN, at(4, 3), 1) == at(7, 9)
    assert queue.working_days_later(BERLIN, at(1, 22), 1) == at(2, 17)
    # Over the change to summer time the wall time stays.
    assert queue.working_days_later(BERLIN, at(27, 10, month=3), 1) == at(30, 10, month=3)


def test_the_days_are_shared_between_the_courts():
    said = queue.rounds(
        [
            Said("asked", at(7), "Sam", "Who?"),
            Said("reminded", at(9)),
            Said("answered", at(10), "Lena", "We do."),
            Said("asked", at(13), "Sam", "When?"),
        ]
    )
    assert [(each.question, each.answer, len(each.reminders)) for each in said] == [
        ("Who?", "We do.", 1),
        ("When?", "", 0),
    ]
    assert queue.courts(BERLIN, at(1), said, at(15)) == queue.Courts(fasttrack=3, customer=5)
    assert queue.courts(BERLIN, at(1), said[:1], at(15)) == queue.Courts(fasttrack=5, customer=3)
    assert queue.courts(BERLIN, at(1), [], at(15)) == queue.Courts(fasttrack=8, customer=0)


def test_every_state_has_one_holder():
    holders = {status: queue.court_of(status) for status in ("submitted", "in_review", "needs_information", "accepted")}
    assert list(holders.values()) == ["fasttrack", "fasttrack", "customer", "nobody"]


def test_the_suggestion_speaks_the_language_has_room_and_carries_least():
    people = [
        Load("Busy", asks=2, engagements=20, capacity=40, languages=frozenset({"de"})),
        Load("Free", asks=1, engagements=3, capacity=40, languages=frozenset({"de"})),
        Load("Full", asks=0, engagements=2, capacity=2, languages=frozenset({"de"})),
        Load("English", capacity=40, languages=frozenset({"en"})),
        Load("Boss", role="manager", capacity=40, languages=frozenset({"de"})),
    ]
    assert [load.person for load in queue.ranked(people, "de-AT")] == ["Free", "Busy", "Boss", "Full", "English"]
    assert queue.ranked(people, "fr")[0].person == "English", "nobody speaks it: then whoever carries least"


@pytest.mark.parametrize(
    ("seats", "band"),
    [
        (None, ""),
        (0, "fewer than 100"),
        (99, "fewer than 100"),
        (100, "100 to 499"),
        (620, "500 to 999"),
        (9_999, "5,000 to 9,999"),
        (10_000_000, "10,000 or more"),
    ],
)
def test_a_partner_reads_a_range(seats, band):
    assert queue.seats_band(seats) == band


def test_round_robin():
    rows = [(1, "Adatum", at(3)), (2, "Litware", None), (3, "Northwind", at(1)), (4, "Aaron", None)]
    assert queue.in_turn(rows) == [4, 2, 3, 1]
