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

FACTS: dict[str, Any] = {
    "services": ["exchange", "teams"],
    "business_reason": "Two mail systems are one too many",
    "success_owners": "Maria Graf, head of IT",
    "seats": 620,
}


def in_days(days: int) -> Any:
    return timezone.localdate() + timedelta(days=days)


def typed(**changes: Any) -> dict[str, Any]:
    """What a browser sends for a complete form; a value of None leaves the field out."""
    form = {**FACTS, "desired_on": in_days(60).isoformat(), "key": str(uuid.uuid4()), **changes}
    return {name: value for name, value in form.items() if value is not None}


def submitted(customer: Customer, by: User, **facts: Any) -> AssistanceRequest:
    facts = {**FACTS, "desired_on": in_days(60), **facts}
    return operations.submit_new(customer, key=uuid.uuid4(), at=timezone.now(), by=by, **facts)


def in_state(state: str, cast: Cast, by: User) -> AssistanceRequest:
    """A request of Contoso, brought to the state by the steps that lead there."""
    if state == "draft":
        return operations.draft(cast.contoso, key=uuid.uuid4(), by=by, **FACTS, desired_on=in_days(60))
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
