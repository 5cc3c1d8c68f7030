"""Every way to write through the portal's pages: who posts what to which thing, and which Event it leaves."""

import io
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from psycopg2.extras import DateTimeTZRange

from assistance.models import AssistanceRequest, PartnerPause
from engagements.feeds import new_nonce
from engagements.models import (
    CoSpecialist,
    Engagement,
    Meeting,
    Milestone,
    Phase,
    RemediationItem,
    Responsibility,
    SlotRequest,
    SuccessItem,
    Template,
)
from engagements.operations import slots
from engagements.operations.feeds import renew_feed
from engagements.operations.phases import sign_gate
from engagements.operations.remediation_plan import sign_plan
from engagements.views.meeting_page import following_of
from fasttrack_portal.accounts import tokens
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.directory.models import CenterClosure
from fasttrack_portal.documents import operations as documents
from fasttrack_portal.workflow import Step
from migrations_svc import planning
from migrations_svc.models import GoDecision, Issue, MigrationEvent, PlanningRules, WatchSettings
from reports import operations as reports
from reports.models import Report
from tests.test_access import DOOR
from tests.world import World

Data = dict[str, Any]


@dataclass(frozen=True)
class Write:
    """One valid POST: `of` is the thing in the address, `before` brings it where the step leads from."""

    route: str
    who: str
    leaves: tuple[str, ...]
    of: str = ""
    step: str = ""
    asks: str = ""
    # What else stands in the address.
    named: Callable[[World], Data] = lambda world: {}
    data: Callable[[World], Data] = lambda world: {}
    before: Callable[[World], None] = lambda world: None
    # The same form sent once more writes nothing (C2).
    is_keyed: bool = False
    # Another part of the address, by its name.
    part: tuple[str, str] | None = None
    # 200 where the page itself asks, and stays where it is.
    answers: int = 0
    label: str = field(default="")

    @property
    def name(self) -> str:
        return self.label or f"{self.route} {self.step}".strip()

    def address(self, world: World) -> str:
        kwargs: Data = {"public_id": world[self.of].public_id} if self.of else {}
        kwargs |= self.named(world)
        if self.step:
            kwargs["step"] = self.step
        if self.part:
            kwargs[self.part[0]] = self.part[1]
        named = world["customer" if self.asks == "customer" else "engagement"] if self.asks else None
        query = f"?{self.asks}={named.public_id}" if named else ""
        return reverse(self.route, kwargs=kwargs) + query


def version_of(name: str, **values: Any) -> Callable[[World], Data]:
    return lambda world: {**values, "version": fresh(world[name]).version}


def fresh(thing: Any) -> Any:
    return type(thing)._base_manager.get(pk=thing.pk)


def given(name: str, **values: Any) -> Callable[[World], None]:
    """Puts a thing of the world into the state that the step leads from."""
    return lambda world: bool(type(world[name])._base_manager.filter(pk=world[name].pk).update(**values)) or None


def today(days: int = 0) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def key() -> str:
    return str(uuid.uuid4())


def free_time(world: World) -> str:
    """The first that somebody could take in the week after next."""
    since = timezone.now() + timedelta(days=7)
    times = slots.free_times(fresh(world["engagement"]), since=since, until=since + timedelta(days=14), minutes=60)
    return next(times).start.isoformat()


def _proposed(world: World) -> None:
    start = datetime.fromisoformat(free_time(world))
    SlotRequest.objects.filter(pk=world["slot"].pk).update(status="proposed", proposed=[start])


def _the_next_date(world: World) -> Data:
    """What follows the meeting moves to a free time, as written on the specialist's clock."""
    meeting = fresh(world["meeting"])
    following = following_of(meeting, timezone.now())
    assert following
    local = datetime.fromisoformat(free_time(world)).astimezone(ZoneInfo(meeting.specialist.time_zone))
    return {"day": f"{local:%Y-%m-%d}", "wall": f"{local:%H:%M}", "version": following.version}


def a_file(content: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("file.csv", content.encode(), content_type="text/csv")


def _issued(world: World) -> None:
    """The report as its job leaves it, without the seconds that drawing takes."""
    report = reports.for_work(world["report"].pk)
    if report.status == "queued":
        reports.issue(reports.freeze(report, at=timezone.now()), b"%PDF-1.7", at=timezone.now())


def _a_draft_that_is_complete(world: World) -> None:
    owners = [{"name": "Lena Lead", "email": "lead@contoso.example", "role": ""}]
    AssistanceRequest.objects.filter(pk=world["draft"].pk).update(
        desired_on=today(30),
        services=["windows"],
        business_reason="One platform",
        owners=owners,
        success_owners="Lena Lead",
    )


def _a_draft_that_is_held(world: World) -> None:
    """The world's waiting request asks for Teams already."""
    AssistanceRequest.objects.filter(pk=world["draft"].pk).update(services=["teams"])


def _any_day(world: World) -> Data:
    event = fresh(world["event"])
    return {"day": planning.earliest_day(event.engagement.centre, at=timezone.now()).isoformat(), "wall": "19:00"}


def _to_somebody(world: World) -> Data:
    return {"specialist": str(world["specialist"].public_id), "version": fresh(world["waiting"]).version}


def _paused(world: World) -> None:
    PartnerPause.objects.create(partner=world["partner"], until=timezone.now() + timedelta(days=3))


def _no_series(world: World) -> None:
    world["engagement"].series.update(status="ended")


def _staff_elsewhere(world: World) -> Membership:
    return Membership.objects.get(centre=world["other_centre"])


def _colleague(world: World) -> str:
    return str(_staff_elsewhere(world).public_id)


def _a_helper(world: World) -> None:
    CoSpecialist.objects.create(engagement=world["engagement"], user=_staff_elsewhere(world).user)


def _an_empty_draft(world: World) -> None:
    MigrationEvent.objects.filter(pk=world["event"].pk).update(**_NEW)
    world["event"].records.all().delete()


def _a_meeting_that_began(world: World) -> None:
    now = timezone.now()
    during = DateTimeTZRange(now - timedelta(minutes=5), now + timedelta(minutes=25))
    Meeting.objects.filter(pk=world["meeting"].pk).update(during=during, status="planned")


def _the_gate(world: World) -> Data:
    return {"point": "gate"}


def _point_version(world: World) -> int:
    return int(world["meeting"].points.get(origin="gate").version)


def _an_own_point(world: World) -> Data:
    return {"point": str(world["meeting"].points.get(origin="own").public_id)}


def _struck(world: World) -> None:
    world["meeting"].points.filter(origin="gate").update(status="struck")


def _lead(world: World) -> str:
    return str(world["action"].assignee.public_id)


def _a_correction(world: World) -> Data:
    record = fresh(world["minutes"]).snapshot
    told = {f"point-{each['key']}": "Other words" for each in record["points"]}
    told |= {f"text-{each['id']}": each["text"] for each in [*record["decisions"], *record["actions"]]}
    return {**told, "edition": 1, "notes": "", "guests": "", "reason": "It was otherwise"}


def _no_draft(world: World) -> None:
    Template.objects.filter(status="draft").delete()


def _a_newer_template(world: World) -> None:
    given("template_item", text="In other words")(world)
    given("template", status="published", published_at=timezone.now())(world)


def _chosen(world: World) -> str:
    item = fresh(world["responsibility"])
    return f"{item.code}:{item.version}"


_LINE = {"text": "Name a deputy", "why": "People fall ill.", "mode": "do", "condition": "if_required",
         "choice": "seamless_sso", "due_from": "start", "due_offset": "-2"}  # fmt: skip
_PASSWORD = "an invitation well kept"
_NEW = {"status": "draft", "scheduled_for": None, "started_at": None}
_STATES_FILE = "address,state,message\nwritescanary@x.example,failed,Too large\n"
_LIST_FILE = "source_address,target_address,size_gb,display_name,kind\nnew@x.example,new@y.example,3,New,mailbox\n"
_IN_REVIEW = {"status": "in_review"}
WORDS = {"text": "A few words"}
DECLINE = {**WORDS, "code": "other"}
REASON = {"reason": "Because of the holidays"}


def _engagement_steps() -> list[Write]:
    past = {"start": "started", "hold": "held", "resume": "resumed", "rest": "rested", "complete": "completed",
            "cancel": "cancelled"}  # fmt: skip
    return [
        Write("engagements:move", "specialist", (f"engagements.{past[step.name]}",), of="engagement", step=step.name,
              data=lambda world: REASON, before=given("engagement", status=step.sources[0]))
        for step in _steps(Engagement)
    ]  # fmt: skip


def _phase_steps() -> list[Write]:
    past = {"start": "started", "offer": "offered", "reopen": "reopened", "skip": "skipped"}
    return [
        Write("engagements:move_phase", "specialist", (f"engagements.phase_{past[step.name]}",), of="phase",
              step=step.name, data=lambda world: REASON, before=given("phase", status=step.sources[0], reason=""))
        for step in _steps(Phase) if step.name in past
    ]  # fmt: skip


def _responsibility_steps() -> list[Write]:
    past = {"begin": "begun", "wait": "waiting", "block": "blocked", "finish": "finished", "verify": "verified",
            "reopen": "reopened", "exclude": "excluded", "include": "included"}  # fmt: skip
    return [
        Write("engagements:move_responsibility", "specialist", (f"engagements.responsibility_{past[step.name]}",),
              of="responsibility", step=step.name, data=lambda world: REASON,
              before=given("responsibility", status=step.sources[0], reason="Before"))
        for step in _steps(Responsibility)
    ]  # fmt: skip


_ITEM_PAST = {"begin": "begun", "wait": "waiting", "block": "blocked", "finish": "finished", "verify": "verified",
              "reopen": "reopened", "exclude": "excluded", "include": "included"}  # fmt: skip


def _remediation_steps() -> list[Write]:
    risk = Write(
        "engagements:move_remediation", "customer", ("engagements.risk_accepted",), of="remediation",
        step="accept_risk", data=lambda world: {**REASON, "owner": "Lena Lead, tenant lead"},
    )  # fmt: skip
    data = {**REASON, "waits_for": "outside"}
    return [risk] + [
        Write("engagements:move_remediation", "specialist", (f"engagements.remediation_{_ITEM_PAST[step.name]}",),
              of="remediation", step=step.name, data=lambda world: data,
              before=given("remediation", status=step.sources[0], reason="Before"))
        for step in _steps(RemediationItem) if step.name in _ITEM_PAST
    ]  # fmt: skip


# A line begins what its track carries out in a phase that runs: none does in the world's engagement. Its other lines
# are of other tracks, so that with it its own track is done.
_CARRIED = {"finish": ("R-C2.2", "A-C6.1")}


def _success_steps() -> list[Write]:
    return [
        Write("engagements:move_success", "specialist",
              (f"engagements.success_{_ITEM_PAST[step.name]}",
               *["engagements.responsibility_finished"] * len(_CARRIED.get(step.name, ()))),
              of="success", step=step.name, data=lambda world: {**REASON, "waits_for": "outside"},
              before=given("success", status=step.sources[0], reason="Before"))
        for step in _steps(SuccessItem)
    ]  # fmt: skip


def _another_plan(world: World) -> None:
    """The plan has moved on since it was laid before both sides."""
    RemediationItem.objects.filter(pk=world["remediation"].pk).update(severity=4)


def _no_success_plan(world: World) -> None:
    world["engagement"].success_items.all().delete()


_PLAN_LINE = {"title": "A line", "party": "customer", "assignee": "", "due_on": ""}
_FINDING = {**_PLAN_LINE, "workload": "teams", "severity": "2", "detail": "It works"}
_HOPE = {**_PLAN_LINE, "track": "training", "criterion": "It works", "measure": "Nine of ten", "result": ""}


def _milestone_steps() -> list[Write]:
    past = {"start": "started", "complete": "completed", "reopen": "reopened", "skip": "skipped"}
    data = {**REASON, "note": "Agreed", "completed_on": ""}
    return [
        Write("engagements:move_milestone", "specialist", (f"engagements.milestone_{past[step.name]}",),
              of="milestone", step=step.name, data=lambda world: {**data, "completed_on": today()},
              before=given("milestone", status=step.sources[0], reason="Before", is_optional=True,
                           completed_on="2026-01-01" if step.sources[0] == "completed" else None))
        for step in _steps(Milestone)
    ]  # fmt: skip


def _an_open_gate(world: World) -> None:
    """Nothing is left to do in the phase, and its gate waits for both sides."""
    phase = world["phase"]
    Responsibility.objects.filter(engagement=phase.engagement_id, phase=phase.code).update(status="done")
    Phase.objects.filter(pk=phase.pk).update(status="ready")
    phase.gates.create(engagement_id=phase.engagement_id, kind="gate")


def _a_gate_that_fasttrack_has_signed(world: World) -> None:
    _an_open_gate(world)
    sign_gate(world["phase"].gates.get(status="open"), by=world["specialist"], at=timezone.now())


def _a_gate_that_the_customer_has_signed(world: World) -> None:
    _an_open_gate(world)
    sign_gate(world["phase"].gates.get(status="open"), by=world["lead"], at=timezone.now())


def _the_open_gate(world: World) -> Data:
    return {"public_id": world["phase"].gates.get(status="open").public_id}


def _signature(world: World) -> Data:
    return {"agreement": str(world["phase"].gates.get(status="open").public_id), "comment": "Well done"}


def _a_plan_that_the_customer_has_signed(world: World) -> None:
    sign_plan(world["plan_agreement"], by=world["lead"], at=timezone.now())


def _gates() -> list[Write]:
    asked = {"status": "completed", "completed_on": "2026-01-01", "note": "Agreed", "approval": "asked"}
    days = {"starts_on": today(10), "ends_on": today(20), "shifts_rest": "on"}
    return [
        Write("engagements:gate", "customer", ("engagements.gate_signed",), of="phase", before=_an_open_gate,
              data=_signature, is_keyed=True),
        Write("engagements:gate", "customer", ("engagements.phase_passed",), of="phase", data=_signature,
              before=_a_gate_that_fasttrack_has_signed, is_keyed=True, label="engagements:gate second name"),
        Write("engagements:unsign", "customer", ("engagements.plan_unsigned",), of="plan_agreement",
              before=_a_plan_that_the_customer_has_signed, data=lambda world: REASON),
        Write("engagements:unsign", "customer", ("engagements.gate_unsigned",), named=_the_open_gate,
              before=_a_gate_that_the_customer_has_signed, data=lambda world: REASON,
              label="engagements:unsign of a gate"),
        Write("engagements:override_gate", "admin", ("engagements.phase_overridden",), of="phase",
              before=_an_open_gate, data=lambda world: REASON),
        Write("engagements:plan_phase", "specialist", ("engagements.phase_planned",), of="phase",
              data=version_of("phase", **days)),
        Write("engagements:move_approval", "specialist", ("engagements.approval_asked",), of="milestone", step="ask",
              before=given("milestone", **{**asked, "approval": ""})),
        Write("engagements:move_approval", "customer", ("engagements.milestone_approved",), of="milestone",
              step="approve", before=given("milestone", **asked), data=lambda world: {"score": "5", "comment": "Good"}),
        Write("engagements:move_approval", "customer", ("engagements.milestone_rejected",), of="milestone",
              step="reject", before=given("milestone", **asked), data=lambda world: {"comment": "No list yet"}),
    ]  # fmt: skip


def _event_steps() -> list[Write]:
    """The steps of a migration event that ask nothing."""
    past = {"validate": "validated", "amend": "amended", "lock": "locked", "approve": "approved", "start": "started",
            "complete": "completed", "complete_with_issues": "completed"}  # fmt: skip
    return [
        Write("migrations_svc:move", "customer" if step.name in ("validate", "amend") else "specialist",
              (f"migrations.{past[step.name]}",), of="event", step=step.name,
              before=_one_go if step.name == "approve" else given("event", status=step.sources[0]))
        for step in _steps(MigrationEvent) if step.name in past
    ]  # fmt: skip


def _one_go(world: World) -> None:
    """Frozen, and the customer has said go."""
    GoDecision.objects.filter(event=world["event"], side="fasttrack").update(is_current=False)
    world["project"].access_items.update(status="done", done_at=timezone.now())
    given("event", status="locked")(world)


def _one_go_in_spite(world: World) -> None:
    """The same, and an access is missing."""
    _one_go(world)
    world["project"].access_items.update(status="open", done_at=None, done_by=None)


def _with_the_customer(world: World) -> None:
    Issue.objects.filter(pk=world["issue"].pk).update(lane="customer", holder="customer", held_since=timezone.now())


def _no_go_said(world: World) -> None:
    GoDecision.objects.filter(event=world["event"]).update(is_current=False)
    given("event", status="locked")(world)


def _issued_with_records(world: World) -> None:
    """A report that has a list of records."""
    records = documents.store(b"source", name="records.csv", media_type="text/csv", by=None)
    file = documents.store(b"%PDF", name="report.pdf", media_type="application/pdf", by=None)
    seal = documents.seal(title="x", number="x", issued_by="x", issued_at=timezone.now(), snapshot_sha256="0" * 64)
    Report.objects.filter(pk=world["report"].pk).update(
        status="issued", records=records, file=file, seal=seal, gathered_at=timezone.now(), issued_at=timezone.now(),
        snapshot_sha256="0" * 64, snapshot={"records": {"name": "records.csv", "rows": 3}},
    )  # fmt: skip


def _around_events() -> list[Write]:
    """What is settled before, around and after an event."""
    day = {"wall": "19:00"}
    frozen = given("event", status="locked")
    rules = {"list_freeze_days": "12", "access_check_days": "7", "go_no_go_days": "2", "events_per_day": "4"}

    def no_change_waits(world: World) -> None:
        world["event"].change_requests.filter(status="open").update(status="overtaken")
        frozen(world)

    return [
        Write("migrations_svc:start_project", "customer", ("migrations.project_started",), of="engagement",
              data=lambda world: {"source": "dropbox"}),
        Write("migrations_svc:acknowledge", "customer", ("migrations.acknowledged",), of="project",
              before=lambda world: bool(world["project"].acknowledgements.all().delete()) or None,
              data=lambda world: {"speed": "on", "processing": "on", "no_regulated_data": "on"}),
        Write("migrations_svc:add_finding", "customer", ("migrations.finding_added",), of="project", is_keyed=True,
              data=lambda world: {"key": key(), "report": "Scan", "title": "Too large", "owner": "", "due_on": ""}),
        *(Write(f"migrations_svc:move_{thing}", "customer", (f"migrations.{thing}_{past}",), of=thing, step=step,
                before=given(thing, status=status, done_at=timezone.now() if status == "done" else None))
          for thing in ("access", "finding")
          for step, past, status in (("settle", "settled", "open"), ("reopen", "reopened", "done"))),
        Write("migrations_svc:ask_deletion", "customer", ("migrations.deletion_asked",), of="project", is_keyed=True,
              data=lambda world: {"key": key(), "person": "ada@contoso.example"}),
        Write("migrations_svc:complete_deletion", "specialist", ("migrations.deletion_completed",), of="deletion",
              before=given("deletion", status="created")),
        Write("migrations_svc:fail_deletion", "specialist", ("migrations.deletion_failed",), of="deletion",
              before=given("deletion", status="created"), data=lambda world: REASON),
        Write("migrations_svc:retry_deletion", "specialist", ("migrations.deletion_retried",), of="deletion"),
        Write("migrations_svc:rules", "admin", ("migrations.rules_changed",),
              data=lambda world: {**rules, "version": PlanningRules.current().version}),
        Write("migrations_svc:set_capacity", "admin", ("migrations.capacity_set",), of="centre",
              data=lambda world: {"events_per_day": "3", "version": "1"}),
        Write("migrations_svc:reschedule", "customer", ("migrations.rescheduled",), of="event",
              before=given("event", status="scheduled"), data=lambda world: {**_any_day(world), **day}),
        Write("migrations_svc:decline", "customer", ("migrations.declined",), of="event", before=_no_go_said,
              data=lambda world: {"reason": "No access", "outcome": "scheduled"}),
        Write("migrations_svc:go", "specialist", ("migrations.approved",), of="event", before=_one_go_in_spite,
              data=lambda world: REASON),
        Write("migrations_svc:decline", "specialist", ("migrations.declined",), of="event", before=_no_go_said,
              label="migrations_svc:decline and cancel",
              data=lambda world: {"reason": "No access", "outcome": "cancelled"}),
        Write("migrations_svc:ask_change", "customer", ("migrations.change_asked",), of="event", is_keyed=True,
              before=no_change_waits,
              data=lambda world: {"key": key(), "kind": "list", "what": "One more", "why": "Forgotten"}),
        Write("migrations_svc:answer_change", "specialist", ("migrations.change_agreed",), of="change", before=frozen,
              data=lambda world: {"verdict": "agree", "answer": ""}),
        Write("migrations_svc:answer_change", "specialist", ("migrations.change_refused",), of="change", before=frozen,
              label="migrations_svc:answer_change refuse", data=lambda world: {"verdict": "refuse", "answer": "Late"}),
        Write("migrations_svc:add_scenario", "customer", ("migrations.scenario_added",), of="event", is_keyed=True,
              data=lambda world: {"key": key(), "title": "Shared calendar", "expected": ""}),
        Write("migrations_svc:set_result", "customer", ("migrations.result_set",), of="scenario",
              before=given("event", status="completed", completed_at=timezone.now(), window_closes_at=timezone.now()),
              data=version_of("scenario", result="fail", note="Empty")),
    ]  # fmt: skip


def _steps(model: Any) -> list[Step]:
    found: list[Step] = list(model.WORKFLOW.steps.values())
    return found


def _asks(route: str, who: str, event: str, status: str, data: Any = WORDS) -> Write:
    """A step of the request that waits, whose number in the world is "waiting"."""
    return Write(
        route,
        who,
        (event,),
        of="waiting",
        data=data if callable(data) else lambda world: data,
        before=given("waiting", status=status),
    )


WRITES: list[Write] = [
    # --- People -------------------------------------------------------------------------------------------------------
    Write("accounts:preferences", "customer", ("accounts.preferences_set",),
          data=lambda world: {"name": "Lena", "phone": "", "time_zone": "Europe/Paris", "theme": "dark",
                              "mail_topics": ["reports"], "reminder": "hour", "version": fresh(world["lead"]).version}),
    Write("accounts:deactivate", "admin", ("accounts.deactivated",), of="person"),
    Write("accounts:change_role", "customer", ("accounts.role_changed",), of="membership",
          data=version_of("membership", role="viewer")),
    Write("accounts:end_membership", "customer", ("accounts.role_ended",), of="membership"),
    Write("accounts:send_again", "customer", ("accounts.invitation_sent_again",), of="invitation"),
    Write("accounts:withdraw_invitation", "customer", ("accounts.invitation_withdrawn",), of="invitation"),
    Write("accounts:join", "anonymous", ("accounts.invitation_accepted",),
          named=lambda world: {"token": tokens.token_of(fresh(world["invitation"]).nonce)},
          data=lambda world: {"name": "New Colleague", "password1": _PASSWORD, "password2": _PASSWORD}),
    Write("directory:invite_to_customer", "customer", ("accounts.invited",), of="customer", is_keyed=True,
          data=lambda world: {"email": "new@contoso.example", "role": "viewer", "key": key()}),
    Write("directory:invite_to_partner", "partner", ("accounts.invited",), of="company", is_keyed=True,
          data=lambda world: {"email": "new@northwind.example", "role": "partner_member", "key": key()}),
    Write("directory:invite_to_centre", "admin", ("accounts.invited",), of="centre", is_keyed=True,
          data=lambda world: {"email": "new@fasttrack.example", "role": "specialist", "key": key()}),
    Write("directory:ask_consent", "partner", ("directory.consent_noted",), data=lambda world: {"q": "640115"}),
    Write("directory:agree_to_consent", "customer", ("directory.consent_agreed",), of="consent"),
    Write("directory:refuse_consent", "customer", ("directory.consent_refused",), of="consent"),
    Write("imports:imports", "admin", ("imports.uploaded",), is_keyed=True,
          data=lambda world: {"key": key(), "file": a_file("name,centre\nAdventure Works,emea\n")}),
    Write("imports:confirm", "admin", ("directory.customer_created", "imports.imported"), of="plan",
          data=lambda world: {"valid": "1"}),
    Write("imports:check_again", "admin", ("imports.checked",), of="plan"),
    Write("directory:edit", "specialist", ("directory.customer_edited",), of="customer",
          data=lambda world: {"name": "Contoso Group", "tpid": "640999", "seats": "700", "country": "DE",
                              "language": "de", "zone": "Europe/Paris", "version": fresh(world["customer"]).version,
                              "sure": "yes",
                              "centre": str(world["centre"].public_id)}),
    Write("directory:edit_centre", "admin", ("directory.centre_edited",), of="centre",
          data=lambda world: {"zone": "Europe/Berlin", "country": "DE", "subdivision": "BY", "opens_0": "08:00",
                              "closes_0": "16:00", "version": fresh(world["centre"]).version, "sure": "yes"}),
    Write("directory:add_closure", "admin", ("directory.closure_added",), of="centre",
          data=lambda world: {"name": "Inventory", "first_on": today(9), "last_on": today(10), "sure": "yes"}),
    Write("directory:remove_closure", "admin", ("directory.closure_removed",), of="centre",
          before=lambda world: bool(CenterClosure.objects.create(centre=world["centre"], day=date(2099, 3, 2),
                                                                 name="Far")) and None,
          data=lambda world: {"day": "2099-03-02"}),
    Write("directory:add_tenant", "specialist", ("directory.tenant_added",), of="customer", is_keyed=True,
          data=lambda world: {"name": "Labs", "guid": key(), "domains": "labs.example", "key": key()}),
    Write("directory:add_domain", "specialist", ("directory.domain_added",), of="tenant",
          data=lambda world: {"domains": "more.example", "is_verified": "on"}),
    Write("directory:end_link", "customer", ("directory.partner_link_ended",), of="link"),
    Write("jobs:retry", "admin", ("jobs.retried",), of="job",
          before=given("job", status="parked", owner=None, lease_until=None)),
    # --- Requests -----------------------------------------------------------------------------------------------------
    Write("assistance:new", "customer", ("assistance.drafted",), is_keyed=True, data=lambda world: {"key": key()}),
    Write("assistance:section", "customer", ("assistance.edited",), of="draft", part=("section", "reason"),
          data=version_of("draft", **{"continue": "1", "business_reason": "One platform", "owner_0_name": "Lena Lead",
                                      "owner_0_email": "lead@contoso.example", "owner_0_role": "Head of IT"})),
    Write("assistance:section", "customer", ("assistance.edited",), of="draft", part=("section", "organisation"),
          label="assistance:section organisation",
          data=version_of("draft", autosave="1", seats="77", student_seats="5", is_education="on", plan_family="ems"),
          answers=200),
    Write("assistance:check", "customer", ("assistance.submitted",), of="draft", before=_a_draft_that_is_complete,
          data=version_of("draft")),
    Write("assistance:join", "customer", ("assistance.joined",), of="draft", before=_a_draft_that_is_held,
          data=lambda world: {"note": "We want the same"}),
    Write("assistance:accept", "specialist", ("assistance.accepted",), of="application"),
    Write("assistance:door", "specialist", ("assistance.door_made",), answers=200,
          data=lambda world: {"tenant": str(world["tenant"].guid), "services": ["teams"], "seats": "80", "days": "3"}),
    Write("assistance:admin_centre", "customer", ("assistance.drafted",), part=("token", DOOR), is_keyed=True,
          data=lambda world: {"key": key()}),
    Write("rules:new", "admin", ("assistance.rules_published",), is_keyed=True, data=lambda world: {
        "key": key(), "based_on": "1", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-minimum_seats": "0",
        "form-0-verdict": "guidance", "form-0-source": "New terms", "standard": "100", "faculty": "100", "student": "0",
    }),
    _asks("assistance:review", "specialist", "assistance.reviewed", "submitted"),
    _asks("assistance:ask_for_information", "specialist", "assistance.asked_for_information", "in_review"),
    _asks("assistance:answer", "customer", "assistance.answered", "needs_information"),
    _asks("assistance:decline", "specialist", "assistance.declined", "in_review", DECLINE),
    _asks("assistance:withdraw", "customer", "assistance.withdrawn", "submitted"),
    # --- Triage -------------------------------------------------------------------------------------------------------
    _asks("assistance:assign", "specialist", "assistance.assigned", "submitted", _to_somebody),
    Write("assistance:assign", "admin", ("assistance.handed_over",), of="waiting", label="assistance:assign hand over",
          before=given("waiting", **_IN_REVIEW), data=_to_somebody),
    Write("assistance:move", "specialist", ("assistance.moved",), of="waiting",
          data=lambda world: {"centre": str(world["other_centre"].public_id), "reason": "Nearer to the customer"}),
    Write("assistance:capacity", "specialist", ("assistance.capacity_set",), of="colleague",
          data=lambda world: {"engagements": "30", "languages": ["de", "fr"], "version": 1}),
    Write("assistance:settings", "admin", ("assistance.settings_changed",),
          data=lambda world: {"review_days": "2", "first_reminder_days": "2", "second_reminder_days": "6",
                              "capacity": "40", "offer_reminder_days": "2", "offer_expiry_days": "8",
                              "pause_days": "30", "version": 1}),
    *(Write("assistance:bulk", "specialist", (f"assistance.{event}",), label=f"assistance:bulk {do}",
            before=given("waiting", status=status),
            data=lambda world, do=do, more=more: {"ask": [str(world["waiting"].public_id)], "do": do, "sure": "1",
                                                  **(more(world) if callable(more) else more)})
      for do, event, status, more in (("take", "reviewed", "submitted", {}),
                                      ("assign", "assigned", "submitted", _to_somebody),
                                      ("ask", "asked_for_information", "in_review", WORDS),
                                      ("decline", "declined", "in_review", DECLINE))),
    Write("savedviews:save", "specialist", ("savedviews.saved",), is_keyed=True,
          data=lambda world: {"name": "Mine", "query": "court=customer", "back": "/requests/queue/", "key": key()}),
    Write("savedviews:remove", "specialist", ("savedviews.removed",), of="saved_view",
          data=lambda world: {"back": "/requests/queue/"}),
    # --- The partner leg ----------------------------------------------------------------------------------------------
    Write("assistance:offer_request", "specialist", ("assistance.offered",), of="waiting", is_keyed=True,
          before=given("offer", status="withdrawn"),
          data=lambda world: {"partner": str(world["partner"].public_id), "key": key()}),
    Write("assistance:offer_request", "specialist", ("directory.partner_suggested", "assistance.offer_prepared"),
          of="waiting", label="assistance:offer_request to a partner that is asked about", is_keyed=True,
          before=given("consent", status="expired"),
          data=lambda world: {"other": "Litware Consulting", "key": key()}),
    Write("assistance:offer_customer", "specialist", ("assistance.offered",), asks="customer", is_keyed=True,
          data=lambda world: {"partner": str(world["partner"].public_id), "key": key(), "services": ["teams"]}),
    Write("assistance:accept_offer", "partner", ("assistance.offer_accepted",), of="offer"),
    Write("assistance:decline_offer", "partner", ("assistance.offer_declined",), of="offer",
          data=lambda world: {"code": "skills", "reason": "Only Windows"}),
    Write("assistance:decline_offer", "partner", ("assistance.offer_declined", "assistance.partner_paused"),
          of="offer", label="assistance:decline_offer pausing", data=lambda world: {"code": "full", "pauses": "on"}),
    Write("assistance:withdraw_offer", "specialist", ("assistance.offer_withdrawn",), of="offer"),
    Write("assistance:pause", "partner", ("assistance.partner_paused",), of="partner"),
    Write("assistance:resume", "partner", ("assistance.partner_resumed",), of="partner", before=_paused),
    # The composite (docs/decisions/0005): the request is accepted, and an engagement is opened.
    Write("engagements:accept", "specialist", ("assistance.accepted", "engagements.opened"), of="waiting",
          before=given("waiting", **_IN_REVIEW), is_keyed=True,
          data=lambda world: {"specialist": str(world["specialist"].public_id), "key": key()}),
    # --- Engagements --------------------------------------------------------------------------------------------------
    *_engagement_steps(),
    Write("engagements:nudge", "specialist", ("engagements.nudged",), of="engagement",
          data=lambda world: {"text": "How is it going?"}),
    Write("engagements:transfer", "specialist", ("engagements.transferred",), of="engagement",
          data=lambda world: {"to": _colleague(world), "reason": "On leave", "stays": "on",
                              "version": fresh(world["engagement"]).version}),
    Write("engagements:specialists", "specialist", ("engagements.specialist_added",), of="engagement",
          data=lambda world: {"to": _colleague(world)}),
    Write("engagements:remove_specialist", "specialist", ("engagements.specialist_removed",), of="engagement",
          before=_a_helper, data=lambda world: {"person": str(_staff_elsewhere(world).user.public_id)}),
    Write("engagements:board_settings", "admin", ("engagements.board_settings_changed",),
          data=lambda world: {"cold_days": "12", "nudge_days": "7", "version": "1"}),
    *_phase_steps(),
    *_responsibility_steps(),
    *_milestone_steps(),
    *_gates(),
    Write("engagements:edit_responsibility", "specialist", ("engagements.responsibility_edited",), of="responsibility",
          data=version_of("responsibility", assignee="", due_on=today(10), evidence="The plan")),
    *(Write("engagements:bulk", "specialist", (f"engagements.responsibility_{event}",), of="engagement",
            label=f"engagements:bulk {do}",
            data=lambda world, do=do, more=more: {"do": do, "sure": "1", "item": [_chosen(world)], **more})
      for do, event, more in (("assign", "edited", {"assignee": ""}), ("due", "edited", {"due_on": today(3)}),
                              ("finish", "finished", {}), ("exclude", "excluded", REASON))),
    Write("engagements:scope", "specialist", ("engagements.scope_changed",), of="engagement",
          data=version_of("engagement", services=["exchange", "teams"], wants_migration="on", sure="1",
                          directory_sync="yes", seamless_sso="no")),
    Write("engagements:delegate", "customer", ("engagements.delegated",), of="responsibility", is_keyed=True,
          part=("kind", "responsibility"),
          data=lambda world: {"partner": str(world["partner"].public_id), "starts_on": today(2), "ends_on": today(9),
                              "reason": "They know it", "key": key()}),
    Write("engagements:delegate", "partner", ("engagements.delegation_proposed",), of="remediation",
          part=("kind", "remediation"),
          label="engagements:delegate proposed",
          data=lambda world: {"partner": str(world["partner"].public_id), "starts_on": today(2), "key": key()}),
    *(Write("engagements:move_delegation", "customer", (f"engagements.{event}",), of="delegation", step=step,
            data=lambda world: REASON)
      for step, event in (("consent", "delegated"), ("refuse", "delegation_refused"), ("end", "delegation_ended"))),
    # --- Templates ----------------------------------------------------------------------------------------------------
    Write("engagements:draft_template", "admin", ("engagements.template_drafted",), before=_no_draft),
    Write("engagements:discard_template", "admin", ("engagements.template_discarded",), of="template"),
    Write("engagements:publish_template", "admin", ("engagements.template_published",), of="template",
          before=given("template_item", text="In other words"), data=lambda world: {"note": "Clearer words"}),
    Write("engagements:new_template_item", "admin", ("engagements.template_edited",), of="template", is_keyed=True,
          data=lambda world: {**_LINE, "phase": "assess", "party": "customer", "parent_code": "", "key": key()}),
    Write("engagements:template_item", "admin", ("engagements.template_edited",), of="template_item",
          data=version_of("template_item", **_LINE, twin_code="")),
    *(Write("engagements:move_template_item", "admin", ("engagements.template_edited",), of="template_item", step=step)
      for step in ("up", "remove")),
    Write("engagements:upgrade", "specialist", ("engagements.template_upgraded",), of="engagement",
          before=_a_newer_template, data=version_of("engagement")),
    Write("engagements:milestone", "specialist", ("engagements.milestone_planned",), of="milestone",
          data=version_of("milestone", planned_on=today(20), shifts_rest="on"),
          before=given("milestone", status="planned")),
    # --- Plans and evidence -------------------------------------------------------------------------------------------
    Write("engagements:make_checklist", "specialist", ("engagements.remediation_made",), of="engagement",
          data=lambda world: {"workloads": ["identity", "teams"]}),
    Write("engagements:new_remediation", "customer", ("engagements.remediation_added",), of="engagement",
          is_keyed=True, data=lambda world: {**_FINDING, "key": key()}),
    Write("engagements:edit_remediation", "specialist", ("engagements.remediation_edited",), of="remediation",
          data=version_of("remediation", **{**_FINDING, "due_on": today(20)})),
    *_remediation_steps(),
    Write("engagements:propose_plan", "specialist", ("engagements.plan_proposed",), of="engagement",
          before=_another_plan),
    Write("engagements:sign_plan", "customer", ("engagements.plan_signed",), of="plan_agreement",
          data=lambda world: {"comment": "As discussed"}),
    Write("engagements:withdraw_plan", "specialist", ("engagements.plan_withdrawn",), of="plan_agreement",
          data=lambda world: REASON),
    Write("engagements:fill_success", "customer", ("engagements.success_filled",), of="engagement",
          before=_no_success_plan),
    Write("engagements:new_success", "customer", ("engagements.success_added",), of="engagement", is_keyed=True,
          data=lambda world: {**_HOPE, "key": key()}),
    Write("engagements:edit_success", "specialist", ("engagements.success_edited",), of="success",
          data=version_of("success", **{**_HOPE, "due_on": today(20)})),
    *_success_steps(),
    Write("engagements:attach", "customer", ("engagements.evidence_attached",), of="responsibility",
          part=("kind", "responsibility"), is_keyed=True,
          data=lambda world: {"key": key(), "title": "List", "file": a_file("a,b\n1,2\n")}),
    Write("engagements:comment", "customer", ("engagements.commented",), of="responsibility",
          part=("kind", "responsibility"), is_keyed=True, data=lambda world: {"key": key(), "text": "When?"}),
    Write("engagements:remove_evidence", "customer", ("engagements.evidence_removed",), of="attachment"),
    # --- Meetings -----------------------------------------------------------------------------------------------------
    Write("engagements:set_series", "specialist", ("meetings.series_set",), of="engagement",
          data=lambda world: {"every_weeks": "1", "weekday": "2", "wall_time": "09:00", "zone": "Europe/Berlin",
                              "starts_on": today(7), "version": world["engagement"].series.get().version}),
    Write("engagements:set_series", "specialist", ("meetings.series_set",), of="engagement", is_keyed=True,
          label="engagements:set_series new", before=_no_series,
          data=lambda world: {"every_weeks": "1", "weekday": "2", "wall_time": "09:00", "zone": "Europe/Berlin",
                              "starts_on": today(7), "key": key()}),
    Write("engagements:set_series", "specialist", ("meetings.series_ended",), of="engagement",
          label="engagements:set_series end", data=lambda world: {"end": "1"}),
    Write("engagements:change_following", "specialist", ("meetings.series_set",), of="meeting",
          data=lambda world: {"every_weeks": "1", "weekday": "2", "wall_time": "09:00", "zone": "Europe/Berlin",
                              "version": world["engagement"].series.get().version, "key": key()}),
    Write("engagements:absences", "specialist", ("meetings.absence_added",), is_keyed=True,
          data=lambda world: {"person": str(world["absence"].person.public_id), "first_on": today(3),
                              "last_on": today(20), "key": key(), "sure": "yes"}),
    Write("engagements:absence", "specialist", ("meetings.absence_withdrawn",), of="absence"),
    Write("engagements:book_meeting", "specialist", ("meetings.booked",), of="engagement", is_keyed=True,
          data=lambda world: {"kind": "talk", "start": free_time(world), "key": key()}),
    Write("engagements:ask_slot", "customer", ("meetings.slot_asked",), of="engagement", is_keyed=True,
          data=lambda world: {"kind": "workshop", "wish": "Teams rooms", "first": free_time(world), "key": key()}),
    Write("engagements:slot", "specialist", ("meetings.booked",), of="slot",
          data=lambda world: {"start": free_time(world)}),
    Write("engagements:propose_slot", "specialist", ("meetings.slot_proposed",), of="slot",
          data=lambda world: {"first": free_time(world), "note": "We are at a fair"}),
    Write("engagements:accept_slot", "customer", ("meetings.booked",), of="slot", before=_proposed,
          data=lambda world: {"start": fresh(world["slot"]).proposed[0].isoformat()}),
    Write("engagements:decline_slot", "customer", ("meetings.slot_declined",), of="slot", before=_proposed,
          data=lambda world: {"wish": "Rather in the morning", "first": free_time(world)}),
    Write("engagements:set_next", "specialist", ("meetings.rescheduled",), of="meeting",
          data=_the_next_date),
    Write("engagements:move_meeting", "specialist", ("meetings.forgotten",), of="meeting", step="forget",
          before=given("meeting", wanted_again="rebook")),
    Write("engagements:withdraw_slot", "customer", ("meetings.slot_withdrawn",), of="slot"),
    Write("engagements:reschedule_meeting", "specialist", ("meetings.rescheduled",), of="meeting",
          data=lambda world: {"start": free_time(world), **REASON, "version": fresh(world["meeting"]).version}),
    Write("engagements:move_meeting", "specialist",  # and the report that comes with a checkpoint, in two editions
          ("meetings.held", "reports.requested", "reports.requested"), of="meeting", step="hold",
          before=_a_meeting_that_began),
    Write("engagements:move_meeting", "specialist", ("meetings.cancelled",), of="meeting", step="cancel",
          data=lambda world: REASON),
    Write("engagements:move_meeting", "specialist", ("meetings.series_cut",), of="meeting", step="cancel",
          label="engagements:move_meeting cancel following", data=lambda world: {**REASON, "scope": "following"}),
    Write("engagements:move_meeting", "specialist", ("meetings.series_ended",), of="meeting", step="cancel",
          label="engagements:move_meeting cancel all", data=lambda world: {**REASON, "scope": "all"}),
    Write("engagements:move_meeting", "specialist", ("meetings.notes_written",), of="meeting", step="write_notes",
          data=version_of("meeting", notes="We agreed")),
    # --- Calendar subscriptions: the page itself shows the address, this once -----------------------------------------
    Write("engagements:feeds", "customer", ("feeds.renewed",), data=lambda world: {"nonce": new_nonce()}, answers=200),
    Write("engagements:feeds", "customer", ("feeds.revoked",), label="engagements:feeds revoke",
          before=lambda world: _subscribed(world, None), data=lambda world: {"revoke": "yes"}),
    Write("engagements:feed_of_engagement", "customer", ("feeds.renewed",), of="engagement",
          data=lambda world: {"nonce": new_nonce()}, answers=200),
    Write("engagements:feed_of_engagement", "customer", ("feeds.revoked",), of="engagement",
          label="engagements:feed_of_engagement revoke",
          before=lambda world: _subscribed(world, world["engagement"]), data=lambda world: {"revoke": "yes"}),
    Write("engagements:add_point", "customer", ("meetings.point_added",), of="meeting", is_keyed=True,
          data=lambda world: {"title": "Printers", "key": key()}),
    Write("engagements:point", "customer", ("meetings.point_edited",), of="meeting", named=_the_gate,
          data=lambda world: {"title": "The gate", "version": _point_version(world)}),
    Write("engagements:move_point", "customer", ("meetings.point_struck",), of="meeting", named=_the_gate,
          step="strike", data=lambda world: {"version": _point_version(world)}),
    Write("engagements:move_point", "customer", ("meetings.point_restored",), of="meeting", named=_the_gate,
          step="restore", before=_struck, data=lambda world: {"version": _point_version(world)}),
    Write("engagements:move_point", "customer", ("meetings.point_moved",), of="meeting", named=_an_own_point,
          step="up", data=lambda world: {"version": 1}),
    Write("engagements:move_point", "customer", ("meetings.point_moved",), of="meeting", named=_the_gate,
          step="down", data=lambda world: {"version": _point_version(world)}),
    Write("engagements:move_point", "specialist", ("meetings.point_noted",), of="meeting", named=_the_gate,
          step="note", data=lambda world: {"notes": "We agreed", "version": _point_version(world)}),
    Write("engagements:add_decision", "specialist", ("meetings.decided",), of="meeting", is_keyed=True,
          data=lambda world: {"text": "Mail first", "decided_by": _lead(world), "decided_on": today(), "key": key()}),
    Write("engagements:decision", "specialist", ("meetings.decision_edited",), of="decision",
          data=lambda world: {"text": "Mail last", "decided_by": _lead(world), "decided_on": today(),
                              "version": fresh(world["decision"]).version}),
    Write("engagements:decision", "specialist", ("meetings.decision_removed",), of="decision",
          label="engagements:decision remove", data=version_of("decision", remove="1")),
    Write("engagements:add_action", "specialist", ("engagements.action_added",), of="meeting", is_keyed=True,
          data=lambda world: {"title": "Send the list", "assignee": _lead(world), "due_on": today(7), "key": key()}),
    Write("engagements:action", "customer", ("engagements.action_edited",), of="action",
          data=lambda world: {"title": "Send all lists", "assignee": _lead(world), "due_on": today(9),
                              "version": fresh(world["action"]).version}),
    Write("engagements:move_action", "customer", ("engagements.action_finished",), of="action", step="finish"),
    Write("engagements:move_action", "specialist", ("engagements.action_dropped",), of="action", step="drop"),
    Write("engagements:move_action", "customer", ("engagements.action_reopened",), of="action", step="reopen",
          before=given("action", status="done")),
    Write("engagements:attendance", "specialist", ("meetings.attendance_marked",), of="meeting",
          data=lambda world: {"present": [_lead(world)], "guests": "", "version": world["meeting"].attendance.version}),
    Write("engagements:confirm_minutes", "customer", ("meetings.minutes_confirmed",), of="over",
          data=lambda world: {"edition": 1, "comment": ""}),
    Write("engagements:correct_minutes", "customer", ("meetings.minutes_corrected",), of="over", data=_a_correction),
    # --- Migration events ---------------------------------------------------------------------------------------------
    Write("migrations_svc:new", "customer", ("migrations.created",), asks="engagement", is_keyed=True,
          data=lambda world: {"title": "Wave 2", "source": "box", "zone": "Europe/Berlin", "key": key()}),
    Write("migrations_svc:new", "customer", ("migrations.created",), asks="engagement",
          label="migrations_svc:new with a list",
          data=lambda world: {"title": "Wave 2", "source": "box", "zone": "Europe/Berlin", "key": key(),
                              "file": a_file(_LIST_FILE)}),
    Write("migrations_svc:edit", "customer", ("migrations.edited",), of="event", before=given("event", **_NEW),
          data=version_of("event", title="Wave 1b", zone="Europe/Paris")),
    Write("migrations_svc:load_list", "customer", ("migrations.list_uploaded",), of="event", is_keyed=True,
          before=given("event", status="draft"), data=lambda world: {"key": key(), "file": a_file(_LIST_FILE)}),
    Write("migrations_svc:import_list", "customer", ("migrations.list_loaded",), of="list_plan",
          data=lambda world: {"valid": "1"}),
    Write("migrations_svc:check_list", "customer", ("migrations.list_checked",), of="list_plan"),
    Write("migrations_svc:set_record", "specialist", ("migrations.record_set",), of="record",
          data=version_of("record", status="failed", reason="On hold")),
    Write("migrations_svc:settle_doubts", "specialist", ("migrations.doubts_taken",), of="event",
          before=given("record", doubted_status="syncing"), data=lambda world: {"take": "1"}),
    Write("migrations_svc:settle_doubts", "specialist", ("migrations.doubts_dropped",), of="event",
          label="migrations_svc:settle_doubts drop", before=given("record", doubted_status="syncing")),
    Write("migrations_svc:watch_settings", "admin", ("migrations.watch_settings_changed",),
          data=lambda world: {"stall_hours": 6, "version": WatchSettings.current().version, "form-TOTAL_FORMS": 1,
                              "form-INITIAL_FORMS": 0, "form-0-up_to_gb": 50, "form-0-median_days": 2,
                              "form-0-slow_days": 9}),
    Write("migrations_svc:offer_options", "specialist", ("migrations.options_offered",), of="issue",
          data=version_of("issue", texts="Archive the large items")),
    Write("migrations_svc:choose_option", "customer", ("migrations.option_chosen",), of="option"),
    Write("migrations_svc:load_states", "specialist", ("migrations.states_loaded",), of="event",
          data=lambda world: {"key": key(), "file": a_file(_STATES_FILE)}),
    Write("migrations_svc:load_states", "specialist", ("migrations.states_brought",), of="event", is_keyed=True,
          label="migrations_svc:load_states a long file",
          data=lambda world: {"key": key(), "file": a_file(_STATES_FILE + "\n" * 3_000)}),
    Write("migrations_svc:schedule", "customer", ("migrations.scheduled",), of="event", data=_any_day,
          before=given("event", status="validated", scheduled_for=None, started_at=None)),
    *_event_steps(),
    *_around_events(),
    Write("migrations_svc:cancel", "customer", ("migrations.cancelled",), of="event", data=lambda world: REASON,
          before=given("event", status="scheduled")),
    Write("migrations_svc:fail", "specialist", ("migrations.failed",), of="event", data=lambda world: REASON),
    Write("migrations_svc:new_issue", "customer", ("migrations.issue_reported",), of="event", is_keyed=True,
          data=lambda world: {"key": key(), "title": "Shared calendar", "details": "Empty since today"}),
    Write("migrations_svc:hand_back", "customer", ("migrations.issue_handed_back",), of="issue",
          before=_with_the_customer, data=lambda world: REASON),
    Write("migrations_svc:link_records", "customer", ("migrations.records_linked",), of="issue",
          before=lambda world: world["issue"].records.clear(),
          data=lambda world: {"addresses": world["record"].source_address}),
    Write("migrations_svc:unlink_record", "customer", ("migrations.record_unlinked",), of="issue",
          before=lambda world: world["issue"].records.set([world["record"]]),
          data=lambda world: {"record": str(world["record"].public_id)}),
    Write("migrations_svc:set_lane", "specialist", ("migrations.lane_set",), of="issue",
          data=version_of("issue", lane="customer")),
    Write("migrations_svc:resolve_issue", "specialist", ("migrations.issue_resolved",), of="issue",
          data=lambda world: {"resolution": "Shared anew"}),
    Write("migrations_svc:reopen_issue", "customer", ("migrations.issue_reopened",), of="issue",
          before=given("issue", status="resolved", resolution="Shared anew", resolved_at=timezone.now())),
    # --- Access tokens: the page itself shows the token, this once ----------------------------------------------------
    Write("rest:new_token", "customer", ("rest.token_made",), answers=200,
          data=lambda world: {"nonce": new_nonce(), "name": "Nightly", "scopes": ["requests:read"], "days": 30}),
    Write("rest:withdraw_token", "customer", ("rest.token_withdrawn",), of="token"),
    # --- Reports ------------------------------------------------------------------------------------------------------
    Write("reports:new", "specialist", ("reports.requested",), is_keyed=True,
          data=lambda world: {"kind": "engagement", "subject": str(world["engagement"].public_id), "key": key()}),
    Write("reports:new", "specialist", ("reports.requested",), label="reports:new of an event",
          data=lambda world: {"kind": "status", "subject": str(world["event"].public_id), "key": key()}),
    Write("reports:annex", "specialist", ("reports.annex_requested",), of="report", before=_issued_with_records),
    Write("reports:reissue", "specialist", ("reports.reissued",), of="report", is_keyed=True, before=_issued,
          data=lambda world: {"reason": "The list was loaded late", "key": key()}),
    Write("reports:portfolio", "admin", ("reports.requested",), is_keyed=True,
          data=lambda world: {"first_day": today(-30), "last_day": today(), "q": "contoso", "key": key()}),
    Write("reports:engagement_rhythm", "customer", ("reports.rhythm_set",), of="engagement",
          data=lambda world: {"pace": "weekly", "version": "0"}),
    Write("reports:event_rhythm", "specialist", ("reports.rhythm_set",), of="event",
          data=lambda world: {"before": "daily", "running": "weekly", "version": "0"}),
    Write("reports:export", "customer", ("reports.bundle_requested",), is_keyed=True,
          data=lambda world: {"kind": "status", "key": key()}),
    Write("reports:hand_over", "specialist", ("reports.bundle_requested",), of="engagement", is_keyed=True,
          data=lambda world: {"key": key()}),
]  # fmt: skip


def _subscribed(world: World, engagement: Any) -> None:
    renew_feed(engagement, nonce=new_nonce(), by=world["lead"])


# Posts that leave no Event, each with its reason.
WITHOUT_AN_EVENT = {"notices:mark_read": "a note of looking, which changes nothing that anybody else sees"}


def stage_world(stage: Any) -> World:
    """One thing of every kind, with the people that the forms name."""
    from tests.world import build, organisations_of

    world = build(stage.contoso, stage.lead, stage.specialist, "WRITESCANARY")
    world.things |= {
        "person": stage.pm,
        "link": stage.contoso.partner_links.get(),
        "lead": stage.lead,
        "specialist": stage.specialist,
        **organisations_of(stage, stage.contoso),
        "other_centre": stage.apac,
    }
    return world


def sign_in_anew(client: Any) -> None:
    """As if the password had been typed a moment ago: what is behind a fresh sign-in opens."""
    session = client.session
    methods = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods"] = methods
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()


def posted(write: Write, client: Any, world: World, data: Data) -> Any:
    """Sends the form; a file is read anew each time."""
    for value in data.values():
        if isinstance(value, io.IOBase | SimpleUploadedFile):
            value.seek(0)
    return client.post(write.address(world), data)


__all__ = ["WITHOUT_AN_EVENT", "WRITES", "AssistanceRequest", "Issue", "Write", "posted", "sign_in_anew", "stage_world"]
