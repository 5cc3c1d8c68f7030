"""Calendar files that a real client accepts: invitations that move with their meeting, cancellations that cancel."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vDuration, vText, vUri

PRODUCT = "-//FastTrack portal//Meetings//EN"
Method = Literal["REQUEST", "CANCEL"]
_REFRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody a meeting is sent to; `has_accepted` is true of the specialist, who set it."""

    name: str
    email: str
    has_accepted: bool = False


@dataclass(frozen=True, slots=True)
class Invitation:
    """One meeting. `uid` stays for good, `sequence` rises with every change; `zone` is where its wall time is kept."""

    uid: UUID
    sequence: int
    start: datetime
    end: datetime
    zone: str
    summary: str
    description: str
    url: str
    guests: tuple[Guest, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """One entry of a subscription; days instead of moments are whole days, `end` the day after."""

    uid: str
    sequence: int
    start: datetime | date
    end: datetime | date
    zone: str
    summary: str
    description: str
    url: str
    category: str
    is_cancelled: bool = False


def calendar_file(method: Method, invitations: Iterable[Invitation], *, organizer: Guest, stamp: datetime) -> bytes:
    """The .ics of one or more meetings: CRLF, lines of at most 75 octets, the zone of each time defined in the file."""
    calendar = _calendar(method)
    all_of_them = list(invitations)
    _add_zones(calendar, [(each.zone, each.start.year) for each in all_of_them])
    for invitation in all_of_them:
        calendar.add_component(_event(method, invitation, organizer, stamp))
    return bytes(calendar.to_ical())


def published_file(entries: Iterable[Published], *, name: str, organizer: Guest, stamp: datetime) -> bytes:
    """The .ics that a calendar program subscribes to: nobody is invited by it, and nothing is asked."""
    calendar = _calendar("PUBLISH")
    for called in ("name", "x-wr-calname"):
        calendar.add(called, _Text(_in_one_line(name)))
    # How often to look again: the standard's word for it, and the one that Outlook reads.
    calendar.add("refresh-interval", vDuration(_REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_REFRESH))
    all_of_them = list(entries)
    _add_zones(calendar, [(each.zone, each.start.year) for each in all_of_them if isinstance(each.start, datetime)])
    for entry in all_of_them:
        calendar.add_component(_published(entry, organizer, stamp))
    return bytes(calendar.to_ical())


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _add_zones(calendar: Calendar, used: list[tuple[str, int]]) -> None:
    """Defines each zone that is used, from the year before to the year after."""
    for zone in sorted({zone for zone, _year in used} - {"UTC"}):
        years = [year for each, year in used if each == zone]
        calendar.add_component(_zone(zone, min(years) - 1, max(years) + 1))


def _published(entry: Published, organizer: Guest, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", stamp.astimezone(UTC))
    for name, moment in (("dtstart", entry.start), ("dtend", entry.end)):
        event.add(name, moment.astimezone(ZoneInfo(entry.zone)) if isinstance(moment, datetime) else moment)
    event.add("summary", _Text(_clean(entry.summary)))
    event.add("description", _Text(_clean(entry.description)))
    event.add("categories", _Text(_in_one_line(entry.category)))
    event.add("url", vUri(entry.url))
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    is_free = entry.is_cancelled or not isinstance(entry.start, datetime)
    event.add("transp", "TRANSPARENT" if is_free else "OPAQUE")
    event.add("organizer", _address(organizer))
    return event


def _event(method: Method, invitation: Invitation, organizer: Guest, stamp: datetime) -> Event:
    zone = ZoneInfo(invitation.zone)
    event = Event()
    event.add("uid", str(invitation.uid))
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", invitation.start.astimezone(zone))
    event.add("dtend", invitation.end.astimezone(zone))
    event.add("summary", _Text(_clean(invitation.summary)))
    event.add("description", _Text(_clean(invitation.description)))
    event.add("location", "Online")
    event.add("url", vUri(invitation.url))
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if method == "CANCEL" else "OPAQUE")
    event.add("organizer", _address(organizer))
    for guest in invitation.guests:
        attendee = _address(guest)
        attendee.params["cutype"] = "INDIVIDUAL"
        attendee.params["role"] = "REQ-PARTICIPANT"
        attendee.params["partstat"] = "ACCEPTED" if guest.has_accepted else "NEEDS-ACTION"
        # The organizer is the portal's address, which reads no replies.
        attendee.params["rsvp"] = "FALSE"
        event.add("attendee", attendee)
    return event


@lru_cache(maxsize=64)
def _zone(name: str, first_year: int, last_year: int) -> Timezone:
    """The clock changes of those years. Each begins at the wall time of the clock that it ends, as the format has it;
    the library's own generator gives the one after the change, an hour late in spring."""
    place = ZoneInfo(name)
    zone = Timezone()
    zone.add("tzid", name)
    moment, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    before = moment.astimezone(place).utcoffset() or timedelta()
    zone.add_component(_observance(moment, before, place))
    while moment < end:
        following = moment + timedelta(days=1)
        if following.astimezone(place).utcoffset() != before:
            change = _clock_change(moment, following, before, place)
            zone.add_component(_observance(change, before, place))
            before = change.astimezone(place).utcoffset() or timedelta()
        moment = following
    return zone


def _clock_change(low: datetime, high: datetime, before: timedelta, place: ZoneInfo) -> datetime:
    """The first second at which the clock between `low` and `high` is no longer the one before."""
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if middle.astimezone(place).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def _observance(start: datetime, before: timedelta, place: ZoneInfo) -> TimezoneStandard | TimezoneDaylight:
    local = start.astimezone(place)
    observance = TimezoneDaylight() if local.dst() else TimezoneStandard()
    observance.add("dtstart", start.replace(tzinfo=None) + before)
    observance.add("tzoffsetfrom", before)
    observance.add("tzoffsetto", local.utcoffset())
    observance.add("tzname", local.tzname())
    return observance


class _Text(vText):
    """Text as the format escapes it. The library's own takes a backslash before an N for the end of a line: a path
    such as C:\\New would come apart."""

    def to_ical(self) -> bytes:
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return escaped.encode()


def _address(guest: Guest) -> vCalAddress:
    address = vCalAddress(f"mailto:{_clean(guest.email)}")
    # A double quote cannot stand in a parameter, however it is escaped.
    address.params["cn"] = _in_one_line(guest.name).replace('"', "'")
    return address


def _clean(text: str) -> str:
    """Without the control characters that no calendar line may hold, halves of letters that no file may, and the mark
    of byte order, which the library takes from the head of a line and leaves elsewhere."""
    kept = text.replace("\r\n", "\n").replace("\ufeff", "").encode("utf-8", "ignore").decode()
    return "".join(sign for sign in kept if sign in "\n\t" or (ord(sign) >= 32 and ord(sign) != 127))


def _in_one_line(text: str) -> str:
    """For names, in which the format has no place for a second line."""
    return _clean(text).replace("\n", " ")
