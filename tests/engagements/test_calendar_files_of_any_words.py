"""Whatever people write, a calendar file is one that a parser reads back: folded, escaped, whole (RFC 5545)."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from icalendar import Calendar

from engagements.invitations import Guest, Invitation, Published, calendar_file, published_file
from fasttrack_portal.accounts.models import ZONES

STAMP = datetime(2026, 3, 2, 4, tzinfo=UTC)
# Any letter of any script, controls, lone surrogates, and what the format itself is made of.
WORDS = st.lists(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cs", "Cc", "Zl", "Zp"]),
        st.sampled_from(list(";:,\\\"'^\r\n\t ")),
        st.sampled_from(
            ["BEGIN:VALARM", "END:VEVENT\r\n", "\\n", "\\N", "\\\\", "日本語" * 25, "👩‍👩‍👧" * 20, "é" * 74, "x" * 75]
        ),
    ),
    max_size=12,
).map("".join)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)


def kept(text: str) -> str:
    """What of a person’s words a calendar holds: every letter, no control or mark of byte order, one end of lines."""
    return "".join(
        sign for sign in text.replace("\r\n", "\n").replace("\ufeff", "")
        if sign in "\n\t" or (ord(sign) >= 32 and ord(sign) != 127 and not 0xD800 <= ord(sign) <= 0xDFFF)
    )  # fmt: skip


def said(content: bytes, name: str) -> str:
    """The text of a property by the letter of the format, read without the parser."""
    (line,) = re.findall(rf"^{name}:(.*)\r$", content.replace(b"\r\n ", b"").decode(), re.MULTILINE)
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], line)


def parsed(words: str) -> bool:
    """The parser reads an escaped backslash before an N as the end of a line, which it is not."""
    return not re.search(r"\\[nN]", words)


def is_well_formed(content: bytes) -> None:
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert max(len(line) for line in lines) <= 75
    for line in lines:
        assert b"\n" not in line
        assert b"\r" not in line
        line.decode()  # no letter is cut in two
        assert not any(byte < 32 and byte != 9 for byte in line)


@seed(5)
@settings(max_examples=80, deadline=None, database=None, phases=[Phase.generate])
@given(words=WORDS, name=WORDS, moment=MOMENTS, zone=st.sampled_from(ZONES), minutes=st.integers(15, 240))
def test_an_invitation_comes_back_as_it_was(words: str, name: str, moment: datetime, zone: str, minutes: int) -> None:
    invitation = Invitation(
        uid=UUID(int=7), sequence=3, start=moment, end=moment + timedelta(minutes=minutes), zone=zone, summary=words,
        description=words, url="https://portal.example/meetings/7/", guests=(Guest(name, "odd@example.org"),),
    )  # fmt: skip
    content = calendar_file("REQUEST", [invitation], organizer=Guest(name, "x@x.example"), stamp=STAMP)
    is_well_formed(content)
    calendar = Calendar.from_ical(content)
    assert [part.name for part in calendar.subcomponents] == (["VEVENT"] if zone == "UTC" else ["VTIMEZONE", "VEVENT"])
    (event,) = calendar.walk("VEVENT")
    assert said(content, "SUMMARY") == said(content, "DESCRIPTION") == kept(words)
    assert not parsed(words) or str(event["SUMMARY"]) == str(event["DESCRIPTION"]) == kept(words)
    assert event["DTSTART"].dt.astimezone(UTC) == moment
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=minutes)
    assert event["ATTENDEE"] == "mailto:odd@example.org"
    if zone != "UTC":
        assert offset_in(calendar, moment) == moment.astimezone(ZoneInfo(zone)).utcoffset()


def offset_in(calendar: Any, moment: datetime) -> timedelta:
    """By the letter of the format: that of the last change before the moment."""
    (zone,) = calendar.walk("VTIMEZONE")
    found = sorted(
        ((part["DTSTART"].dt - part["TZOFFSETFROM"].td).replace(tzinfo=UTC), part["TZOFFSETTO"].td)
        for part in zone.subcomponents
    )
    offset: timedelta = [after for start, after in found if start <= moment][-1]
    return offset


@seed(5)
@settings(max_examples=60, deadline=None, database=None, phases=[Phase.generate])
@given(words=WORDS, name=WORDS, day=st.dates(date(2000, 1, 1), date(2036, 1, 1)), cancelled=st.booleans())
def test_a_subscription_comes_back_as_it_was(words: str, name: str, day: date, cancelled: bool) -> None:
    entry = Published(
        uid="7", sequence=3, start=day, end=day + timedelta(days=1), zone="Europe/Berlin", summary=words,
        description=words, url="https://portal.example/milestones/7/", category=words, is_cancelled=cancelled,
    )  # fmt: skip
    content = published_file([entry], name=name, organizer=Guest(name, "x@x.example"), stamp=STAMP)
    is_well_formed(content)
    calendar = Calendar.from_ical(content)
    (event,) = calendar.subcomponents
    assert said(content, "SUMMARY") == kept(words)
    assert said(content, "X-WR-CALNAME") == kept(name).replace("\n", " ")
    assert not parsed(words) or str(event["SUMMARY"]) == kept(words)
    assert (event["DTSTART"].dt, event["STATUS"]) == (day, "CANCELLED" if cancelled else "CONFIRMED")
