"""Who is told when a plan waits for a signature, is agreed on, or one of its lines is stuck or given to somebody."""

from engagements.models import Engagement, RemediationItem, SuccessItem
from engagements.permissions.gates import SPEAKERS
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import on
from fasttrack_portal.notices.operations import notify

_LINES = {model._meta.label: model for model in (RemediationItem, SuccessItem)}


@on("engagements.plan_proposed", "engagements.plan_agreed")
def tell_of_the_plan(event: Event) -> None:
    """Both sides' signers: one side has to act, or both have what they wanted."""
    engagement = Engagement.objects.select_related("customer", "specialist").get(pk=event.subject_id)
    notify([*engagement.customer.people(*SPEAKERS), engagement.specialist], event)


@on("engagements.plan_signed", "engagements.plan_withdrawn")
def tell_of_a_signature(event: Event) -> None:
    engagement = Engagement.objects.select_related("customer", "specialist").get(pk=event.subject_id)
    notify([*engagement.customer.people(*SPEAKERS), engagement.specialist], event, mail=False)


@on("engagements.risk_accepted", "engagements.remediation_blocked", "engagements.success_blocked")
def tell_the_specialist(event: Event) -> None:
    """Who is stuck needs the other side; a risk that is borne is one less to verify."""
    line = _LINES[event.subject_label]._base_manager.select_related("engagement__customer", "engagement__specialist")
    engagement = line.get(pk=event.subject_id).engagement
    is_from_fasttrack = event.actor is not None and event.actor.audience.is_staff
    notify(engagement.customer.people(*SPEAKERS) if is_from_fasttrack else [engagement.specialist], event, mail=False)


@on("engagements.remediation_edited", "engagements.success_edited")
def tell_the_new_owner(event: Event) -> None:
    if event.data.get("assigned"):
        notify(User.objects.filter(public_id=event.data.get("assigned")), event, mail=False)
