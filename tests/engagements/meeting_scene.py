"""The scene of the meetings' stories: an engagement, its checkpoints, and a clock that is wound by hand."""

import email
import email.policy
import uuid
import zoneinfo
from datetime import UTC, date, datetime, time
from typing import Any

import time_machine
from icalendar import Calendar

from assistance.models import AssistanceRequest
from engagements.models import Engagement, Meeting, MeetingSeries
from engagements.operations import series as operations
from engagements.operations.engagement import current_template
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.jobs import engine

# Early on a Monday, four weeks before the clocks go forward in Berlin and five before Easter Monday there.
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def engagement_of(customer: Customer, specialist: User, lead: User, **fields: Any) -> Engagement:
    """An active engagement as it stands after its request was accepted."""
    ask = AssistanceRequest.objects.create(
        status="accepted",
        customer=customer,
        centre=customer.centre,
        created_by=lead,
        submitted_at=NOW,
        desired_on=date(2026, 6, 1),
        business_reason="Move to Teams",
        success_owners="Lena Lead",
    )
    return Engagement.objects.create(
        title=f"{customer.name}: Microsoft 365",
        ask=ask,
        customer=customer,
        centre=customer.centre,
        specialist=specialist,
        template=current_template(),
        services=["exchange"],
        starts_on=date(2026, 3, 2),
        desired_on=date(2026, 6, 1),
        **fields,
    )


def mondays(engagement: Engagement, by: User, **changes: Any) -> MeetingSeries:
    """Weekly checkpoints, Mondays at ten in Berlin."""
    values: dict[str, Any] = {
        "every_weeks": 1,
        "weekday": 0,
        "wall_time": time(10),
        "zone": "Europe/Berlin",
        "starts_on": date(2026, 3, 2),
        "key": uuid.uuid4(),
    }
    return operations.set_series(engagement, by=by, **(values | changes))


def changed(series: MeetingSeries, by: User, **changes: Any) -> MeetingSeries:
    """The same series with some of its values changed."""
    names = ("every_weeks", "weekday", "wall_time", "zone", "starts_on", "version")
    series.refresh_from_db()
    values = {name: getattr(series, name) for name in names}
    return operations.set_series(series.engagement, by=by, **(values | changes))


def work(at: datetime = NOW) -> int:
    """The worker does what is due then."""
    with time_machine.travel(at, tick=False):
        return engine.run_due()


def local(meeting: Meeting, zone: str = "Europe/Berlin") -> str:
    """`2026-03-30 10:00` on a clock there."""
    return f"{meeting.start.astimezone(zoneinfo.ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def planned(engagement: Engagement) -> list[Meeting]:
    return list(engagement.meetings.filter(status="planned").order_by("during"))


def calendars(message: Any) -> dict[str, Calendar]:
    """The calendar files of a mail, by their method, as a mail client reads them off the wire; one meeting a file."""
    parsed = email.message_from_bytes(message.message().as_bytes(linesep="\r\n"), policy=email.policy.default)
    found: dict[str, Calendar] = {}
    for part in parsed.iter_attachments():
        assert part.get_content_type() == "text/calendar"
        content = part.get_payload(decode=True)
        calendar = Calendar.from_ical(content)
        assert part["content-type"].params["method"] == calendar["METHOD"]
        (event,) = calendar.walk("VEVENT")
        if there := found.get(str(calendar["METHOD"])):
            there.add_component(event)
        else:
            found[str(calendar["METHOD"])] = calendar
    return found
