"""Minutes are frozen when the meeting ends, confirmed by each side by name, and corrected by either."""

import uuid
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

from engagements.models import Minutes
from engagements.operations import agenda, outcomes
from engagements.operations.meetings import write_notes
from engagements.operations.minutes import confirm_minutes, correct_minutes, newest_of
from engagements.wanted import words_wanted
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.refusals import AccessRefused, Conflict, StaleVersion
from reports.models import Report
from tests.conftest import Cast
from tests.engagements.minutes_scene import NOW, action_in, held, meeting_of, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def minutes(cast: Cast) -> Minutes:
    """A checkpoint with everything in it, ended."""
    meeting = meeting_of(running(cast))
    agenda.note_point(meeting, "gate", notes="Two sites are left.", version=1, base="", by=cast.specialist)
    write_notes(meeting, notes="Short and good.", version=meeting.version, by=cast.specialist)
    outcomes.decide(
        meeting, text="Mail moves first", decided_by=cast.lead, decided_on=NOW.date(), key=uuid.uuid4(),
        by=cast.specialist,
    )  # fmt: skip
    action_in(meeting, cast)
    outcomes.mark_attendance(meeting, present=[cast.lead, cast.specialist], guests="", version=0, by=cast.specialist)
    return held(meeting, cast)


def changes_of(minutes: Minutes, **other: Any) -> dict[str, Any]:
    record = minutes.snapshot
    here = [person["id"] for person in record["present"]]
    return {"notes": record["notes"], "points": {}, "texts": {}, "guests": record["guests"], "present": here, **other}


def fresh(minutes: Minutes) -> Minutes:
    found = newest_of(minutes.meeting)
    assert found is not None
    return found


def test_what_was_said_is_frozen_and_stays(minutes: Minutes, cast: Cast):
    record = minutes.snapshot
    assert [person["name"] for person in record["present"]] == ["Lena Lead", cast.specialist.name]
    assert cast.pm.name in [person["name"] for person in record["absent"]]
    assert next(point for point in record["points"] if point["key"] == "gate")["notes"] == "Two sites are left."
    assert [each["text"] for each in record["decisions"]] == ["Mail moves first"]
    assert [(each["owner"], each["side"]) for each in record["actions"]] == [(cast.pm.name, "customer")]
    minutes.meeting.engagement.responsibilities.update(text="Changed since")
    client = Client()
    client.force_login(cast.lead)
    html = client.get(minutes.get_absolute_url()).content.decode()
    assert "Two sites are left." in html
    assert "Changed since" not in html


def test_both_are_asked_and_both_confirm_by_name(minutes: Minutes, cast: Cast):
    for person in (cast.lead, cast.pm, cast.specialist):
        assert minutes.get_absolute_url() in [task["href"] for task in words_wanted(person)]
    assert words_wanted(cast.partner) == []
    confirm_minutes(minutes, by=cast.pm, at=NOW)
    with pytest.raises(Conflict):
        confirm_minutes(minutes, by=cast.lead, at=NOW)
    confirm_minutes(minutes, by=cast.specialist, at=NOW, comment="Thanks")
    found = fresh(minutes)
    assert found.is_confirmed
    assert {each.side: each.name for each in found.agreement.signatures.all()} == {
        "customer": cast.pm.name,
        "fasttrack": cast.specialist.name,
    }
    assert words_wanted(cast.lead) == []
    kinds = list(
        Event.objects.filter(kind__startswith="meetings.minutes").order_by("pk").values_list("kind", flat=True)
    )
    assert kinds == ["meetings.minutes_confirmed", "meetings.minutes_agreed"]
    report = Report.objects.get(kind="minutes")
    assert (report.minutes, report.status) == (minutes, "queued"), "the PDF is made by itself"


def test_a_partner_never_confirms_for_the_customer(minutes: Minutes, cast: Cast):
    for write in (
        lambda: confirm_minutes(minutes, by=cast.partner, at=NOW),
        lambda: correct_minutes(minutes, edition=1, reason="x", by=cast.partner, at=NOW, **changes_of(minutes)),
    ):
        with pytest.raises(AccessRefused, match="partner never signs for the customer"):
            write()


def test_a_correction_by_either_side_asks_both_again(minutes: Minutes, cast: Cast):
    confirm_minutes(minutes, by=cast.pm, at=NOW)
    changed = changes_of(minutes, points={"gate": "Three sites are left."})
    made = correct_minutes(minutes, edition=1, reason="It was three.", by=cast.lead, at=NOW, **changed)
    assert (made.edition, made.correction) == (2, "It was three.")
    assert not made.agreement.signatures.exists()
    for person in (cast.pm, cast.specialist):
        assert made.get_absolute_url() in [task["href"] for task in words_wanted(person)]
    with pytest.raises(Conflict, match="corrected in the meantime"):
        confirm_minutes(Minutes.objects.get(edition=1), by=cast.specialist, at=NOW)
    client = Client()
    client.force_login(cast.specialist)
    html = client.get(made.get_absolute_url()).content.decode()
    assert "Three sites are left." in html
    assert "It was three." in html
    assert "Two sites are left." in client.get(f"{made.get_absolute_url()}?edition=1").content.decode()
    # Also after both agreed.
    confirm_minutes(made, by=cast.pm, at=NOW)
    confirm_minutes(made, by=cast.specialist, at=NOW)
    again = correct_minutes(
        made, edition=2, reason="Four.", by=cast.specialist, at=NOW, **changes_of(made, notes="Four")
    )  # fmt: skip
    assert again.edition == 3
    assert not again.is_confirmed


def test_two_corrections_at_once_lose_nothing(minutes: Minutes, cast: Cast):
    correct_minutes(minutes, edition=1, reason="a", by=cast.lead, at=NOW, **changes_of(minutes, notes="Theirs"))
    with pytest.raises(StaleVersion) as stale:
        correct_minutes(
            minutes, edition=1, reason="b", by=cast.specialist, at=NOW, **changes_of(minutes, notes="Mine")
        )  # fmt: skip
    assert (stale.value.details["yours"], stale.value.details["theirs"]) == ({"notes": "Mine"}, {"notes": "Theirs"})
    client = Client()
    client.force_login(cast.specialist)
    url = f"{minutes.get_absolute_url()}correct/"
    told = {"edition": 1, "reason": "b", "notes": "Mine", "guests": "", "present": []}
    told |= {f"point-{each['key']}": each["notes"] for each in minutes.snapshot["points"]}
    told |= {f"text-{each['id']}": each["text"] for each in minutes.snapshot["decisions"] + minutes.snapshot["actions"]}
    answer = client.post(url, told)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Theirs" in text
    assert ">\nMine</textarea>" in text
    assert client.post(url, {**told, "edition": 2}).status_code == 303
    newest = fresh(minutes)
    with pytest.raises(Conflict, match="Nothing was changed"):
        correct_minutes(minutes, edition=3, reason="c", by=cast.lead, at=NOW, **changes_of(newest))


def test_the_mail_says_what_was_decided_and_taken_on(minutes: Minutes, cast: Cast):
    with transaction.atomic():
        run_due(lanes=("light",))
    letters = {message.to[0]: message for message in mail.outbox if "minutes" in message.subject}
    assert set(letters) == {cast.lead.email, cast.pm.email}, "nobody is told of their own act"
    body = letters[cast.pm.email].body
    assert "Mail moves first" in body
    assert f"Send the list of sites ({cast.pm.name}" in body
    assert minutes.get_absolute_url() in body


def test_the_history_of_a_series_is_one_page(minutes: Minutes, cast: Cast):
    client = Client()
    client.force_login(cast.lead)
    url = f"{minutes.meeting.engagement.get_absolute_url()}meetings/history/"
    html = client.get(url).content.decode()
    for word in (
        "Lena Lead",
        "Mail moves first",
        "Send the list of sites",
        "1 action is open",
        "Waits to be confirmed",
    ):
        assert word in html
