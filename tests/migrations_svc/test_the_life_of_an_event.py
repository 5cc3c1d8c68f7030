"""From draft to completion: each step by whose it is, in its order, and nothing else."""

import uuid
from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse

from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import end_link
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import Invalid
from migrations_svc import operations
from migrations_svc.models import GoDecision, MigrationEvent
from migrations_svc.overview import active_events, windows_open
from tests.migrations_svc.migration_scene import NOW, acknowledged, brought_to, event_in, states

# The two that follow an agreed change request have no address of their own.
STEPS = [step for step in MigrationEvent.WORKFLOW.steps if step not in ("thaw", "postpone")]
STATES = list(MigrationEvent.Status.values)
CUSTOMERS = {"validate", "amend", "schedule", "reschedule"}
SPEAKERS = {"approve", "decline"}
FASTTRACKS = {"lock", "start", "complete", "complete_with_issues", "fail"}
KINDS = {
    "validate": "validated",
    "amend": "amended",
    "schedule": "scheduled",
    "reschedule": "rescheduled",
    "decline": "declined",
    "lock": "locked",
    "approve": "approved",
    "start": "started",
    "complete": "completed",
    "complete_with_issues": "completed",
    "fail": "failed",
    "cancel": "cancelled",
}


def address(event, step):
    if step in ("schedule", "reschedule", "decline", "cancel", "fail"):
        return reverse(f"migrations_svc:{step}", args=[event.public_id])
    return reverse("migrations_svc:move", args=[event.public_id, step])


def fields(step):
    return {
        "schedule": {"day": "2026-04-20", "wall": "08:00"},
        "reschedule": {"day": "2026-04-20", "wall": "08:00"},
        "decline": {"reason": "No", "outcome": "scheduled"},
        "cancel": {"reason": "No"},
        "fail": {"reason": "No"},
    }.get(step, {})


def may(who, step, status):
    if who in ("specialist", "manager", "admin"):
        return step in FASTTRACKS | SPEAKERS or step == "cancel"
    if who in ("lead", "pm", "partner"):
        if step in SPEAKERS:
            return who != "partner"
        return step in CUSTOMERS or (step == "cancel" and status not in ("locked", "go"))
    return False


@pytest.mark.parametrize("who", ["lead", "partner", "specialist", "admin", "viewer"])
def test_every_cell_of_the_workflow(cast, sign_in, engagement, viewer, who):
    """C4: legal ones move, all others are a 409 or a 403; and what moved left one Event."""
    wrong = []
    event = event_in(engagement, cast.lead, "ada@old.example,ada@new.example,,,\n")
    acknowledged(event, cast.lead)
    # The other side has said go, so that one more is the go of the event.
    other = ("customer", cast.lead) if who in ("specialist", "admin") else ("fasttrack", cast.specialist)
    GoDecision.objects.create(event=event, side=other[0], word="go", by=other[1], name="Other", role="", at=NOW)
    with time_machine.travel(NOW, tick=False):
        client = sign_in(viewer if who == "viewer" else getattr(cast, who))
        for status in STATES:
            stand_in(event, status)
            for step in STEPS:
                legal = status in MigrationEvent.WORKFLOW.step(step).sources
                # What has not moved is an issue, so "complete" ends with issues here.
                target = MigrationEvent.WORKFLOW.step(step.replace("complete", "complete_with_issues")[:20]).target
                # To htmx, which is told in a line what is refused, and otherwise where to go.
                expected = (204, target, 1) if legal else (409, status, 0)
                expected = expected if may(who, step, status) else (403, status, 0)
                with transaction.atomic():
                    told = Event.objects.filter(subject_id=event.pk, kind=f"migrations.{KINDS[step]}")
                    before = told.count()
                    answer = client.post(address(event, step), fields(step), headers={"HX-Request": "true"})
                    left = MigrationEvent.objects.values_list("status", flat=True).get(pk=event.pk)
                    found = (answer.status_code, left, told.count() - before)
                    transaction.set_rollback(True)
                if found != expected:
                    wrong.append(f"{step} from {status}: {found}, expected {expected}")
    assert not wrong, "\n".join(map(str, wrong))


def stand_in(event, status):
    """In that state without having come there."""
    values = {"status": status}
    if status not in ("draft", "validated", "cancelled"):
        values["scheduled_for"] = NOW
    if status.startswith("completed"):
        values |= {"completed_at": NOW, "window_closes_at": NOW, "window": "open"}
    MigrationEvent.objects.filter(pk=event.pk).update(**values)
    event.refresh_from_db()


@pytest.mark.parametrize("who", ["fabrikam_lead", "litware_partner", "apac_specialist"])
def test_another_organisation_moves_nothing(cast, sign_in, event, who):
    client = sign_in(getattr(cast, who))
    answers = {step: client.post(address(event, step), fields(step)).status_code for step in STEPS}
    assert answers == dict.fromkeys(STEPS, 404)


@pytest.mark.parametrize("step", ["explode", "list_loaded", "close_window", "create", "thaw", "postpone", "freeze"])
def test_a_step_that_is_none(cast, sign_in, event, step):
    answer = sign_in(cast.lead).post(reverse("migrations_svc:move", args=[event.public_id, step]))
    assert answer.status_code == 404


def test_a_draft_without_a_list_cannot_be_validated(cast, sign_in, engagement):
    event = operations.create(engagement, key=uuid.uuid4(), title="A", source="box", zone="UTC", by=cast.lead)
    answer = sign_in(cast.lead).post(address(event, "validate"))
    assert answer.status_code == 422
    assert "no list yet" in answer.content.decode()
    page = sign_in(cast.lead).get(event.get_absolute_url()).content.decode()
    assert "Load the list first." in page


def test_the_whole_way_in_pages(cast, sign_in, event):
    lead, specialist = sign_in(cast.lead), sign_in(cast.specialist)
    acknowledged(event, cast.lead)
    with time_machine.travel(NOW, tick=False):
        for client, step in (
            (lead, "validate"), (lead, "schedule"), (specialist, "lock"), (lead, "approve"), (specialist, "approve"),
            (specialist, "start"),
        ):  # fmt: skip
            page = client.get(event.get_absolute_url()).content.decode()
            assert address(event, step) in page
            answer = client.post(address(event, step), fields(step))
            assert answer.status_code == 303, step
            other = specialist if client is lead else lead
            assert other.get(event.get_absolute_url()).status_code == 200
    event.refresh_from_db()
    assert (event.status, event.started_at) == ("running", NOW)
    assert event.scheduled_for == datetime(2026, 4, 20, 6, 0, tzinfo=UTC)
    kinds = ["created", "list_loaded", "acknowledged", "validated", "scheduled", "locked", "go_given", "approved"]
    kinds.append("started")
    story = Event.objects.filter(thread=event.engagement.public_id, kind__startswith="migrations.").order_by("pk")
    assert [told.kind for told in story] == [f"migrations.{kind}" for kind in kinds]
    assert {told.thread for told in story} == {event.engagement.public_id}


# --- The day ------------------------------------------------------------------------------------------------------
def test_the_page_shows_the_first_day_and_its_deadlines(cast, sign_in, bring):
    event = bring("validated")
    with time_machine.travel(NOW, tick=False):
        page = sign_in(cast.lead).get(address(event, "schedule")).content.decode()
    # Thursday 12 March is the first of ten working days, Wednesday 25 March the last.
    assert '<time class="when" datetime="2026-03-26"' in page
    assert 'min="2026-03-26"' in page
    for label in ("List freeze", "Access check", "Go or no-go"):
        assert label in page


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2026-03-25", "The first day that leaves time"),
        ("2026-01-01", "The first day that leaves time"),
        ("0001-01-01", "The first day that leaves time"),
        ("9999-12-31", "too far away"),
        ("2026-02-30", "valid date"),
        ("\x00", "valid date"),
        ("", "required"),
    ],
)
def test_a_day_that_cannot_be(cast, sign_in, bring, day, sentence):
    event = bring("validated")
    with time_machine.travel(NOW, tick=False):
        answer = sign_in(cast.lead).post(address(event, "schedule"), {"day": day, "wall": "08:00"})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert MigrationEvent.objects.get(pk=event.pk).status == "validated"


def test_the_operation_guards_the_first_day_too(cast, bring):
    event = bring("validated")
    with pytest.raises(Invalid, match="The first day that leaves time"):
        operations.schedule(event, day=date(2026, 3, 25), wall=time(8), at=NOW, by=cast.lead)


def test_the_hour_is_on_the_clock_of_the_events_zone(cast, engagement):
    event = event_in(engagement, cast.lead, zone="America/Los_Angeles")
    operations.validate(event, by=cast.lead)
    acknowledged(event, cast.lead)
    operations.schedule(event, day=date(2026, 4, 17), wall=time(18, 30), at=NOW, by=cast.lead)
    assert event.scheduled_for == datetime(2026, 4, 18, 1, 30, tzinfo=UTC)


def test_the_deadlines_stand_on_the_page(cast, sign_in, bring):
    event = bring("scheduled")
    with time_machine.travel(NOW, tick=False):
        page = sign_in(cast.lead).get(event.get_absolute_url()).content.decode()
    # Friday 17 April; Good Friday and Easter Monday are holidays in Berlin.
    for day in ("2026-04-01", "2026-04-08", "2026-04-15"):
        assert f'datetime="{day}"' in page


def test_the_specialist_is_told_of_the_day(cast, bring, settings):
    event = bring("scheduled")
    told = Notification.objects.get(event__kind="migrations.scheduled")
    assert told.user == cast.specialist
    assert told.event.data["deadlines"] == {
        "list_freeze": "2026-04-01", "access_check": "2026-04-08", "go_no_go": "2026-04-15"
    }  # fmt: skip
    assert "Friday 17 April 2026, 08:00 (Europe/Berlin)" in told.event.sentence
    assert event.status == "scheduled"


def test_changing_the_list_gives_the_day_up(cast, sign_in, bring):
    event = bring("scheduled")
    sign_in(cast.lead).post(address(event, "amend"))
    event.refresh_from_db()
    assert (event.status, event.scheduled_for) == ("draft", None)


# --- Reasons ------------------------------------------------------------------------------------------------------
def test_who_cancels_says_why(cast, sign_in, event):
    client = sign_in(cast.lead)
    assert client.get(address(event, "cancel")).status_code == 200
    assert client.post(address(event, "cancel"), {"reason": "  "}).status_code == 422
    assert client.post(address(event, "cancel"), {"reason": "The merger is off"}).status_code == 303
    assert "The merger is off" in sign_in(cast.specialist).get(event.get_absolute_url()).content.decode()
    assert Notification.objects.filter(event__kind="migrations.cancelled", user=cast.specialist).exists()


def test_once_frozen_only_fasttrack_cancels(cast, sign_in, bring):
    event = bring("locked")
    page = sign_in(cast.lead).get(event.get_absolute_url()).content.decode()
    assert "only your FastTrack specialist can cancel" in page
    answer = sign_in(cast.lead).post(address(event, "cancel"), {"reason": "Wait"})
    assert (answer.status_code, "The list is frozen" in answer.content.decode()) == (403, True)
    assert sign_in(cast.specialist).post(address(event, "cancel"), {"reason": "No access"}).status_code == 303


def test_a_viewer_sees_the_event_and_no_button(sign_in, event, viewer):
    page = sign_in(viewer).get(event.get_absolute_url())
    assert page.status_code == 200
    assert "/step/" not in page.content.decode()


def test_a_partner_whose_link_ended_sees_nothing_more(cast, sign_in, event):
    client = sign_in(cast.partner)
    assert client.get(event.get_absolute_url()).status_code == 200
    end_link(PartnerLink.objects.get(), at=NOW, by=cast.lead)
    assert client.get(event.get_absolute_url()).status_code == 404
    assert client.post(address(event, "validate")).status_code == 404


# --- The end ------------------------------------------------------------------------------------------------------
def test_the_records_say_how_it_ended(cast, engagement):
    ends = {}
    for number, last in enumerate(["Completed", "Failed", "CompletedWithWarnings", "Skipped", "Syncing"]):
        lines = [f"{name}{number}@old.example,{name}{number}@new.example,,,\n" for name in ("a", "b")]
        event = event_in(engagement, cast.lead, *lines)
        brought_to(event, "running", customer=cast.lead, specialist=cast.specialist)
        rows = [f"{name}{number}@old.example,{word},,,\n" for name, word in (("a", "Completed"), ("b", last))]
        operations.load_states(event, states(*rows), key=uuid.uuid4(), by=cast.specialist, at=NOW)
        operations.complete(event, by=cast.specialist, at=NOW)
        ends[last] = event.status
    assert ends == {
        "Completed": "completed",
        "Failed": "completed_with_issues",
        "CompletedWithWarnings": "completed_with_issues",
        "Skipped": "completed",
        "Syncing": "completed_with_issues",
    }


def test_the_home_page_gets_what_is_on_and_what_is_open(cast, bring):
    event = bring("scheduled")
    for user in (cast.lead, cast.partner, cast.specialist, cast.admin):
        assert active_events(user, limit=5) == [event]
    assert active_events(cast.fabrikam_lead) == active_events(cast.litware_partner) == []
    assert windows_open(cast.lead) == []
