"""Two planners reach for one specialist's time at once (C3): the constraint decides, and the loser looks again.

Real connections in real threads. The control shows the overlap that happens without the constraint."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection, transaction

from engagements.models import Engagement, Meeting, MeetingSeries
from engagements.operations import meetings as operations
from engagements.operations import planning, slots
from engagements.operations.agenda import print_of
from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import StaleVersion
from tests.conftest import Cast
from tests.engagements.meeting_scene import NOW, engagement_of, mondays

pytestmark = pytest.mark.django_db(transaction=True)

CONSTRAINT = next(each for each in Meeting._meta.constraints if each.name == "meeting_no_overlap_for_a_specialist")


@pytest.fixture
def series(cast: Cast) -> list[MeetingSeries]:
    """Six engagements that all want the same specialist on Mondays at ten."""
    engagements = [engagement_of(cast.contoso, cast.specialist, cast.lead) for _each in range(6)]
    return [mondays(engagement, cast.specialist) for engagement in engagements]


def in_thread(task: Callable[[], None], faults: list[BaseException]) -> threading.Thread:
    """Runs it in a thread with a connection of its own, which is closed at the end."""

    def run() -> None:
        try:
            task()
        except BaseException as fault:  # shown by the test, which would otherwise pass over it
            faults.append(fault)
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def wait_until(holds: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return False


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction it would show what it showed before
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def overlaps() -> int:
    taken = sorted(
        (meeting.specialist_id, meeting.start, meeting.end) for meeting in Meeting.objects.exclude(status="cancelled")
    )
    return sum(one[0] == other[0] and other[1] < one[2] for one, other in pairwise(taken))


def race(first: MeetingSeries, second: MeetingSeries, *, second_is_held_up: bool) -> None:
    """The first has planned and not committed when the second, which cannot see that, plans for the same time."""
    faults: list[BaseException] = []
    with transaction.atomic():
        planning.plan(first, at=NOW)
        other = in_thread(lambda: planning.plan(second, at=NOW), faults)
        if second_is_held_up:
            assert wait_until(somebody_waits)
        else:
            other.join(10)
    other.join(10)
    assert not other.is_alive()
    assert not faults


@contextmanager
def without_the_constraint() -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.remove_constraint(Meeting, CONSTRAINT)
    try:
        yield
    finally:
        Meeting.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Meeting, CONSTRAINT)


def test_the_loser_of_a_race_takes_the_next_free_time(series: list[MeetingSeries]) -> None:
    race(series[0], series[1], second_is_held_up=True)

    assert overlaps() == 0
    assert [Meeting.objects.filter(series=each).count() for each in series[:2]] == [9, 9]
    late = Meeting.objects.filter(series=series[1]).order_by("during")[1]
    assert late.reason == "Moved from Mon 9 Mar, 10:00: another meeting is booked then"


def test_without_the_constraint_the_same_race_books_the_specialist_twice(series: list[MeetingSeries]) -> None:
    with without_the_constraint():
        race(series[0], series[1], second_is_held_up=False)
        assert overlaps() == 9


def test_many_planners_at_once_never_overlap(series: list[MeetingSeries]) -> None:
    """Each is planned as the worker does it: a planner that loses too often leaves it to its next attempt."""
    faults: list[BaseException] = []
    ready = threading.Barrier(len(series))

    def plan(each: MeetingSeries) -> None:
        ready.wait(10)
        for _attempt in range(10):
            try:
                return planning.plan(each, at=NOW)
            except Exception as lost:  # what the engine does: later, again
                faults.append(lost)
        raise AssertionError("never planned")

    threads = [in_thread(lambda each=each: plan(each), faults) for each in series]  # type: ignore[misc]
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert not [fault for fault in faults if isinstance(fault, AssertionError)]
    assert overlaps() == 0
    assert [Meeting.objects.filter(series=each).count() for each in series] == [9] * len(series)


def test_somebody_cancels_while_the_planner_moves(series: list[MeetingSeries], cast: Cast) -> None:
    """The planner holds the row: the cancellation comes after the move and stands."""
    planning.plan(series[0], at=NOW)
    meeting = Meeting.objects.filter(series=series[0]).order_by("during")[3]
    faults: list[BaseException] = []
    Engagement.objects.filter(pk=series[0].engagement_id).update(specialist=cast.manager)
    with transaction.atomic():
        planning.plan(series[0], at=NOW)
        mine = Meeting.objects.get(pk=meeting.pk)
        other = in_thread(lambda: operations.cancel(mine, reason="Ill", by=cast.specialist), faults)
        assert wait_until(somebody_waits)
    other.join(10)
    assert not faults

    meeting.refresh_from_db()
    assert (meeting.status, meeting.reason, meeting.ics_sequence) == ("cancelled", "Ill", 2)
    assert meeting.specialist == cast.manager
    planning.plan(series[0], at=NOW + timedelta(minutes=1))
    meeting.refresh_from_db()
    assert meeting.status == "cancelled"


def race_to_write(series: MeetingSeries, cast: Cast) -> tuple[Meeting, list[BaseException]]:
    """Both began with the same empty field; the first has saved and not committed when the second saves."""
    planning.plan(series, at=NOW)
    meeting = Meeting.objects.filter(series=series).select_related("engagement").order_by("during")[0]
    late = Meeting.objects.select_related("engagement").get(pk=meeting.pk)
    begun_with, faults = meeting.version, list[BaseException]()

    def write(each: Meeting, notes: str) -> None:
        operations.write_notes(each, notes=notes, version=begun_with, by=cast.specialist, base=print_of(""))

    with transaction.atomic():
        write(meeting, "What the first one heard")
        other = in_thread(lambda: write(late, "What the second one heard"), faults)
        assert wait_until(somebody_waits)
    other.join(10)
    meeting.refresh_from_db()
    return meeting, faults


def test_of_two_note_takers_at_once_the_second_sees_both_texts(series: list[MeetingSeries], cast: Cast) -> None:
    """The second waits for the first, and is shown what it would overwrite."""
    meeting, (stale,) = race_to_write(series[0], cast)
    assert isinstance(stale, StaleVersion)
    assert stale.details["theirs"] == {"notes": "What the first one heard"}
    assert stale.details["yours"] == {"notes": "What the second one heard"}
    assert meeting.notes == "What the first one heard"
    assert Event.objects.filter(kind="meetings.notes_written").count() == 1


def test_without_comparing_versions_the_second_writes_over_the_first(
    series: list[MeetingSeries], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: waiting for each other is not enough, the first text is gone and nobody is told."""

    def save_unseen(meeting: Meeting, *, version: int | None = None, **changes: str) -> None:
        Meeting.objects.filter(pk=meeting.pk).update(**changes)

    monkeypatch.setattr(operations, "save_changes", save_unseen)
    meeting, faults = race_to_write(series[0], cast)
    assert not faults
    assert meeting.notes == "What the second one heard"
    assert Event.objects.filter(kind="meetings.notes_written").count() == 2


def test_many_note_takers_at_once_lose_nothing(series: list[MeetingSeries], cast: Cast) -> None:
    """Whoever is refused puts the two together and saves again: every line is there in the end."""
    planning.plan(series[0], at=NOW)
    pk = Meeting.objects.filter(series=series[0]).order_by("during").values_list("pk", flat=True)[0]
    faults: list[BaseException] = []
    ready = threading.Barrier(4)

    def take_notes(line: str) -> None:
        mine = Meeting.objects.select_related("engagement").get(pk=pk)
        ready.wait(10)
        seen, version = mine.notes, mine.version
        for _attempt in range(20):
            try:
                return operations.write_notes(
                    mine, notes=f"{seen}{line};", version=version, by=cast.specialist, base=print_of(seen)
                )
            except StaleVersion as stale:
                seen, version = stale.details["theirs"]["notes"], mine.version
        raise AssertionError("never written")

    threads = [in_thread(lambda line=line: take_notes(line), faults) for line in "abcd"]  # type: ignore[misc]
    for thread in threads:
        thread.join(30)
    assert not faults
    assert sorted(Meeting.objects.get(pk=pk).notes.split(";")[:-1]) == list("abcd")


# --- Bookings --------------------------------------------------------------------------------------------------------
TUESDAY = datetime(2026, 3, 10, 9, tzinfo=UTC)


def book(engagement: Engagement, start: datetime = TUESDAY) -> Meeting:
    return slots.book(engagement, kind="talk", start=start, at=NOW, by=engagement.specialist)


def race_to_book(first: Engagement, second: Engagement, *, second_is_held_up: bool) -> list[BaseException]:
    """The first has booked and not committed when the second, for which the time still looks free, takes it."""
    faults: list[BaseException] = []
    with transaction.atomic():
        book(first)
        other = in_thread(lambda: book(second), faults)
        if second_is_held_up:
            assert wait_until(somebody_waits)
        else:
            other.join(10)
    other.join(10)
    assert not other.is_alive()
    return faults


def test_of_two_who_take_the_last_time_one_gets_it_and_the_other_the_next_ones(series: list[MeetingSeries]) -> None:
    (late,) = race_to_book(series[0].engagement, series[1].engagement, second_is_held_up=True)

    assert isinstance(late, slots.Taken)
    assert late.details["next"][0].start == TUESDAY + timedelta(hours=1)
    assert [meeting.engagement for meeting in Meeting.objects.all()] == [series[0].engagement]
    assert book(series[1].engagement, late.details["next"][0].start).start == TUESDAY + timedelta(hours=1)


def test_without_the_constraint_both_get_the_same_time(series: list[MeetingSeries]) -> None:
    with without_the_constraint():
        assert not race_to_book(series[0].engagement, series[1].engagement, second_is_held_up=False)
        assert overlaps() == 1


def test_many_bookings_at_once_never_overlap(series: list[MeetingSeries]) -> None:
    """Six people, ten times each, for ten hours of one specialist: each hour is given to one of them."""
    faults: list[BaseException] = []
    ready = threading.Barrier(len(series))
    # Two days of five whole hours each.
    hours = [TUESDAY + timedelta(days=day, hours=hour) for day in (0, 1) for hour in range(5)]

    def take(engagement: Engagement) -> None:
        ready.wait(10)
        for hour in hours:
            try:
                book(engagement, hour)
            except slots.Taken:
                continue

    threads = [in_thread(lambda each=each: take(each.engagement), faults) for each in series]  # type: ignore[misc]
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert not faults
    assert overlaps() == 0
    assert sorted(meeting.start for meeting in Meeting.objects.all()) == hours
