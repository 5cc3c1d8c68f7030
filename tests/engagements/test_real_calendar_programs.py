"""Debian's vdirsyncer fetches a feed over http, and khal tells what it would show a person, on their own clock."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from engagements.feeds import new_nonce
from engagements.invitations import Guest, Published, published_file
from engagements.models import CalendarFeed, Engagement, Meeting
from engagements.operations import meetings as operations
from engagements.operations.feeds import renew_feed, revoke_feed
from tests.conftest import Cast
from tests.engagements.meeting_scene import NOW, changed, engagement_of, mondays, work

MISSING = [program for program in ("vdirsyncer", "khal") if not shutil.which(program)]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(MISSING), reason=f"NO CALENDAR PROGRAM: install {' and '.join(MISSING)} to run these"),
]

_VDIRSYNCER = """
[general]
status_path = "{home}/status/"
[pair feed]
a = "portal"
b = "here"
collections = null
conflict_resolution = "a wins"
[storage portal]
type = "http"
url = "{url}"
[storage here]
type = "filesystem"
path = "{home}/calendar/"
fileext = ".ics"
"""
_KHAL = """
[calendars]
[[portal]]
path = {home}/calendar/
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = {zone}
default_timezone = {zone}
[sqlite]
path = {home}/khal.db
"""


class Reader:
    """Somebody's machine with a calendar program on it, whose clock is that of a place."""

    def __init__(self, home: Path, zone: str) -> None:
        self.home, self.zone = home, zone
        (home / "calendar").mkdir(exist_ok=True)

    def run(self, *command: str, fails: bool = False) -> str:
        environment = {**os.environ, "HOME": str(self.home), "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "ignore"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert bool(done.returncode) is fails, done.stderr
        return done.stdout + done.stderr

    def sync(self, url: str, *, fails: bool = False) -> str:
        config = self.home / "vdirsyncer.ini"
        config.write_text(_VDIRSYNCER.format(home=self.home, url=url))
        if not (self.home / "status").exists():
            self.run("vdirsyncer", "-c", str(config), "discover", "feed")
        return self.run("vdirsyncer", "-c", str(config), "sync", fails=fails)

    def shown(self) -> list[str]:
        """`2026-03-30 10:00 10:30 Checkpoint: Contoso CONFIRMED`, one line an entry."""
        config = self.home / "khal.ini"
        config.write_text(_KHAL.format(home=self.home, zone=self.zone))
        line = "{start-date} {start-time} {end-time} {title} {status}"
        out = self.run("khal", "-c", str(config), "list", "--format", line, "--day-format", "", "2026-03-01", "100d")
        return [" ".join(line.split()) for line in out.splitlines() if re.match(r"\s*\d{4}-", line)]


@pytest.fixture
def home(tmp_path: Path) -> Callable[[str], Reader]:
    """One machine, and the same machine in another place."""
    return lambda zone: Reader(tmp_path, zone)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    """Four weeks before the clocks go forward in Berlin; the live server is in this process and goes by it too."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def contoso(cast: Cast) -> Engagement:
    """Nine Mondays at ten in Berlin, Easter's moved to Tuesday at nine."""
    engagement = engagement_of(cast.contoso, cast.specialist, cast.lead)
    mondays(engagement, cast.specialist)
    work(timezone.now())
    return engagement


def told(engagement: Engagement, zone: str) -> list[str]:
    """What has to be shown on a clock there."""
    place = ZoneInfo(zone)
    return [
        f"{meeting.start.astimezone(place):%Y-%m-%d %H:%M} {meeting.end.astimezone(place):%H:%M}"
        f" {meeting.title} {'CANCELLED' if meeting.status == Meeting.Status.CANCELLED else 'CONFIRMED'}"
        for meeting in engagement.meetings.order_by("during")
    ]


def test_real_programs_show_what_stands_after_a_move_and_a_cancel(
    cast: Cast, contoso: Engagement, live_server: Any, home: Callable[[str], Reader]
) -> None:
    url = f"{live_server.url}/calendar/{renew_feed(None, nonce=new_nonce(), by=cast.lead)}.ics"
    berlin, new_york = home("Europe/Berlin"), home("America/New_York")
    berlin.sync(url)
    assert berlin.shown() == told(contoso, "Europe/Berlin")
    assert "2026-03-23 10:00 10:30 Checkpoint: Contoso CONFIRMED" in berlin.shown()
    assert "2026-03-30 10:00 10:30 Checkpoint: Contoso CONFIRMED" in berlin.shown()
    # New York changed its clocks three weeks before.
    assert new_york.shown() == told(contoso, "America/New_York")
    assert "2026-03-23 05:00 05:30 Checkpoint: Contoso CONFIRMED" in new_york.shown()

    changed(contoso.series.get(), cast.specialist, wall_time=time(11))
    work(timezone.now())
    meeting = contoso.meetings.get(nominal_on=date(2026, 3, 9))
    operations.cancel(meeting, reason="Carnival", by=cast.specialist)
    berlin.sync(url)
    assert berlin.shown() == told(contoso, "Europe/Berlin")
    assert "2026-03-09 11:00 11:30 Checkpoint: Contoso CANCELLED" in berlin.shown()
    assert "2026-03-30 11:00 11:30 Checkpoint: Contoso CONFIRMED" in berlin.shown()

    revoke_feed(CalendarFeed.objects.get(), by=cast.lead)
    assert "Not Found" in berlin.sync(url, fails=True)


def test_an_invitation_of_odd_words_is_read_by_a_real_program(tmp_path: Path, home: Callable[[str], Reader]) -> None:
    words = 'Ränke, Schmid; "Söhne" \\ Co ' + "日本語" * 30
    entry = Published(
        uid="odd", sequence=0, start=datetime(2026, 3, 30, 8, tzinfo=UTC), end=datetime(2026, 3, 30, 9, tzinfo=UTC),
        zone="Australia/Lord_Howe", summary=words, description=words, url="https://x.example/", category="Talk",
    )  # fmt: skip
    reader = home("Australia/Lord_Howe")
    (reader.home / "calendar" / "odd.ics").write_bytes(
        published_file([entry], name="odd", organizer=Guest("X", "x@x.example"), stamp=NOW)
    )
    assert reader.shown() == [f"2026-03-30 19:00 20:00 {words} CONFIRMED"]  # UTC+11 there until 5 April
