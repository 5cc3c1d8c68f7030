"""Calendar files that a real client accepts: invitations that move with their meeting, cancellations that cancel."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vUri

PRODUCT = "-//FastTrack portal//Meetings//EN"
Method = Literal["REQUEST", "CANCEL"]


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


def calendar_file(method: Method, invitations: Iterable[Invitation], *, organizer: Guest, stamp: datetime) -> bytes:
    """The .ics of one or more meetings: CRLF, lines of at most 75 octets, the zone of each time defined in the file."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    all_of_them = list(invitations)
    for zone in sorted({each.zone for each in all_of_them} - {"UTC"}):
        years = [each.start.year for each in all_of_them if each.zone == zone]
        calendar.add_component(_zone(zone, min(years) - 1, max(years) + 1))
    for invitation in all_of_them:
        calendar.add_component(_event(method, invitation, organizer, stamp))
    return bytes(calendar.to_ical())


def _event(method: Method, invitation: Invitation, organizer: Guest, stamp: datetime) -> Event:
    zone = ZoneInfo(invitation.zone)
    event = Event()
    event.add("uid", str(invitation.uid))
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", invitation.start.astimezone(zone))
    event.add("dtend", invitation.end.astimezone(zone))
    event.add("summary", _clean(invitation.summary))
    event.add("description", _clean(invitation.description))
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


def _address(guest: Guest) -> vCalAddress:
    address = vCalAddress(f"mailto:{_clean(guest.email)}")
    # A double quote cannot stand in a parameter, however it is escaped.
    address.params["cn"] = _clean(guest.name).replace('"', "'").replace("\n", " ")
    return address


def _clean(text: str) -> str:
    """Without the control characters that no calendar line may hold."""
    kept = text.replace("\r\n", "\n")
    return "".join(sign for sign in kept if sign in "\n\t" or (ord(sign) >= 32 and ord(sign) != 127))
