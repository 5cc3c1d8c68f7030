"""All that planning looks at: rhythms, calendars, holidays and diaries, read once for what is planned together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import prefetch_related_objects
from psycopg2.extras import DateTimeTZRange

from engagements import cadence, slots
from engagements.cadence import Busy, Interval, Skipped, Slot
from engagements.models import Absence, Engagement, Meeting, MeetingSeries
from fasttrack_portal.directory.calendars import WorkingCalendar, country_name, local_to_utc, public_holidays
from fasttrack_portal.directory.models import Customer, FastTrackCenter

WEEK = timedelta(weeks=1)
# (default) Nobody is invited, or asked to come at another time, with less warning than this.
NOTICE = timedelta(hours=4)
# A meeting is never moved further than this from its usual time: what lies beyond it is in nobody's way.
_AROUND = 3 * WEEK

WeekOfYear = tuple[int, int]


def horizon() -> timedelta:
    """How far ahead meetings stand in people's calendars."""
    found: timedelta = getattr(settings, "MEETINGS_HORIZON", timedelta(weeks=8))
    return found


def week_of(day: date) -> WeekOfYear:
    year, week, _weekday = day.isocalendar()
    return year, week


def during_of(slot: Slot) -> DateTimeTZRange:
    return DateTimeTZRange(slot.start_utc, slot.end_utc, "[)")


def is_open(engagement: Engagement) -> bool:
    """Whether it has meetings at all."""
    return engagement.status in (Engagement.Status.PLANNED, Engagement.Status.ACTIVE)


@dataclass(frozen=True)
class Supposed:
    """What is not so yet and is looked at as if it were: a centre or customer as somebody is about to save it, and
    more absences of people by their keys, or one less."""

    centre: FastTrackCenter | None = None
    customer: Customer | None = None
    away: Mapping[int, Sequence[Interval]] = field(default_factory=dict)
    without: Absence | None = None

    def put_on(self, engagement: Engagement) -> None:
        if self.centre and self.centre.pk == engagement.centre_id:
            engagement.centre = self.centre
        if self.customer and self.customer.pk == engagement.customer_id:
            engagement.customer = self.customer


NOTHING = Supposed()


@dataclass
class Course:
    """One series that is planned: its rhythm, its coming meetings that may move, and the weeks that have had theirs."""

    series: MeetingSeries
    engagement: Engagement
    own: list[Meeting] = field(default_factory=list)
    settled: set[WeekOfYear] = field(default_factory=set)

    @property
    def pattern(self) -> cadence.Series:
        """The series as the arithmetic reads it."""
        series = self.series
        return cadence.Series(
            starts_on=series.starts_on,
            weekday=series.weekday,
            wall_time=series.wall_time,
            zone=series.zone,
            every_weeks=series.every_weeks,
            minutes=series.minutes,
        )


def courses_of(rows: Iterable[MeetingSeries], *, at: datetime, for_update: bool = False) -> list[Course]:
    """The series with their meetings: two queries, however many they are. What is about to begin is left alone, unless
    the engagement itself has come to rest."""
    courses = {series.pk: Course(series, series.engagement) for series in rows}
    coming = Meeting.objects.filter(
        series__in=courses, status=Meeting.Status.PLANNED, during__startswith__gt=at
    ).order_by("during")
    for meeting in coming.select_for_update(of=("self",)) if for_update else coming:
        course = courses[meeting.series_id or 0]
        if not is_open(course.engagement) or meeting.start > at + NOTICE:
            course.own.append(meeting)
    nominal = [meeting.nominal_on for course in courses.values() for meeting in course.own if meeting.nominal_on]
    since = min([at.date() - WEEK, *nominal]) - WEEK
    own = {meeting.pk for course in courses.values() for meeting in course.own}
    others = Meeting.objects.filter(series__in=courses, nominal_on__gte=since)
    for pk, series, day in others.values_list("pk", "series", "nominal_on"):
        if pk not in own and day:
            courses[series].settled.add(week_of(day))
    return list(courses.values())


class Booked(Protocol):
    """What stands in a diary."""

    @property
    def specialist_id(self) -> int: ...
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...


@dataclass
class Office:
    """The calendars, holidays and diaries of all the engagements that are planned together.

    A meeting that was placed stands in the diary for those that come after it, as if each had been planned and saved
    before the next."""

    at: datetime
    supposed: Supposed = NOTHING
    calendars: dict[int, WorkingCalendar] = field(default_factory=dict)
    holidays: dict[str, Mapping[date, str]] = field(default_factory=dict)
    booked: dict[int, Busy] = field(default_factory=dict)
    away: dict[int, Busy] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        engagements: Iterable[Engagement],
        *,
        at: datetime,
        supposed: Supposed = NOTHING,
        people: Iterable[int] = (),
    ) -> "Office":
        """`people` are others, by their keys, whose diaries are looked at."""
        office = cls(at, supposed)
        all_of_them = list(engagements)
        for engagement in all_of_them:
            supposed.put_on(engagement)
        centres = {each.centre_id: each.centre for each in all_of_them}
        prefetch_related_objects(list(centres.values()), "hours", "closures")
        office.calendars = {pk: calendar_of(centre, office.years) for pk, centre in centres.items()}
        office._open_diaries({each.specialist_id for each in all_of_them} | set(people))
        return office

    @property
    def years(self) -> range:
        return range((self.at - 2 * _AROUND).year, (self.at + horizon() + 2 * _AROUND).year + 1)

    def _open_diaries(self, people: set[int]) -> None:
        window = (self.at - _AROUND, self.at + horizon() + _AROUND)
        booked: dict[int, list[Interval]] = defaultdict(list)
        taken = Meeting.objects.filter(specialist__in=people, during__overlap=window)
        for person, during in taken.exclude(status=Meeting.Status.CANCELLED).values_list("specialist", "during"):
            booked[person].append((during.lower, during.upper))
        away = absences(people, *window, without=self.supposed.without)
        for person in people:
            self.booked[person] = Busy(booked[person])
            self.away[person] = Busy([*away[person], *self.supposed.away.get(person, ())])

    def holidays_of(self, engagement: Engagement) -> Mapping[date, str]:
        country = engagement.customer.country
        if country not in self.holidays:
            self.holidays[country] = holidays_of_customer(engagement, self.years)
        return self.holidays[country]

    def desk(self, course: Course) -> "Desk":
        """One engagement's part of it; its own meetings do not stand in their own way."""
        engagement, pattern = course.engagement, course.pattern
        today = self.at.astimezone(ZoneInfo(pattern.zone)).date()
        for meeting in course.own:
            self.give_back(meeting)
        return Desk(
            engagement=engagement,
            pattern=pattern,
            at=self.at,
            monday=today - timedelta(days=today.weekday()),
            until=today + horizon(),
            calendar=self.calendars[engagement.centre_id],
            holidays=self.holidays_of(engagement),
            booked=self.booked[engagement.specialist_id],
            away=self.away[engagement.specialist_id],
        )

    def obstacle(self, meeting: Meeting, engagement: Engagement) -> str:
        """What stands against the time of a single meeting, in a few words; empty where nothing does."""
        if self.away[meeting.specialist_id].overlaps(meeting.start, meeting.end):
            return "the specialist is away then"
        calendar, holidays = self.calendars[engagement.centre_id], self.holidays_of(engagement)
        return slots.obstacle(calendar, holidays, engagement.customer.zone, meeting.start, meeting.end)

    def take(self, meeting: "Booked") -> None:
        if meeting.specialist_id in self.booked:
            self.booked[meeting.specialist_id].take(meeting.start, meeting.end)

    def give_back(self, meeting: Meeting) -> None:
        if meeting.specialist_id in self.booked:
            self.booked[meeting.specialist_id].give_back(meeting.start, meeting.end)


@dataclass(frozen=True)
class Desk:
    """What stands for and against a time for one engagement."""

    engagement: Engagement
    pattern: cadence.Series
    at: datetime
    monday: date
    until: date
    calendar: WorkingCalendar
    holidays: Mapping[date, str]
    booked: Busy
    away: Busy

    def slots(self, since: date, until: date, ends_before: date | None) -> list[Slot | Skipped]:
        until = min(until, ends_before - timedelta(days=1)) if ends_before else until
        return cadence.plan(
            self.pattern,
            self.calendar,
            self.holidays,
            self.booked,
            since,
            until,
            not_before=self.at + NOTICE,
            away=self.away,
        )

    def is_too_late(self, slot: Slot | Skipped) -> bool:
        return (slot.start_utc if isinstance(slot, Slot) else self._usual(slot)) < self.at + NOTICE

    def _usual(self, slot: Skipped) -> datetime:
        return local_to_utc(datetime.combine(slot.nominal_on, self.pattern.wall_time), self.pattern.zone)

    def still_fits(self, meeting: Meeting) -> bool:
        """Whether a planned meeting may stay where it is: people have it in their calendars."""
        start, end = meeting.start, meeting.end
        place = ZoneInfo(self.pattern.zone)
        days = {start.astimezone(place).date(), (end - timedelta(microseconds=1)).astimezone(place).date()}
        return not (
            days & self.holidays.keys()
            or self.calendar.obstacle(start, end)
            or self.away.overlaps(start, end)
            or self.booked.overlaps(start, end)
        )


def calendar_of(centre: FastTrackCenter, years: range) -> WorkingCalendar:
    """The centre's working time, each closed day with its name."""
    return replace(centre.calendar(years), closure_names=centre.closed_days(years))


def absences(
    people: Iterable[int], first: datetime, last: datetime, *, without: Absence | None = None
) -> dict[int, list[Interval]]:
    """When each of the people, by their keys, is away in that time."""
    found: dict[int, list[Interval]] = defaultdict(list)
    rows = Absence.objects.filter(person__in=people, status=Absence.Status.PLANNED, during__overlap=(first, last))
    rows = rows.exclude(pk=without.pk) if without else rows
    for person, during in rows.values_list("person", "during"):
        found[person].append((during.lower, during.upper))
    return found


def holidays_of_customer(engagement: Engagement, years: range) -> dict[date, str]:
    """The public holidays where the customer is, by day."""
    country = engagement.customer.country
    try:
        named = public_holidays(country, None, years)
    except ValueError:
        return {}  # a country of whose holidays nobody keeps a list
    return {day: f"{name} in {country_name(country)}" for day, name in named.items()}
