"""Two people press the same button at once (C4): one of them did it, the other is told how it stands now.

Real connections in real threads. The controls show what happens when a step is a plain save."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from assistance import operations
from assistance.models import AskService, AssistanceRequest
from assistance.operations import asking
from fasttrack_portal import workflow
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import StaleVersion, TransitionRefused
from tests.conftest import Cast
from tests.engagements.test_meetings_that_race import in_thread, somebody_waits, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def drafted(cast: Cast, by: User | None = None, service: str = "exchange") -> AssistanceRequest:
    return operations.draft(
        cast.contoso,
        key=uuid.uuid4(),
        by=by or cast.lead,
        services=[service],
        seats=620,
        desired_on=timezone.localdate() + timedelta(days=90),
        business_reason="One platform",
        success_owners="Lena Lead",
    )


def submitted(cast: Cast, service: str = "exchange") -> AssistanceRequest:
    ask = drafted(cast, service=service)
    operations.submit(ask, at=timezone.now(), by=cast.lead)
    return ask


def as_seen(ask: AssistanceRequest) -> AssistanceRequest:
    """The request as one of the two has it before them."""
    return AssistanceRequest.objects.with_people().get(pk=ask.pk)


def at_once(tasks: list[Callable[[], None]]) -> list[BaseException]:
    """All of them let go at the same moment, each with a connection of its own; returns what they raised."""
    faults: list[BaseException] = []
    ready = threading.Barrier(len(tasks))

    def wait_and(task: Callable[[], None]) -> None:
        ready.wait(10)
        task()

    threads = [in_thread(lambda task=task: wait_and(task), faults) for task in tasks]  # type: ignore[misc]
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return faults


def plain_save(obj: Any, name: str, **changes: Any) -> None:
    """A step as it would be without the comparison: what one has before them is what is stored."""
    setattr(obj, obj.WORKFLOW.field, obj.WORKFLOW.step(name).target)
    for field, value in changes.items():
        setattr(obj, field, value)
    obj.save()


def test_two_specialists_take_one_request_into_review(cast: Cast) -> None:
    ask = submitted(cast)
    mine, theirs = as_seen(ask), as_seen(ask)
    faults: list[BaseException] = []
    with transaction.atomic():
        operations.review(mine, by=cast.specialist)
        other = in_thread(lambda: operations.review(theirs, by=cast.manager), faults)
        assert wait_until(somebody_waits), "the second waits for the row that the first holds"
    other.join(10)

    (fault,) = faults
    assert isinstance(fault, TransitionRefused)
    assert "In review" in str(fault)
    ask.refresh_from_db()
    assert (ask.status, ask.reviewer) == ("in_review", cast.specialist)
    assert Event.objects.filter(kind="assistance.reviewed").count() == 1


def test_with_a_plain_save_the_same_race_gives_it_to_both(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "apply", plain_save)
    ask = submitted(cast)
    mine, theirs = as_seen(ask), as_seen(ask)
    faults: list[BaseException] = []
    with transaction.atomic():
        operations.review(mine, by=cast.specialist)
        other = in_thread(lambda: operations.review(theirs, by=cast.manager), faults)
        assert wait_until(somebody_waits)
    other.join(10)

    assert not faults, "nobody was told"
    ask.refresh_from_db()
    assert ask.reviewer == cast.manager, "the first has lost it without knowing"
    assert Event.objects.filter(kind="assistance.reviewed").count() == 2


@pytest.mark.parametrize("crowd", [2, 6])
def test_of_a_crowd_one_submits(crowd: int, cast: Cast) -> None:
    """The same draft in so many windows of its author, all of them sent at once."""
    ask = drafted(cast)
    seen = [as_seen(ask) for _each in range(crowd)]
    faults = at_once([lambda each=each: operations.submit(each, at=timezone.now(), by=cast.lead) for each in seen])  # type: ignore[misc]

    assert len(faults) == crowd - 1
    assert all(isinstance(fault, TransitionRefused | StaleVersion) for fault in faults)
    ask.refresh_from_db()
    assert ask.status == "submitted"
    assert Event.objects.filter(kind="assistance.submitted").count() == 1


def test_a_withdrawal_and_a_decision_at_once_leave_one_of_them(cast: Cast) -> None:
    """Whichever comes first: the other side is told, and the story holds one end."""

    def step(take: Callable[..., None], by: User, **words: str) -> Callable[[], None]:
        seen = as_seen(ask)
        return lambda: take(seen, by=by, **words)

    ask = submitted(cast)
    (fault,) = at_once(
        [
            step(operations.withdraw, cast.lead),
            step(operations.decline, cast.specialist, reason="Not enough seats"),
        ]
    )
    assert isinstance(fault, TransitionRefused)
    ends = Event.objects.filter(kind__in=["assistance.withdrawn", "assistance.declined"])
    ask.refresh_from_db()
    assert ends.get().kind == f"assistance.{ask.status}"
    connection.close()


def both_submit(cast: Cast) -> list[BaseException]:
    """The lead and the project manager ask for the same service, each with a draft of their own, at one moment."""
    drafts = [(as_seen(drafted(cast, by)), by) for by in (cast.lead, cast.pm)]
    return at_once([lambda a=ask, by=by: operations.submit(a, at=timezone.now(), by=by) for ask, by in drafts])  # type: ignore[misc]


def test_of_two_who_ask_for_the_same_service_at_once_one_does(cast: Cast) -> None:
    (fault,) = both_submit(cast)
    assert isinstance(fault, operations.AlreadyAsked)
    assert sorted(AssistanceRequest.objects.values_list("status", flat=True)) == ["draft", "submitted"]
    assert AskService.objects.get().ask.status == "submitted"
    assert Event.objects.filter(kind="assistance.submitted").count() == 1
    # The one who came second is offered what the first has.
    second = AssistanceRequest.objects.get(status="draft")
    assert [each.status for each in operations.holders_of(second)] == ["submitted"]


def without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_one_after_the_other", lambda customer_id: None)


def test_without_lock_and_constraint_both_do(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the look before does not keep them apart; the constraint alone does, for the same tenant."""
    without_the_lock(monkeypatch)
    (fault,) = both_submit(cast)
    assert isinstance(fault, operations.AlreadyAsked)
    AssistanceRequest.objects.update(status="withdrawn")
    AskService.objects.all().delete()
    guard = next(each for each in AskService._meta.constraints if each.name == "ask_service_once_a_customer")
    with connection.schema_editor() as schema:
        schema.remove_constraint(AskService, guard)
    try:
        assert both_submit(cast) == []
        assert AssistanceRequest.objects.filter(status="submitted").count() == 2
    finally:
        AskService.objects.all().delete()
        with connection.schema_editor() as schema:
            schema.add_constraint(AskService, guard)
        connection.close()


def whole_and_tenant(cast: Cast, tenant_first: bool) -> tuple[list[BaseException], bool]:
    """One asks for the whole customer, the other for a tenant of it; the second begins before the first is done."""
    whole, of_tenant = drafted(cast), drafted(cast, cast.pm)
    AssistanceRequest.objects.filter(pk=of_tenant.pk).update(tenant=cast.contoso.tenants.first())
    pair = [(as_seen(whole), cast.lead), (as_seen(of_tenant), cast.pm)]
    (first, one), (second, two) = reversed(pair) if tenant_first else pair
    faults: list[BaseException] = []
    with transaction.atomic():
        operations.submit(first, at=timezone.now(), by=one)
        other = in_thread(lambda: operations.submit(second, at=timezone.now(), by=two), faults)
        has_waited = wait_until(lambda: somebody_waits() or not other.is_alive()) and other.is_alive()
    other.join(10)
    connection.close()
    return faults, has_waited


@pytest.mark.parametrize("tenant_first", [False, True])
def test_the_whole_customer_and_a_tenant_of_it_exclude_each_other(cast: Cast, tenant_first: bool) -> None:
    faults, has_waited = whole_and_tenant(cast, tenant_first)
    assert has_waited, "for the customer's lock"
    (fault,) = faults
    assert isinstance(fault, operations.AlreadyAsked)
    assert AskService.objects.count() == 1
    (second,) = AssistanceRequest.objects.filter(status="draft")
    assert [each.status for each in operations.holders_of(second)] == ["submitted"]


def test_without_the_lock_the_whole_and_the_tenant_are_both_held(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: no constraint stands between them."""
    without_the_lock(monkeypatch)
    faults, _has_waited = whole_and_tenant(cast, tenant_first=False)
    assert faults == []
    assert AskService.objects.count() == 2
