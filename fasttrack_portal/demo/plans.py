"""The demo’s plans: a checklist half way with an accepted risk, the plan both sides signed, a success plan."""

import uuid
from datetime import datetime, timedelta

from engagements.models import Engagement, RemediationItem, SuccessItem
from engagements.operations import evidence
from engagements.operations.remediation import accept_risk, edit_remediation, make_checklist, move_remediation
from engagements.operations.remediation_plan import propose_plan, sign_plan
from engagements.operations.success import add_success, edit_success, move_success
from fasttrack_portal.accounts.models import User
from fasttrack_portal.demo.clock import as_if

_NOTE = "Conditional access asks every administrator for a second factor since Monday; the report is attached to it."
_REPORT = b"day,administrators,with a second factor\nMon,14,14\nTue,14,14\nWed,14,14\n"


def remediation_half_way(
    engagement: Engagement, lead: User, helper: User, specialist: User, made: datetime, now: datetime
) -> None:
    """Made in Assess, signed by both, then worked on: some verified, some done, one stuck, one risk accepted."""
    with as_if(made):
        make_checklist(engagement, workloads=["identity", "network", "exchange", "teams"], by=specialist, at=made)
        _plan_days(engagement, lead, helper, made)
    signed = made + timedelta(days=2)
    with as_if(signed):
        plan = propose_plan(engagement, by=specialist, at=signed)
        sign_plan(plan, by=specialist, comment="", at=signed)
        sign_plan(plan, by=lead, comment="Agreed in the remediation review.", at=signed)
    later = signed + timedelta(days=4)
    with as_if(later):
        _work(engagement, lead, specialist, later)
    with as_if(min(now - timedelta(days=1), later + timedelta(days=6))):
        _now(engagement, lead, specialist, min(now - timedelta(days=1), later + timedelta(days=6)))


def _plan_days(engagement: Engagement, lead: User, helper: User, made: datetime) -> None:
    for number, item in enumerate(_lines(engagement)):
        fields = {name: getattr(item, name) for name in ("title", "workload", "severity", "detail", "party")}
        due = made.date() + timedelta(days=14 + 3 * (number % 6))
        owner = helper if number % 3 else lead
        edit_remediation(
            item, version=item.version, assignee=owner, due_on=due, by=lead, at=made, on=made.date(), **fields
        )


def _work(engagement: Engagement, lead: User, specialist: User, at: datetime) -> None:
    for item in _lines(engagement)[:8]:
        move_remediation(item, "begin", by=lead, at=at)
        move_remediation(item, "finish", by=lead, at=at)
    first, second = _lines(engagement, status="done")[:2]
    evidence.attach_file(
        first, key=uuid.uuid4(), name="Second factor.csv", content=_REPORT, title="Sign-ins of one week", by=lead
    )
    evidence.attach_note(first, key=uuid.uuid4(), text=_NOTE, by=lead)
    evidence.attach_link(second, key=uuid.uuid4(), url="https://contoso.example/emergency-accounts", by=lead)
    for item in _lines(engagement, status="done")[:5]:
        move_remediation(item, "verify", by=specialist, at=at)


def _now(engagement: Engagement, lead: User, specialist: User, at: datetime) -> None:
    left = _lines(engagement, status="open")
    move_remediation(left[0], "begin", by=lead, at=at)
    move_remediation(left[1], "wait", by=lead, at=at, reason="The carrier doubles the line.", waits_for="outside")
    move_remediation(left[2], "block", by=lead, at=at, reason="Nobody holds the password of the old registrar.")
    evidence.comment(left[2], key=uuid.uuid4(), text="Who at the registrar can we write to?", by=lead)
    evidence.comment(left[2], key=uuid.uuid4(), text="I ask our DNS people and answer tomorrow.", by=specialist)
    low = min(left[3:], key=lambda item: item.severity)
    accept_risk(
        low, owner=f"{lead.name}, tenant lead", reason="The old clients go with the computers in May.", by=lead, at=at
    )


def _lines(engagement: Engagement, **which: str) -> list[RemediationItem]:
    lines = RemediationItem._base_manager.filter(engagement=engagement, **which)
    return list(lines.select_related("engagement", "assignee").order_by("-severity", "pk"))


_HOPES = [
    ("scenarios", "Project teams plan in one place", "Eight of ten teams by June", "teams that do: 8 of 10"),
    ("scenarios", "Meetings from the road", "Sales joins from the phone", "meetings joined by phone: 30 %"),
    ("awareness", "Posters and a page on the intranet", "People know the day", "page visits: 400"),
    ("awareness", "Launch day with the board", "The board speaks about it", ""),
    ("training", "Helpdesk first", "The helpdesk answers without passing on", "passed on: under 1 in 5"),
    ("training", "An hour for everybody", "Everybody had the chance", "seats taken: 600"),
]


def success_begun(engagement: Engagement, lead: User, owner: User, at: datetime) -> None:
    """What the request began, with owners and days; one line done, one begun."""
    with as_if(at):
        for track, title, criterion, measure in _HOPES:
            add_success(
                engagement, key=uuid.uuid4(), by=lead, at=at, on=at.date(), track=track, title=title,
                criterion=criterion, measure=measure, result="", party="customer", assignee=owner,
                due_on=at.date() + timedelta(days=21),
            )  # fmt: skip
        lines = list(SuccessItem._base_manager.filter(engagement=engagement).select_related("engagement", "assignee"))
        first = next(line for line in lines if line.track == "stakeholders")
        fields = {name: getattr(first, name) for name in ("track", "title", "criterion", "measure", "party", "due_on")}
        edit_success(
            first, version=first.version, by=lead, at=at, on=at.date(), result="Named and willing", assignee=lead,
            **fields,
        )  # fmt: skip
        move_success(first, "finish", by=lead, at=at)
        move_success(next(line for line in lines if line.track == "awareness"), "begin", by=lead, at=at)
