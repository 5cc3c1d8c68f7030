"""What reports of every kind say."""

from dataclasses import dataclass
from datetime import date, datetime

FORM = 1  # of these values; a later form reads the older ones


@dataclass(frozen=True, slots=True)
class Head:
    """Who and what a report is about. `as_of` is the moment everything in it was read."""

    form: int
    kind: str
    number: str
    as_of: datetime
    zone: str
    language: str
    first_day: date
    last_day: date
    customer: str
    engagement: str
    title: str
    services: tuple[str, ...]
    status: str
    specialist: str
    centre: str
    partner: str
    # Whom the edition is for, and where it is issued anew what it replaces and why.
    audience: str = "customer"
    edition: int = 1
    replaces: str = ""
    reason: str = ""
    # Reports that were frozen before there was a choice are on A4.
    paper: str = "a4"


@dataclass(frozen=True, slots=True)
class EventFacts:
    """A migration event; times in UTC, `zone` is the wall they are read on."""

    number: str
    title: str
    source: str
    status: str
    zone: str
    scheduled_for: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    window: str
    window_closes_at: datetime | None
    # By which its page is found; "" in reports that were frozen before.
    key: str = ""


@dataclass(frozen=True, slots=True)
class MeetingLine:
    kind: str
    status: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened, in the words of the portal, and the local day of it."""

    text: str
    on: date


@dataclass(frozen=True, slots=True)
class Since:
    """What happened since the report before this one. Long lists hold their last lines; `more` counts the others."""

    number: str
    as_of: datetime
    done: tuple[Told, ...]
    slipped: tuple[Told, ...]
    new: tuple[Told, ...]
    decided: tuple[Told, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Number:
    """How many of a kind, by the code of the kind."""

    code: str
    number: int


@dataclass(frozen=True, slots=True)
class ListFile:
    """The file of all lines that belongs to a report."""

    name: str
    rows: int
    sha256: str
