"""The scene of the stories about running a meeting: a checkpoint that has begun, and the hands that write in it."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg2.extras import DateTimeTZRange

from engagements.models import Action, Engagement, Meeting, Minutes
from engagements.operations import outcomes
from engagements.operations.meetings import hold
from engagements.operations.minutes import newest_of
from tests.conftest import Cast
from tests.reports.scene import engagement_of

NOW = datetime.now(UTC).replace(microsecond=0)


def running(cast: Cast) -> Engagement:
    """An engagement as it stands after it was accepted, and running."""
    return engagement_of(cast.contoso, cast.specialist, cast.lead)


def meeting_of(engagement: Engagement, begins: timedelta = timedelta(minutes=-10), **fields: Any) -> Meeting:
    """A checkpoint that began ten minutes ago."""
    start = NOW + begins
    during = DateTimeTZRange(start, start + timedelta(minutes=30), "[)")
    return Meeting.objects.create(engagement=engagement, specialist=engagement.specialist, during=during, **fields)


def action_in(meeting: Meeting, cast: Cast, title: str = "Send the list of sites", **fields: Any) -> Action:
    told: dict[str, Any] = {"title": title, "assignee": cast.pm, "due_on": None, "key": uuid.uuid4()}
    return outcomes.add_action(meeting, by=cast.specialist, at=NOW, **{**told, **fields})


def held(meeting: Meeting, cast: Cast) -> Minutes:
    """The meeting is over; its first edition."""
    hold(meeting, at=NOW, by=cast.specialist)
    found = newest_of(meeting)
    assert found is not None
    found.meeting, found.engagement = meeting, meeting.engagement
    return found
