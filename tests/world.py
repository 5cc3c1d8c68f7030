"""One thing of every kind for a customer, made through the operations, every text of it marked with a canary."""

import io
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from psycopg2.extras import DateTimeTZRange

from assistance import operations as assistance
from assistance.models import AskService
from engagements.models import Absence, Meeting
from engagements.operations import agenda, evidence, outcomes
from engagements.operations.absences import add_absence
from engagements.operations.delegations import delegate
from engagements.operations.engagement import accept
from engagements.operations.meetings import hold
from engagements.operations.milestones import move_milestone
from engagements.operations.phases import move_phase, sign_gate
from engagements.operations.remediation import add_remediation, move_remediation
from engagements.operations.remediation_plan import propose_plan
from engagements.operations.responsibilities import edit_responsibility, move_responsibility
from engagements.operations.series import set_series
from engagements.operations.slot_requests import ask as ask_slot
from engagements.operations.templates import draft_template
from fasttrack_portal.accounts import operations as accounts
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.directory import operations as directory
from fasttrack_portal.directory.models import Customer, PartnerLink, Tenant
from fasttrack_portal.imports import operations as imports
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.rest.models import AccessToken
from fasttrack_portal.rest.operations import make_token
from fasttrack_portal.rest.secrets import new_nonce
from fasttrack_portal.savedviews.operations import save_view
from migrations_svc import planning, recordfile
from migrations_svc.operations import (
    acceptance,
    changes,
    decisions,
    deletions,
    events,
    issues,
    lists,
    projects,
    states,
    statesfiles,
)
from reports import operations as reports
from reports.models import Report

NOW = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)


@dataclass
class World:
    """Things by the name that a route's row gives them."""

    customer: Customer
    canary: str
    things: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.things[name]


def free_tenant(customer: Customer, services: list[str]) -> Tenant:
    """A tenant of the customer for which nobody asks for these services yet."""
    held = set(AskService.objects.filter(customer=customer, service__in=services).values_list("tenant", flat=True))
    for tenant in customer.tenants.all():
        if tenant.pk not in held:
            return tenant
    return Tenant.objects.create(customer=customer, name=f"{customer.name} {uuid.uuid4().hex[:6]}", guid=uuid.uuid4())


def ask_of(customer: Customer, by: User, canary: str, *, at: datetime) -> Any:
    """A submitted request with every text marked."""
    return assistance.submit_new(
        customer,
        key=uuid.uuid4(),
        at=at,
        by=by,
        services=["exchange", "sharepoint", "teams"],
        tenant=free_tenant(customer, ["exchange", "sharepoint", "teams"]),
        seats=customer.seats,
        desired_on=(at + timedelta(days=90)).date(),
        business_reason=f"{canary} reason",
        success_owners=f"{canary} owner",
        stakeholders=f"{canary} stakeholders",
        scenarios=f"{canary} scenarios",
        awareness=f"{canary} awareness",
        training=f"{canary} training",
        notes=f"{canary} notes",
        contact_name=f"{canary} contact",
        contact_email=by.email,
        wants_migration=True,
    )


def _away(specialist: User, at: datetime) -> Absence:
    """A day on which nobody plans anything yet."""
    day = at.date() + timedelta(days=200 + Absence.objects.count())
    return add_absence(specialist, first_on=day, last_on=day, at=at, by=specialist)


def build(customer: Customer, lead: User, specialist: User, canary: str, *, at: datetime | None = None) -> World:
    """A request in review, one accepted, its engagement, meetings, a migration event with its window, a report."""
    at = at or datetime.now(UTC)
    world = World(customer, canary)
    waiting = ask_of(customer, lead, canary, at=at)
    draft = assistance.draft(customer, key=uuid.uuid4(), by=lead, notes=f"{canary} draft")
    application = assistance.draft(
        customer, key=uuid.uuid4(), by=lead, kind="app_assure", app_name=f"{canary} app", app_platform="windows",
        app_fails=f"{canary} fails", app_impact=f"{canary} impact",
    )  # fmt: skip
    assistance.submit(application, at=at, by=lead)
    assistance.review(application, by=specialist)
    ask = ask_of(customer, lead, canary, at=at)
    assistance.review(ask, by=specialist)
    offer, partner = _offered(waiting, specialist, at)
    engagement = accept(ask, by=specialist, on=at.date(), at=at)
    item = engagement.responsibilities.get(code="I-C1")
    edit_responsibility(
        item, version=item.version, assignee=lead, due_on=None, evidence=f"{canary} evidence", by=specialist
    )
    item.refresh_from_db()
    move_responsibility(item, "block", by=lead, at=at, reason=f"{canary} stuck")
    milestone = engagement.milestones.get(code="kickoff")
    move_milestone(milestone, "complete", by=specialist, on=at.date(), note=f"{canary} outcome")
    set_series(
        engagement,
        every_weeks=2,
        weekday=1,
        wall_time=time(11),
        zone="Europe/Berlin",
        starts_on=at.date(),
        by=specialist,
    )
    agreement = _passed(engagement.phases.get(code="data_migration"), lead, specialist, canary, at)
    plans = _plans(engagement, item, lead, specialist, canary, at)
    event = _event(engagement, lead, specialist, canary, at)
    issue = issues.report_issue(
        event, key=uuid.uuid4(), title=f"{canary} issue", details=f"{canary} details", by=lead, at=at
    )
    issues.set_lane(issue, lane="options", version=issue.version, by=specialist, at=at)
    issues.offer_options(issue, texts=[f"{canary} option"], version=issue.version, by=specialist, at=at)
    brought = _brought(engagement, lead, canary)
    handed = _handed(engagement, specialist, canary, at)
    moved = _around(event, lead, specialist, canary, at)
    slot = ask_slot(engagement, kind="talk", wish=f"{canary} wish", preferred=[], key=uuid.uuid4(), by=lead)
    report = reports.request("engagement", engagement, by=specialist, at=at)
    bundle = reports.request_handover(engagement, key=uuid.uuid4(), by=lead)
    portfolio = Report.objects.create(
        kind="portfolio", audience="staff", period=f"portfolio:{canary}", requested_by=specialist,
        centre=customer.centre, first_day=at.date() - timedelta(days=30), last_day=at.date(),
    )  # fmt: skip
    while run_due(lanes=(Job.Lane.LIGHT,)):
        pass
    meeting = engagement.meetings.order_by("during").first()
    world.things = {
        "customer": customer,
        "waiting": waiting,
        "draft": draft,
        "offer": offer,
        "partner": partner,
        "colleague": specialist,
        "application": application,
        "ask": ask,
        "engagement": engagement,
        "phase": engagement.phases.get(code="initiate"),
        "agreement": agreement,
        "responsibility": item,
        "delegation": handed,
        "milestone": engagement.milestones.get(code="assessment"),
        "slot": slot,
        "absence": _away(specialist, at),
        "meeting": meeting,
        **_over(engagement, meeting, lead, specialist, canary, at),
        **plans,
        "event": event,
        "issue": issue,
        "option": issue.options.get(),
        "record": event.records.get(),
        "list_plan": brought,
        "states_file": _refused(event, specialist, canary, at),
        **moved,
        "report": report,
        "bundle": bundle,
        "portfolio": portfolio,
        "job": Job.objects.get(pk=report.job_id),
    }
    return world


def _over(engagement: Any, coming: Any, lead: User, specialist: User, canary: str, at: datetime) -> dict[str, Any]:
    """A checkpoint that was held, its minutes, and what is written into the one that comes."""
    start = at - timedelta(days=9)
    over = Meeting.objects.create(
        engagement=engagement, specialist=specialist, during=DateTimeTZRange(start, start + timedelta(minutes=30))
    )
    for meeting in (over, coming):
        agenda.add_point(meeting, title=f"{canary} point", key=uuid.uuid4(), by=lead)
        agenda.note_point(meeting, "gate", notes=f"{canary} notes", version=1, base="", by=specialist)
        decision = outcomes.decide(
            meeting, text=f"{canary} decision", decided_by=lead, decided_on=at.date(), key=uuid.uuid4(), by=specialist
        )
        action = outcomes.add_action(
            meeting, title=f"{canary} action", assignee=lead, due_on=None, key=uuid.uuid4(), by=specialist, at=at
        )
        outcomes.mark_attendance(meeting, present=[lead], guests=f"{canary} guest", version=0, by=specialist)
    hold(over, at=at, by=specialist)
    minutes = over.minutes.get()
    paper = reports.request("minutes", minutes, by=specialist, at=at)
    return {"over": over, "decision": decision, "action": action, "minutes": minutes, "minutes_report": paper}


def _passed(phase: Any, lead: User, specialist: User, canary: str, at: datetime) -> Any:
    """The frozen gate of a phase that both sides have signed."""
    move_phase(phase, "start", by=specialist, at=at)
    items = phase.engagement.responsibilities.filter(phase=phase.code)
    items.update(status="done", evidence=f"{canary} evidence")
    move_phase(phase, "offer", by=specialist, at=at)
    gate = phase.gates.get()
    sign_gate(gate, by=lead, at=at, comment=f"{canary} signature")
    sign_gate(gate, by=specialist, at=at)
    return gate


def _offered(ask: Any, specialist: User, at: datetime) -> tuple[Any, Any]:
    """The request that waits, offered to the partner that the customer works with, where there is one."""
    link = ask.customer.partner_links.select_related("partner").first()
    if link is None:
        return uuid.uuid4(), uuid.uuid4()
    return assistance.offer(ask, link.partner, key=uuid.uuid4(), at=at, by=specialist), link.partner


def _handed(engagement: Any, specialist: User, canary: str, at: datetime) -> Any:
    """An item that could go to the partner that the customer works with, where there is one."""
    link = engagement.customer.partner_links.select_related("partner").first()
    if link is None:
        return uuid.uuid4()
    theirs = engagement.responsibilities.get(code="I-C2")
    day = engagement.day_at(at)
    return delegate(theirs, partner=link.partner, starts_on=day, reason=f"{canary} help", by=specialist, at=at)


def _plans(engagement: Any, item: Any, lead: User, specialist: User, canary: str, at: datetime) -> dict[str, Any]:
    """A line of the checklist, the plan before both sides, a file on a responsibility, and words on everything."""
    line = add_remediation(
        engagement, key=uuid.uuid4(), title=f"{canary} finding", detail=f"{canary} proof", workload="other",
        severity=3, party="customer", assignee=lead, due_on=None, by=lead, at=at, on=at.date(),
    )  # fmt: skip
    agreement = propose_plan(engagement, by=specialist, at=at)
    move_remediation(line, "wait", by=lead, at=at, reason=f"{canary} waiting")
    attachment = evidence.attach_file(
        item, key=uuid.uuid4(), name=f"{canary}.txt", content=f"{canary} file".encode(), title=f"{canary} file", by=lead
    )
    for part in (item, line):
        evidence.attach_link(part, key=uuid.uuid4(), url=f"https://x.example/{canary}", by=lead)
        evidence.attach_note(part, key=uuid.uuid4(), text=f"{canary} note", by=lead)
        evidence.comment(part, key=uuid.uuid4(), text=f"{canary} comment", by=lead)
    success = engagement.success_items.select_related("engagement").first()
    return {"remediation": line, "plan_agreement": agreement, "attachment": attachment, "success": success}


def _event(engagement: Any, lead: User, specialist: User, canary: str, at: datetime) -> Any:
    name = canary.lower()
    header = "source_address,target_address,size_gb,display_name,kind"
    listed = f"{header}\n{name}@x.example,{name}@y.example,3,{canary},mailbox\n"
    event = events.create(
        engagement,
        key=uuid.uuid4(),
        title=f"{canary} event",
        source="exchange",
        zone="Europe/Berlin",
        by=lead,
        content=io.BytesIO(listed.encode()),
        name=f"{canary} list.csv",
    )
    lists.import_list(event.list_plans.get(), valid_part=False, removes=False, at=at, by=lead)
    event.refresh_from_db()
    projects.acknowledge(event.project, by=lead, at=at)
    events.validate(event, by=lead, at=at)
    day = planning.earliest_day(engagement.centre, at=at)
    events.schedule(event, day=day, wall=time(19), at=at, by=lead)
    events.lock(event, by=specialist)
    change = changes.ask_change(
        event, key=uuid.uuid4(), kind="list", what=f"{canary} change", why=f"{canary} why", by=lead, at=at
    )
    changes.refuse_change(change, answer=f"{canary} answer", by=specialist, at=at)
    decisions.decline(event, reason=f"{canary} no-go", outcome="scheduled", by=lead, at=at)
    events.lock(event, by=specialist)
    events.approve(event, by=lead, at=at, reason=f"{canary} all the same")
    events.approve(event, by=specialist, at=at, reason=f"{canary} all the same")
    events.start(event, by=specialist, at=at)
    moved = f"address,state,message\n{name}@x.example,completed,{canary} message\n"
    read = recordfile.StateFile(io.BytesIO(moved.encode()))
    states.load_states(event, read, key=uuid.uuid4(), by=specialist, at=at)
    return event


def _brought(engagement: Any, lead: User, canary: str) -> Any:
    """The plan of a list for another event, one line good and one refused."""
    name = canary.lower()
    event = events.create(
        engagement, key=uuid.uuid4(), title=f"{canary} later", source="exchange", zone="Europe/Berlin", by=lead
    )
    content = f"source_address,target_address\n{name}2@x.example,{name}2@y.example\n{name},{name}@y.example\n"
    stream = io.BytesIO(content.encode())
    return lists.upload_list(event, stream, name=f"{canary}.csv", key=uuid.uuid4(), lines_at_most=4, by=lead)


def _refused(event: Any, specialist: User, canary: str, at: datetime) -> Any:
    """A file with states of which the job could take nothing, for a line of it names nobody."""
    content = io.BytesIO(f"address,state\n{canary.lower()}9@x.example,{canary}\n".encode())
    key = uuid.uuid4()
    file = statesfiles.bring_states(
        event, content, name=f"{canary} states.csv", key=key, lines_at_most=5_000, by=specialist, at=at
    )
    Job.objects.filter(pk=file.job_id).update(due_at=datetime(2020, 1, 1, tzinfo=UTC))
    run_due(limit=1, lanes=(Job.Lane.HEAVY,))
    file.refresh_from_db()
    return file


def _around(event: Any, lead: User, specialist: User, canary: str, at: datetime) -> dict[str, Any]:
    """What is settled around an event: access, a finding, a test, a change that waits, copies that could not go."""
    project = event.project
    access = project.access_items.select_related("project__engagement__customer").first()
    finding = projects.add_finding(
        project, key=uuid.uuid4(), report=f"{canary} report", title=f"{canary} to fix", owner=lead, due_on=None, by=lead
    )
    scenario = acceptance.add_scenario(
        event, key=uuid.uuid4(), title=f"{canary} test", expected=f"{canary} expected", by=lead
    )
    deletion = deletions.ask_deletion(project, key=uuid.uuid4(), person=f"{canary} person", by=lead)
    deletions.fail_deletion(deletion, reason=f"{canary} reason", by=specialist)
    change = event.change_requests.create(kind="list", what=f"{canary} what", why=f"{canary} why", asked_by=lead)
    return {
        "project": project,
        "access": access,
        "finding": finding,
        "scenario": scenario,
        "deletion": deletion,
        "change": change,
    }


_LIST = (
    b"name,tpid,tenant,tenant_id,domains,seats,country,language,time_zone,centre\n"
    b"Adventure Works,700001,,,,12,DE,de,Europe/Berlin,emea\nNot so,x,,,,,,,,emea\n"
)


def organisations_of(cast: Any, customer: Customer) -> dict[str, Any]:
    """What the customer's people set up: a colleague's role, an open invitation, who asks for consent, its partner."""
    lead = customer.people("lead").first()
    colleague = Membership.objects.of(customer).exclude(user=lead).first() or Membership.objects.of(customer).get()
    now = datetime.now(UTC)
    email = f"invited-{customer.public_id}@x.example"
    invitation = accounts.invite(customer, email=email, role="viewer", key=uuid.uuid4(), at=now, by=lead)
    partner = PartnerLink.objects.filter(customer=customer, status="active").first()
    consent = directory.ask_consent(cast.litware, query=customer.tpid, by=cast.litware_partner)
    directory.deliver_consent(consent, at=now)
    consent.refresh_from_db()
    draft = draft_template(by=cast.admin)
    return {
        "membership": colleague,
        "invitation": invitation,
        "consent": consent,
        "tenant": customer.tenants.first(),
        "plan": imports.upload(io.BytesIO(_LIST), name="list.csv", key=uuid.uuid4(), lines_at_most=3, by=cast.admin),
        "template": draft,
        "template_item": draft.items.get(code="I-C4"),
        "company": partner.partner if partner else cast.litware,
        "centre": customer.centre,
        "saved_view": save_view(
            "assistance:queue", name=customer.name, query="court=customer", key=uuid.uuid4(), by=cast.specialist
        ),
        "token": _token(lead, f"{customer.name} program", at=now),
    }


def _token(owner: User, name: str, *, at: datetime) -> AccessToken:
    make_token(nonce=new_nonce(), name=name, scopes=["requests:read"], days=30, at=at, by=owner)
    return AccessToken.objects.visible_to(owner).latest("pk")
