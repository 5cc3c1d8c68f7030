"""What the demo's people did in the last months: an engagement in every phase, an event in every state."""

import uuid
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from assistance import operations as assistance
from assistance.models import AssistanceRequest
from engagements.models import Engagement, Meeting
from engagements.operations import team
from engagements.operations.engagement import accept, move
from engagements.operations.milestones import move_milestone
from engagements.operations.phases import move_phase, sign_gate, unmet_of
from engagements.operations.responsibilities import move_responsibility
from engagements.operations.series import set_series
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.demo import checkpoints, events, gates, hands, organisations, plans
from fasttrack_portal.demo.clock import as_if
from fasttrack_portal.demo.organisations import Cast
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.jobs.models import Job
from reports import operations as reports

ACCOUNTS = [
    "admin@fasttrack.example             portfolio, PDF exports, people, audit",
    "specialist@fasttrack.example        runs Contoso's engagement (EMEA)",
    "specialist@fasttrack-apac.example   runs Fabrikam's engagement (APAC)",
    "manager@fasttrack.example           shares the requests of EMEA out",
    "lead@contoso.example                tenant lead of Contoso",
    "pm@contoso.example                  project manager of Contoso",
    "lead@fabrikam.example               tenant lead of Fabrikam",
    "partner@northwind.example           partner, linked to Contoso",
    "partner@litware.example             partner, linked to nobody",
]
_ALL_SERVICES = ["exchange", "sharepoint", "onedrive", "teams", "apps", "intune", "entra", "defender"]
# How far each milestone-bearing phase is behind an engagement that has reached the phase named first.
_REACHED = {
    "initiate": [],
    "assess": ["kickoff"],
    "remediate": ["kickoff", "assessment", "security_discussion"],
    "enable": ["kickoff", "assessment", "security_discussion", "remediation_review", "success_workshop"],
}
_ORDER = ["initiate", "assess", "remediate", "enable"]
_OUTCOMES = {
    "kickoff": "Process, schedule and tools are clear to both teams.",
    "assessment": "Remediation checklist written with the deployment guides.",
    "security_discussion": "Conditional access and multi-factor authentication come first.",
    "remediation_review": "All findings are closed or accepted by name.",
    "success_workshop": "Action plan for champions, awareness and training agreed.",
}


@dataclass
class Teller:
    """Carries the cast and the present through the story."""

    cast: Cast
    now: datetime

    def ago(self, days: float, hour: int = 10) -> datetime:
        """That many days back, on a weekday, in the morning."""
        moment = (self.now - timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
        while moment.weekday() > 4:
            moment -= timedelta(days=1)
        return moment


def tell(now: datetime) -> None:
    """Everything, in one go; work that takes minutes, such as PDFs, is left to the workers."""
    with as_if(now - timedelta(days=150)):
        cast = organisations.found_everything()
    teller = Teller(cast, now)
    contoso = _engagement(teller, cast.contoso, cast.lead, cast.specialist, 84, "enable", migration=True)
    fabrikam = _engagement(teller, cast.fabrikam, cast.fabrikam_lead, cast.apac_specialist, 30, "assess")
    others = [("initiate", 9), ("remediate", 44), ("enable", 70), ("assess", 26)]
    for customer, (phase, days) in zip(cast.generated, others, strict=False):
        lead = _lead_of(customer)
        specialist = cast.specialist if customer.centre == cast.emea else cast.apac_specialist
        _engagement(teller, customer, lead, specialist, days, phase)
    gates.tell(teller, contoso, fabrikam)
    _plans(teller, contoso)
    _life(teller, contoso)
    _requests_on_their_way(teller)
    hands.share(contoso, cast, now)
    _meetings(teller, contoso, weeks=10)
    events.every_state(contoso, cast.lead, cast.specialist, now)
    organisations.give_passwords()
    with as_if(now):
        reports.request("engagement", contoso, by=cast.admin, at=now)
        # Mail and timers of the past are done now; the PDFs are what a newcomer sees being made.
        while _work_off(now):
            pass


def _work_off(moment: datetime) -> int:
    """What was due by then; the past reminds nobody of its meetings, nor fills the log with what it did not do."""
    Job.objects.filter(kind="meetings.remind", due_at__lt=moment).delete()
    return run_due(lanes=(Job.Lane.LIGHT,))


def _life(teller: Teller, contoso: Engagement) -> None:
    """One customer has fallen silent, one engagement went to a colleague, one rests, and a colleague of another centre
    helps with Contoso's."""
    cast = teller.cast
    europeans = [customer for customer in cast.generated[20:] if customer.centre == cast.emea]
    for customer, phase, days in zip(europeans, ("remediate", "assess", "initiate"), (52, 40, 30), strict=False):
        quiet = 20 if phase == "remediate" else 2
        lead = _lead_of(customer)
        engagement = _engagement(teller, customer, lead, cast.specialist, days, phase, quiet=quiet)
        with as_if(teller.ago(1)):
            if phase == "assess":
                colleague = cast.manager.memberships.get()
                team.transfer(
                    engagement,
                    to=colleague,
                    reason="Sam is away until the spring; Mira knows the customer from its last project.",
                    version=engagement.version,
                    by=cast.specialist,
                    at=teller.ago(1),
                    stays=True,
                )
            if phase == "initiate":
                move(engagement, "rest", by=cast.specialist, reason="The customer moves offices first.")
    with as_if(teller.ago(9)):
        team.add_co_specialist(contoso, user=cast.apac_specialist, by=cast.specialist)


def _engagement(
    teller: Teller,
    customer: Customer,
    lead: User,
    specialist: User,
    days: int,
    phase: str,
    *,
    migration: bool = False,
    quiet: int = 2,
) -> Engagement:
    """From the request to the phase it has reached, `days` after it was asked for; `quiet`: how many days ago somebody
    of the customer's side was last there."""
    asked = teller.ago(days)
    with as_if(asked):
        ask = _submit(
            customer,
            lead,
            asked,
            services=_ALL_SERVICES if migration else ["exchange", "teams", "apps"],
            wants_migration=migration,
        )
    accepted = teller.ago(days - 2)
    with as_if(accepted):
        assistance.review(ask, by=specialist)
        engagement = accept(ask, by=specialist, on=accepted.date(), at=accepted)
    reached = _ORDER.index(phase)
    for position, code in enumerate(_REACHED[phase]):
        done = teller.ago(max(days - 9 - 12 * position, 3))
        with as_if(done):
            milestone = engagement.milestones.get(code=code)
            move_milestone(milestone, "complete", by=specialist, on=done.date(), note=_OUTCOMES[code], at=done)
    for position, code in enumerate(_ORDER[:reached]):
        _finish_phase(teller.ago(max(days - 12 - 16 * position, 3)), engagement, code, lead, specialist)
    with as_if(teller.ago(quiet)):
        _begin_some(engagement, phase, lead, specialist, teller.ago(quiet))
    if migration:
        with as_if(teller.ago(44)):
            moving = engagement.phases.get(code="data_migration")
            move_phase(moving, "start", by=specialist, at=teller.ago(44))
            day = teller.ago(44).date()
            velocity = engagement.milestones.get(code="migration_velocity_workshop")
            move_milestone(velocity, "complete", by=specialist, on=day, note="Batches, bandwidth and windows agreed.")
            move_milestone(engagement.milestones.get(code="checkpoints"), "start", by=specialist, on=day)
    return engagement


def _plans(teller: Teller, engagement: Engagement) -> None:
    cast = teller.cast
    plans.remediation_half_way(engagement, cast.lead, cast.pm, cast.specialist, teller.ago(18), teller.now)
    plans.success_begun(engagement, cast.lead, cast.pm, teller.ago(12))


def _finish_phase(moment: datetime, engagement: Engagement, code: str, lead: User, specialist: User) -> None:
    with as_if(moment):
        phase = engagement.phases.get(code=code)
        for item in unmet_of(phase):
            by = lead if item.party == "customer" else specialist
            move_responsibility(item, "finish", by=by, at=moment)
        move_phase(phase, "offer", by=specialist, at=moment)
        gate = phase.gates.get()
        sign_gate(gate, by=lead, at=moment)
        sign_gate(gate, by=specialist, at=moment)


def _begin_some(engagement: Engagement, code: str, lead: User, specialist: User, at: datetime) -> None:
    items = list(unmet_of(engagement.phases.get(code=code)))
    for position, item in enumerate(items[:9]):
        by = lead if item.party == "customer" else specialist
        if position % 3 == 0:
            move_responsibility(item, "finish", by=by, at=at)
        elif position % 3 == 1:
            move_responsibility(item, "begin", by=by, at=at)
    stuck = next((item for item in items[9:] if item.party == "customer"), None)
    if stuck is not None:
        move_responsibility(stuck, "block", by=lead, at=at, reason="The firewall team has no window before Monday.")


def _submit(customer: Customer, by: User, at: datetime, **facts: object) -> AssistanceRequest:
    told: dict[str, object] = {
        "services": ["exchange", "teams"],
        "seats": customer.seats,
        "desired_on": at.date() + timedelta(days=90),
        "business_reason": "One place for mail, files and meetings, and an end to the servers in the basement.",
        "success_owners": f"{by.name}, tenant lead, {by.email}",
        "owners": [{"name": by.name, "email": by.email, "role": "tenant lead"}],
        "stakeholders": "Head of IT as sponsor; two champions in each department.",
        "contact_name": by.name,
        "contact_email": by.email,
    }
    return assistance.submit_new(customer, key=uuid.uuid4(), at=at, by=by, **{**told, **facts})


def _requests_on_their_way(teller: Teller) -> None:
    cast, waiting = teller.cast, teller.cast.generated[10:14]
    with as_if(teller.ago(1)):
        _submit(cast.contoso, cast.partner, teller.ago(1), services=["purview", "viva"])
    for position, customer in enumerate(waiting):
        moment = teller.ago(2 + position)
        specialist = cast.specialist if customer.centre == cast.emea else cast.apac_specialist
        with as_if(moment):
            ask = _submit(customer, _lead_of(customer), moment)
            if position == 1:
                assistance.review(ask, by=specialist)
            if position == 2:
                assistance.review(ask, by=specialist)
                assistance.ask_for_information(ask, question="Which of your domains receive mail today?", by=specialist)
            if position == 3:
                assistance.decline(ask, reason="The tenant has no eligible subscription yet.", by=specialist)
    with as_if(teller.ago(1)):
        rollout = _submit(cast.contoso, cast.lead, teller.ago(1), services=["windows", "intune"])
        assistance.assign(rollout, to=cast.specialist, by=cast.manager)
        assistance.offer(rollout, cast.northwind, key=uuid.uuid4(), at=teller.ago(1), by=cast.specialist)
        _app_assure(cast.fabrikam, cast.fabrikam_lead, teller.ago(1))
    with as_if(teller.now):
        known = assistance.starting_facts(cast.contoso, cast.lead, "microsoft365", services=["windows"])
        half = {
            "business_reason": "The old computers are replaced in 2027, and nobody wants to do it twice.",
            "scenarios": "Branch offices first; they work when the till opens at eight.",
            "saved_sections": ["services", "reason"],
        }
        assistance.draft(cast.contoso, key=uuid.uuid4(), by=cast.lead, **{**known, **half})


def _app_assure(customer: Customer, by: User, at: datetime) -> None:
    known = assistance.starting_facts(customer, by, "app_assure")
    ask = assistance.draft(
        customer,
        key=uuid.uuid4(),
        by=by,
        kind="app_assure",
        **known,
        app_name="Ledger Pro",
        app_vendor="Proseware",
        app_version="11.2",
        app_platform="windows_arm",
        app_fails="It closes without a word when a report is printed.",
        app_users=45,
        app_impact="Invoices go out two days late.",
        app_steps="Open any ledger.\nChoose Print.\nThe window is gone.",
    )
    assistance.submit(ask, at=at, by=by)


def _meetings(teller: Teller, engagement: Engagement, weeks: int) -> None:
    """Biweekly checkpoints since the kickoff, planned by the worker's own job week by week; the past ones were held."""
    begun = teller.ago(weeks * 7)
    with as_if(begun):
        set_series(
            engagement,
            every_weeks=2,
            weekday=1,
            wall_time=time(10, 0),
            zone="Europe/Berlin",
            starts_on=begun.date(),
            by=teller.cast.specialist,
        )
    moment = begun
    while moment < teller.now:
        with as_if(moment):
            _work_off(moment)
        moment += timedelta(days=7)
    past = Meeting.objects.filter(engagement=engagement, status="planned", during__endswith__lt=teller.now)
    checkpoints.past(engagement, list(past.select_related("series", "engagement__customer", "engagement__centre")
                                      .order_by("during")), teller.cast)  # fmt: skip
    checkpoints.coming(engagement, teller.cast, teller.now)
    checkpoints.away(engagement, teller.cast, teller.now)


def _lead_of(customer: Customer) -> User:
    domain = customer.tenants.get().domains.get().name
    email = f"lead@{domain}"
    there = User.objects.filter(email=email).first()
    if there is not None:
        return there
    lead = organisations.person(email, f"Robin {customer.name.split()[0]}", customer.zone)
    add_membership(lead, role=Membership.Role.LEAD, customer=customer, by=None)
    return lead
