"""The calendar page: the right days and hours, what the person may see, an address that keeps what was chosen."""

import html
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from engagements import calendar_page as page
from engagements.models import Engagement, Meeting
from engagements.operations import meetings as operations
from fasttrack_portal.accounts.models import User
from migrations_svc.models import MigrationEvent, MigrationProject
from tests.conftest import Cast
from tests.engagements.meeting_scene import NOW, engagement_of, mondays, work

SignIn = Callable[[User], Client]
URL = "/meetings/calendar/"
BERLIN = ZoneInfo("Europe/Berlin")


# --- The arithmetic --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("view", "on", "first", "last", "earlier", "later"),
    [
        ("month", "2026-03-17", "2026-02-23", "2026-04-06", "2026-02-01", "2026-04-01"),
        ("month", "2026-01-31", "2025-12-29", "2026-02-02", "2025-12-01", "2026-02-01"),
        ("month", "2026-12-31", "2026-11-30", "2027-01-04", "2026-11-01", "2027-01-01"),
        ("month", "2027-02-10", "2027-02-01", "2027-03-01", "2027-01-01", "2027-03-01"),  # four whole weeks
        ("month", "2024-02-29", "2024-01-29", "2024-03-04", "2024-01-01", "2024-03-01"),
        ("week", "2026-03-29", "2026-03-23", "2026-03-30", "2026-03-16", "2026-03-30"),
        ("week", "2026-03-30", "2026-03-30", "2026-04-06", "2026-03-23", "2026-04-06"),
        ("agenda", "2026-03-25", "2026-03-25", "2026-04-08", "2026-03-11", "2026-04-08"),
    ],
)
def test_a_view_shows_these_days(view: str, on: str, first: str, last: str, earlier: str, later: str) -> None:
    found = page.period(view, date.fromisoformat(on))
    assert [str(day) for day in (found.first, found.last, found.earlier, found.later)] == [first, last, earlier, later]


def test_going_on_and_back_leads_home_through_every_month_and_week() -> None:
    for view in page.VIEWS:
        there = page.period(view, date(2026, 1, 1))
        for _ in range(60):
            following = page.period(view, there.later)
            assert following.last > there.last
            assert page.period(view, following.earlier).first == there.first
            there = following


def test_days_follow_the_clock_of_the_person_also_when_clocks_change() -> None:
    """23:30 UTC on 28 March is the 29th in Berlin, the night in which an hour is missing."""
    shown = page.period("week", date(2026, 3, 29))
    starts = [datetime(2026, 3, 28, 23, 30, tzinfo=UTC), datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
              datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)]  # fmt: skip
    entries = [SimpleNamespace(start=start) for start in starts]
    days = page.by_day(shown, entries[:3], BERLIN, today=date(2026, 3, 29))
    assert [len(day.entries) for day in days] == [0, 0, 0, 0, 0, 0, 3]
    assert [day.date for day in days if day.is_today] == [date(2026, 3, 29)]
    rows = {row.hour: [len(cell) for cell in row.cells] for row in page.by_hour(days, BERLIN)}
    assert [hour for hour, cells in rows.items() if any(cells)] == [0, 1, 3]  # 02:00 does not exist that day


def test_what_began_before_stands_on_the_first_day() -> None:
    shown = page.period("agenda", date(2026, 3, 25))
    began = SimpleNamespace(start=datetime(2026, 3, 24, 22, 30, tzinfo=UTC))
    assert len(page.by_day(shown, [began], BERLIN, today=shown.on)[0].entries) == 1


def test_a_full_day_says_how_much_more_there_is_and_hides_no_single_one() -> None:
    shown = page.period("month", date(2026, 3, 1))
    for count, visible, more in ((4, 4, 0), (5, 5, 0), (6, 4, 2), (300, 4, 296)):
        entries = [SimpleNamespace(start=date(2026, 3, 9))] * count
        (day,) = [day for day in page.by_day(shown, entries, BERLIN, today=NOW.date(), most=page.A_DAY) if day.entries]
        assert (len(day.entries), day.more) == (visible, more)


@pytest.mark.parametrize(
    "said", ["", "x", "0001-01-01", "9999-12-31", "2026-02-30", "2026-W10", "1e9", "\x00", "２０２６"]
)
def test_a_day_that_is_none_is_today(said: str) -> None:
    assert page.day_in(said, date(2026, 3, 2)) in (date(2026, 3, 2), date(2026, 3, 2))


# --- The page --------------------------------------------------------------------------------------------------------
@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contoso(cast: Cast) -> Engagement:
    engagement = engagement_of(cast.contoso, cast.specialist, cast.lead)
    mondays(engagement, cast.specialist)
    work()
    return engagement


def seen(client: Client, **query: Any) -> str:
    answer = client.get(URL, query)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def table(text: str) -> str:
    found = re.search(r'<table class="calendar-.*?</table>', text, re.DOTALL)
    return found[0] if found else ""


def agenda(text: str) -> str:
    return text[text.index('<div class="calendar-agenda">') :]


def test_the_month_shows_each_checkpoint_on_its_day(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    month = table(seen(sign_in(cast.lead), on="2026-04-10"))
    cell = r'<td class="calendar-day[^>]*>.*?<time datetime="([-0-9]{10})".*?</time></a>(.*?)</td>'
    cells = dict(re.findall(cell, month, re.DOTALL))
    assert len(cells) == 35
    assert {day for day, cell in cells.items() if "Checkpoint: Contoso" in cell} == {
        "2026-03-30", "2026-04-07", "2026-04-13", "2026-04-20", "2026-04-27",
    }  # fmt: skip
    assert "09:00–09:30" in cells["2026-04-07"]  # Easter Monday's, moved


def test_today_is_marked_once(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    client = sign_in(cast.lead)
    for view in ("month", "week"):
        assert table(seen(client, view=view)).count('aria-current="date"') == 1
    assert 'aria-current="date"' not in seen(client, on="2026-06-01")


def test_a_week_has_a_row_for_each_hour(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    contoso.milestones.create(
        code="kickoff", position=1, title="Kickoff", outcome="-", phase="initiate", planned_on=date(2026, 3, 31)
    )
    week = table(seen(sign_in(cast.lead), view="week", on="2026-04-01"))
    rows = dict(re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', week, re.DOTALL))
    assert list(rows)[:3] == ["All day", "08:00", "09:00"]
    assert list(rows)[-1] == "17:00"
    assert [bool("Kickoff: Contoso" in cell) for cell in rows["All day"].split("<td>")[1:]].index(True) == 1
    assert "Checkpoint: Contoso" in rows["10:00"].split("<td>")[1]


def test_both_clocks_are_shown_where_they_differ(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    cast.lead.time_zone = "America/New_York"
    cast.lead.save()
    day = agenda(seen(sign_in(cast.lead), view="agenda", on="2026-03-02"))
    assert "04:00–04:30" in day
    assert "10:00 CET" in day
    # Three weeks in which New York has summer and Berlin has not.
    assert "05:00–05:30" in day
    assert "10:00 CET" not in seen(sign_in(cast.pm), view="agenda", on="2026-03-02")


def test_late_evening_is_another_day_elsewhere(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    at = datetime(2026, 3, 3, 21, tzinfo=UTC)
    Meeting.objects.create(
        engagement=contoso, kind="talk", specialist=cast.specialist, during=(at, at + timedelta(hours=1))
    )
    cast.lead.time_zone = "Asia/Tokyo"
    cast.lead.save()
    day = agenda(seen(sign_in(cast.lead), view="agenda", on="2026-03-04"))
    assert "06:00–07:00" in day
    assert "Tue 22:00 CET" in day


def test_nobody_sees_another_customer_s(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    for user, visible in (
        (cast.lead, True), (cast.partner, True), (cast.specialist, True), (cast.fabrikam_lead, False),
        (cast.litware_partner, False), (cast.apac_specialist, False),
    ):  # fmt: skip
        for query in ({}, {"whose": "all"}, {"engagement": str(contoso.public_id)}):
            assert ("Checkpoint: Contoso" in seen(sign_in(user), **query)) is visible, (user, query)


def test_staff_see_their_own_first_and_all_they_may_see_on_request(
    cast: Cast, contoso: Engagement, sign_in: SignIn
) -> None:
    for user in (cast.manager, cast.admin):
        client = sign_in(user)
        assert "Checkpoint: Contoso" not in seen(client)
        assert "Checkpoint: Contoso" in seen(client, whose="all")
        assert "Checkpoint: Contoso" in seen(client, engagement=str(contoso.public_id))


def test_filters_narrow_and_stay_in_every_link(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    other = engagement_of(cast.contoso, cast.specialist, cast.lead)
    at = datetime(2026, 3, 5, 9, tzinfo=UTC)
    Meeting.objects.create(
        engagement=other, kind="talk", specialist=cast.specialist, during=(at, at + timedelta(hours=1))
    )
    client = sign_in(cast.specialist)
    everything = seen(client)
    assert "Checkpoint: Contoso" in everything
    assert "Technical talk: Contoso" in everything
    one = seen(client, engagement=str(other.public_id), kind="talk", whose="all", view="week", on="2026-03-05")
    assert "Checkpoint: Contoso" not in one
    assert "Technical talk: Contoso" in one
    kept = f"whose=all&engagement={other.public_id}&kind=talk"
    for link in ("?view=month&", "?view=agenda&", "?view=week&"):
        assert f"{link}{kept}" in one
    assert f"?view=week&{kept}&on=2026-03-09" in one  # next week


def test_a_migration_event_stands_beside_the_meetings(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    project = MigrationProject.objects.create(engagement=contoso, source="exchange")
    MigrationEvent.objects.create(
        project=project, title="Wave 1", status="scheduled", zone="Europe/Berlin",
        scheduled_for=datetime(2026, 3, 20, 17, tzinfo=UTC), created_by=cast.lead,
    )  # fmt: skip
    assert "Wave 1: Contoso" in seen(sign_in(cast.lead))
    only = seen(sign_in(cast.lead), kind="migration")
    assert "Wave 1: Contoso" in only
    assert "Checkpoint: Contoso" not in only


def test_a_cancelled_meeting_says_so(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    operations.cancel(contoso.meetings.get(nominal_on=date(2026, 3, 9)), reason="Carnival", by=cast.specialist)
    text = agenda(seen(sign_in(cast.lead), view="agenda", on="2026-03-09"))
    assert "Cancelled" in text
    assert "Carnival" in text


def test_a_busy_month_stays_a_page(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    def meetings() -> Iterator[Meeting]:
        for number in range(450):
            at = datetime(2026, 5, 4, tzinfo=UTC) + timedelta(minutes=15 * number)
            yield Meeting(
                engagement=contoso, kind="talk", specialist=cast.specialist, during=(at, at + timedelta(minutes=15))
            )

    Meeting.objects.bulk_create(meetings())
    month = seen(sign_in(cast.lead), on="2026-05-10")
    assert "There is more than fits here" in month
    assert table(month).count("Technical talk: Contoso") < 60
    assert re.search(r"\d\d more", table(month))
    assert len(month) < 120_000


@pytest.mark.parametrize(
    "query",
    ["view=year", "on=9999-12-31", "on=0001-01-01&view=agenda", "on=x&view=week", "engagement=x", "kind=%00",
     "engagement=00000000-0000-0000-0000-000000000000", "whose=nobody", "view=month&view=week", "on=2046-12-31",
     "on=2006-01-01&view=agenda"],
)  # fmt: skip
def test_an_address_that_makes_no_sense_is_a_page_all_the_same(
    cast: Cast, contoso: Engagement, sign_in: SignIn, query: str
) -> None:
    assert sign_in(cast.lead).get(f"{URL}?{query}").status_code == 200
