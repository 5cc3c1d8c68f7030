"""What is written when a customer's seats change under its open requests."""

from django.db import transaction

from assistance import verdicts
from assistance.models import AssistanceRequest
from assistance.operations.base import note
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import Customer

CHANGED = "assistance.verdict_changed"


@transaction.atomic
def recheck_verdicts(customer: Customer, *, by: User | None) -> int:
    """Tells of every open request that would be told something else today; returns how many (F9).

    What was told last counts, so that the same is not told twice, and a number that goes back is told too. The
    verdict of the submission stays as it is.
    """
    asks = AssistanceRequest._base_manager.filter(
        customer=customer, status__in=AssistanceRequest.OPEN, kind=AssistanceRequest.Kind.MICROSOFT365
    )
    # Held one by one: a decision that comes at the same moment goes first or waits.
    held = asks.select_for_update(of=("self",)).select_related("customer", "centre", "partner").order_by("pk")
    return sum(_recheck(ask, by) for ask in held)


def _recheck(ask: AssistanceRequest, by: User | None) -> bool:
    now = verdicts.today(ask) or verdicts.of_ask(ask)
    told = Event.objects.filter(thread=ask.public_id, kind=CHANGED).order_by("-at", "-pk").first()
    before = str(told.fact("verdict")) if told else ask.verdict
    if now.code == before:
        return False
    note(
        "verdict_changed",
        ask,
        by,
        verdict=now.code,
        label=str(now.label),
        before=verdicts.label_of(before),
        sentence=str(now.sentence),
    )
    return True
