"""What the stories of requests share: filled forms and requests in every state."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assistance import operations
from assistance.models import AssistanceRequest
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.directory.models import Customer
from tests.conftest import Cast, person
from tests.world import free_tenant

FACTS: dict[str, Any] = {
    "services": ["exchange", "teams"],
    "business_reason": "Two mail systems are one too many",
    "success_owners": "Maria Graf, head of IT",
    "seats": 620,
}


def in_days(days: int) -> Any:
    return timezone.localdate() + timedelta(days=days)


# What a browser sends for each section of a complete form.
SECTIONS: dict[str, dict[str, Any]] = {
    "services": {"services": ["exchange", "teams"]},
    "reason": {
        "business_reason": "Two mail systems are one too many",
        "owner_0_name": "Maria Graf",
        "owner_0_email": "maria@contoso.example",
        "owner_0_role": "head of IT",
    },
    "organisation": {"seats": "620"},
    "migration": {},
    "plans": {},
    "contact": {"contact_name": "Lena Lead", "contact_email": "lead@contoso.example"},
    "application": {
        "app_name": "Ledger",
        "app_platform": "windows",
        "app_fails": "It closes when a report is printed",
        "app_impact": "No invoices leave the house",
    },
}


def begun(client: Client, query: str = "") -> AssistanceRequest:
    """Pressing "Start now": the draft whose task list is shown."""
    key = uuid.uuid4()
    assert client.post(f"/requests/new/{query}", {"key": str(key)}).status_code == 303
    return AssistanceRequest.objects.get(public_id=key)


def address(ask: AssistanceRequest, section: str) -> str:
    return f"/requests/{ask.public_id}/edit/{section}/"


def typed(ask: AssistanceRequest, section: str, **changes: Any) -> dict[str, Any]:
    """The section as a browser sends it; a value of None leaves the field out."""
    ask.refresh_from_db()
    first = {"desired_on": in_days(60).isoformat()} if section == "services" else {}
    form = {**first, **SECTIONS[section], "version": str(ask.version), "continue": "1", **changes}
    return {name: value for name, value in form.items() if value is not None}


def saved(client: Client, ask: AssistanceRequest, section: str, **changes: Any) -> Any:
    return client.post(address(ask, section), typed(ask, section, **changes))


def filled(client: Client, query: str = "", **changes: dict[str, Any]) -> AssistanceRequest:
    """A draft in which every section that is needed was saved; `changes` by section."""
    ask = begun(client, query)
    for section in ("services", "reason", *(name for name in changes if name not in ("services", "reason"))):
        assert saved(client, ask, section, **changes.get(section, {})).status_code == 303, section
    ask.refresh_from_db()
    return ask


def sent(client: Client, ask: AssistanceRequest, **extra: Any) -> Any:
    """Pressing "Submit" on the page where the answers are checked."""
    ask.refresh_from_db()
    answer = client.post(f"/requests/{ask.public_id}/check/", {"version": str(ask.version), **extra})
    ask.refresh_from_db()
    return answer


def submitted(customer: Customer, by: User, **facts: Any) -> AssistanceRequest:
    facts = {**FACTS, "desired_on": in_days(60), **facts}
    # One open request for each service of a tenant: a second one is for another tenant.
    facts.setdefault("tenant", free_tenant(customer, facts["services"]))
    return operations.submit_new(customer, key=uuid.uuid4(), at=timezone.now(), by=by, **facts)


def in_state(state: str, cast: Cast, by: User) -> AssistanceRequest:
    """A request of Contoso, brought to the state by the steps that lead there."""
    if state == "draft":
        facts = {**FACTS, "tenant": free_tenant(cast.contoso, FACTS["services"])}
        return operations.draft(cast.contoso, key=uuid.uuid4(), by=by, **facts, desired_on=in_days(60))
    ask = submitted(cast.contoso, by)
    if state in ("in_review", "needs_information", "accepted"):
        operations.review(ask, by=cast.specialist)
    if state == "needs_information":
        operations.ask_for_information(ask, question="Which time zone?", by=cast.specialist)
    if state == "accepted":
        operations.accept(ask, by=cast.specialist)
    if state == "declined":
        operations.decline(ask, reason="Not an eligible plan", by=cast.specialist)
    if state == "withdrawn":
        operations.withdraw(ask, by=by)
    return ask


@pytest.fixture
def viewer(cast: Cast) -> User:
    """An executive viewer of Contoso."""
    user = person("cio@contoso.example", "Vera Viewer")
    add_membership(user, role=Membership.Role.VIEWER, customer=cast.contoso, by=None)
    return user


@pytest.fixture
def technical_lead(cast: Cast) -> User:
    user = person("tech@contoso.example", "Tariq Technical")
    add_membership(user, role=Membership.Role.TECHNICAL_LEAD, customer=cast.contoso, by=None)
    return user


SignIn = Callable[[User], Client]
