"""A specialist runs a checkpoint from one page: agenda, notes, decisions, actions, attendance."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from engagements.models import Action, AgendaPoint, Attendance, Decision
from engagements.operations import agenda
from engagements.operations.meetings import cancel
from engagements.operations.outcomes import due_day, edit_action, mark_attendance, move_action
from engagements.points import points_of
from fasttrack_portal.access import decide
from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import AccessRefused, Conflict, Invalid, StaleVersion, TransitionRefused
from tests.conftest import Cast
from tests.engagements.minutes_scene import NOW, action_in, held, meeting_of, running

pytestmark = pytest.mark.django_db


def titles(meeting) -> list[str]:
    return [shown.title for shown in points_of(meeting, at=NOW)[0]]


def page(client_user, meeting) -> str:
    client = Client()
    client.force_login(client_user)
    return client.get(meeting.get_absolute_url()).content.decode()


def test_the_agenda_writes_itself(cast: Cast):
    engagement = running(cast)
    late = engagement.responsibilities.filter(party="customer", parent_code="").first()
    late.due_on = timezone.localdate() - timedelta(days=300)
    late.save()
    ours = engagement.responsibilities.filter(party="fasttrack", parent_code="").first()
    ours.due_on = timezone.localdate() - timedelta(days=1)
    ours.save()
    milestone = engagement.milestones.first()
    milestone.approval = "asked"
    milestone.save()
    meeting = meeting_of(engagement)
    shown = {each.point.origin: each for each in points_of(meeting, at=NOW)[0]}
    assert [group.label for group in shown["overdue"].groups] == [cast.contoso.name, "FastTrack"]
    assert shown["overdue"].groups[0].lines[0].text.startswith(late.code)
    assert shown["decisions"].groups[0].lines[0].text == milestone.title
    gaps = [line for group in shown["gate"].groups for line in group.lines]
    assert gaps
    assert all(line.who for line in gaps), "what is missing, by name and holder"
    assert not AgendaPoint.objects.filter(meeting=meeting).exists(), "looking writes nothing"
    assert milestone.title in page(cast.lead, meeting)


def test_both_sides_add_edit_move_and_strike(cast: Cast):
    meeting = meeting_of(running(cast))
    key = uuid.uuid4()
    own = agenda.add_point(meeting, title="Printers", key=key, by=cast.lead)
    assert agenda.add_point(meeting, title="Printers", key=key, by=cast.lead) == own, "one form, one point"
    agenda.edit_point(meeting, own.key, title="Printers in Bonn", version=own.version, by=cast.specialist)
    assert titles(meeting)[-1] == "Printers in Bonn"
    own.refresh_from_db()
    agenda.move_point(meeting, own.key, "up", version=own.version, at=NOW, by=cast.pm)
    assert titles(meeting)[-2] == "Printers in Bonn"
    gate = next(each.point for each in points_of(meeting, at=NOW)[0] if each.point.origin == "gate")
    agenda.strike_point(meeting, "gate", "strike", version=gate.version, by=cast.lead)
    assert "What is missing at the gate" not in titles(meeting)
    agenda.strike_point(meeting, "gate", "restore", version=gate.version + 1, by=cast.specialist)
    assert "What is missing at the gate" in titles(meeting)
    kinds = list(Event.objects.filter(kind__startswith="meetings.point").order_by("pk").values_list("kind", flat=True))
    assert kinds == [f"meetings.point_{each}" for each in ("added", "edited", "moved", "struck", "restored")]


def test_the_other_words_are_not_overwritten(cast: Cast):
    meeting = meeting_of(running(cast))
    own = agenda.add_point(meeting, title="Printers", key=uuid.uuid4(), by=cast.lead)
    agenda.edit_point(meeting, own.key, title="All printers", version=1, by=cast.pm)
    with pytest.raises(StaleVersion) as stale:
        agenda.edit_point(meeting, own.key, title="Some printers", version=1, by=cast.specialist)
    assert stale.value.details["theirs"] == {"title": "All printers"}
    for write in (
        lambda: agenda.strike_point(meeting, own.key, "strike", version=1, by=cast.lead),
        lambda: agenda.move_point(meeting, own.key, "up", version=1, at=NOW, by=cast.lead),
    ):
        with pytest.raises(StaleVersion):
            write()


def test_the_partner_reads_the_agenda(cast: Cast):
    meeting = meeting_of(running(cast))
    with pytest.raises(AccessRefused):
        agenda.add_point(meeting, title="Ours", key=uuid.uuid4(), by=cast.partner)
    html = page(cast.partner, meeting)
    assert "What is missing at the gate" in html
    assert "Add a point" not in html


def test_notes_are_saved_while_somebody_types_and_two_writers_lose_nothing(cast: Cast):
    meeting = meeting_of(running(cast))
    client = Client()
    client.force_login(cast.specialist)
    url = f"{meeting.get_absolute_url()}agenda/gate/note/"
    base = agenda.print_of("")
    first = client.post(url, {"notes": "Mine", "version": 1, "base": base, "autosave": "1"})
    assert first.status_code == 200
    assert first.json()["text"].startswith("Saved")
    # The title was changed since: no other notes, so nothing stands in the way.
    agenda.edit_point(meeting, "gate", title="The gate", version=first.json()["version"], by=cast.lead)
    told = {"notes": "Mine and more", "version": first.json()["version"], "base": first.json()["base"]}
    assert client.post(url, {**told, "autosave": "1"}).status_code == 200
    events = Event.objects.filter(kind="meetings.point_noted").count()
    other = Client()
    other.force_login(cast.manager)
    script = other.post(url, {"notes": "Theirs", "version": 1, "base": base, "autosave": "1"})
    assert script.status_code == 409
    shown = other.post(url, {"notes": "Theirs", "version": 1, "base": base})
    assert shown.status_code == 409
    text = shown.content.decode()
    assert "Mine and more" in text
    assert ">\nTheirs</textarea>" in text, "what was typed is still in its field"
    assert Event.objects.filter(kind="meetings.point_noted").count() == events
    merged = {"notes": "Both", "version": 99, "base": agenda.print_of("Mine and more")}
    assert other.post(url, merged).status_code == 303


def test_notes_on_the_meeting_are_kept_the_same_way(cast: Cast):
    meeting = meeting_of(running(cast))
    client = Client()
    client.force_login(cast.specialist)
    url = f"{meeting.get_absolute_url()}step/write_notes/"
    told = {"notes": "First", "version": meeting.version, "base": agenda.print_of("")}
    assert client.post(url, told).status_code == 303
    stale = client.post(url, {**told, "notes": "Second"})
    assert stale.status_code == 409
    assert "First" in stale.content.decode()
    assert "Second" in stale.content.decode()


def test_a_decision_and_an_action_in_one_form_each(cast: Cast):
    meeting = meeting_of(running(cast))
    client = Client()
    client.force_login(cast.specialist)
    today = timezone.localdate()
    told = {"text": "Mail moves first", "decided_by": cast.lead.public_id, "decided_on": today, "key": uuid.uuid4()}
    for _twice in range(2):
        assert client.post(f"{meeting.get_absolute_url()}decisions/", told).status_code == 303
    assert Decision.objects.get().decided_by == cast.lead
    told = {"title": "Send the list", "assignee": cast.pm.public_id, "due_on": "", "key": uuid.uuid4()}
    for _twice in range(2):
        assert client.post(f"{meeting.get_absolute_url()}actions/", told).status_code == 303
    action = Action.objects.get()
    assert (action.party, action.holder, action.assignee) == ("customer", "customer", cast.pm)
    assert action.due_on == due_day(meeting.engagement, "customer", meeting.engagement.day_at(timezone.now()))
    assert 6 <= (action.due_on - today).days <= 12, "five working days"
    told = {"title": "", "assignee": cast.litware_partner.public_id, "due_on": "", "key": uuid.uuid4()}
    refused = client.post(f"{meeting.get_absolute_url()}actions/", told)
    assert refused.status_code == 422
    assert "id_action_title_error" in refused.content.decode()


def test_an_action_is_its_owners_next_step_until_it_is_done(cast: Cast):
    meeting = meeting_of(running(cast))
    action = action_in(meeting, cast)
    client = Client()
    client.force_login(cast.pm)
    assert f'href="{action.get_absolute_url()}">{action.title}' in client.get("/").content.decode()
    assert action.title in client.get(meeting.engagement.get_absolute_url()).content.decode()
    client.post(f"{action.get_absolute_url()}step/finish/")
    action.refresh_from_db()
    assert (action.status, action.holder) == ("done", "")
    assert f'href="{action.get_absolute_url()}">{action.title}' not in client.get("/").content.decode()
    with pytest.raises(TransitionRefused):
        move_action(action, "finish", by=cast.pm, at=NOW)
    move_action(action, "reopen", by=cast.pm, at=NOW)
    action.refresh_from_db()
    assert (action.status, action.holder) == ("open", "customer")


def test_who_works_on_an_action(cast: Cast):
    meeting = meeting_of(running(cast))
    theirs, ours = action_in(meeting, cast), action_in(meeting, cast, "Write the plan", assignee=cast.specialist)
    assert decide(cast.lead, "engagements.work_on_action", theirs).allowed
    assert not decide(cast.lead, "engagements.work_on_action", ours).allowed
    assert decide(cast.specialist, "engagements.work_on_action", theirs).allowed
    assert not decide(cast.partner, "engagements.work_on_action", theirs).allowed
    assert not decide(cast.pm, "engagements.drop_action", theirs).allowed
    # The customer does not hand its own action to FastTrack.
    with pytest.raises(AccessRefused):
        edit_action(
            theirs, title="x", assignee=cast.specialist, due_on=theirs.due_on, version=theirs.version,
            by=cast.pm, at=NOW,
        )  # fmt: skip
    with pytest.raises(Invalid):
        edit_action(
            theirs, title="x", assignee=cast.fabrikam_lead, due_on=theirs.due_on, version=theirs.version,
            by=cast.specialist, at=NOW,
        )  # fmt: skip


def test_what_is_not_done_is_carried(cast: Cast):
    engagement = running(cast)
    first, following = meeting_of(engagement, timedelta(days=-7)), meeting_of(engagement)
    left, done = action_in(first, cast, "Left over"), action_in(first, cast, "Finished")
    held(first, cast)
    move_action(done, "finish", by=cast.pm, at=NOW)
    shown = next(each for each in points_of(following, at=NOW)[0] if each.point.origin == "carried")
    assert [line.text for line in shown.groups[0].lines] == [left.title]
    # It is not carried to the meeting that it came from, nor to one before it.
    assert "carried" not in [each.point.origin for each in points_of(first, at=NOW)[0]]


def test_attendance_is_marked_by_hand(cast: Cast):
    meeting = meeting_of(running(cast))
    sheet = mark_attendance(meeting, present=[cast.lead], guests="Ann of finance", version=0, by=cast.specialist)
    with pytest.raises(StaleVersion) as stale:
        mark_attendance(meeting, present=[cast.pm], guests="", version=0, by=cast.manager)
    assert stale.value.details["theirs"] == {"present": str(cast.lead), "guests": "Ann of finance"}
    mark_attendance(meeting, present=[cast.lead, cast.pm], guests="", version=sheet.version, by=cast.manager)
    assert Attendance.objects.get().present.count() == 2
    with pytest.raises(AccessRefused):
        mark_attendance(meeting, present=[], guests="", version=2, by=cast.lead)


def test_nothing_is_written_into_a_meeting_that_is_over_or_cancelled(cast: Cast):
    engagement = running(cast)
    over, off = meeting_of(engagement), meeting_of(engagement, timedelta(days=2))
    held(over, cast)
    cancel(off, reason="Fair", by=cast.specialist)
    for meeting in (over, off):
        with pytest.raises(Conflict):
            agenda.add_point(meeting, title="Late", key=uuid.uuid4(), by=cast.lead)
        with pytest.raises(Conflict):
            agenda.note_point(meeting, "gate", notes="Late", version=1, base="", by=cast.specialist)
        with pytest.raises(Conflict):
            action_in(meeting, cast)
