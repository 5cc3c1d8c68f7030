"""Who is told when a gate waits for a name, when a phase passes, and when a milestone is put before the customer."""

from django.db.models import Exists, OuterRef, QuerySet

from engagements.models import UNMET, Agreement, Engagement, Responsibility
from engagements.permissions.gates import SPEAKERS
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import on
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.notices.operations import notify


def _engagement_of(event: Event) -> Engagement:
    return Engagement.objects.select_related("customer", "specialist").get(public_id=event.thread)


@on("engagements.phase_offered")
def tell_who_signs(event: Event) -> None:
    """The people who can sign for the customer: the gate of a phase is theirs as much as FastTrack's."""
    engagement = _engagement_of(event)
    notify([*engagement.customer.people(*SPEAKERS), engagement.specialist], event)


@on("engagements.responsibility_finished", "engagements.responsibility_excluded")
def announce_a_gate_that_nothing_stands_before(event: Event) -> None:
    """The last item of a phase whose gate is open already."""
    item = Responsibility.objects.get(pk=event.subject_id)
    _announce(Agreement.objects.filter(engagement=item.engagement_id, phase__code=item.phase), event)


@on("engagements.scope_changed", "engagements.template_upgraded")
def announce_gates_whose_items_fell_away(event: Event) -> None:
    _announce(Agreement.objects.filter(engagement__public_id=event.thread, phase__isnull=False), event)


def _announce(gates: QuerySet[Agreement], event: Event) -> None:
    left = Responsibility.objects.filter(
        engagement=OuterRef("engagement"), phase=OuterRef("phase__code"), status__in=UNMET
    )
    for gate in gates.filter(status="open").exclude(Exists(left)):
        cause = str(event.public_id)
        enqueue("engagements.gate_waits", key=f"{gate.public_id}:{cause}", payload={"gate": gate.pk, "cause": cause})


@on("engagements.gate_waits")
def tell_who_can_sign_now(event: Event) -> None:
    engagement = _engagement_of(event)
    notify([*engagement.customer.people(*SPEAKERS), engagement.specialist], event)


@on("engagements.gate_signed", "engagements.gate_unsigned", "engagements.plan_unsigned")
def tell_the_other_side_of_the_signature(event: Event) -> None:
    engagement = _engagement_of(event)
    is_from_the_customer = event.data.get("side") == "customer"
    notify([engagement.specialist] if is_from_the_customer else engagement.customer.people(*SPEAKERS), event)


@on("engagements.phase_passed", "engagements.phase_overridden")
def tell_both_sides(event: Event) -> None:
    engagement = _engagement_of(event)
    notify([*engagement.customer.people(*SPEAKERS), engagement.specialist], event)


@on("engagements.approval_asked")
def tell_who_answers(event: Event) -> None:
    notify(_engagement_of(event).customer.people(*SPEAKERS), event)


@on("engagements.milestone_approved", "engagements.milestone_rejected")
def tell_the_specialist(event: Event) -> None:
    notify([_engagement_of(event).specialist], event)
