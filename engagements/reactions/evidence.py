"""Who is told of a comment: the other side, whoever does the item, and whoever takes part in the conversation."""

from engagements.models import Comment, Engagement
from engagements.operations.evidence import PARTS
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import on
from fasttrack_portal.notices.operations import notify

_LEADING = (Membership.Role.LEAD, Membership.Role.PROJECT_MANAGER)


@on("engagements.commented")
def tell_of_a_comment(event: Event) -> None:
    name, model = next((name, model) for name, model in PARTS.items() if model._meta.label == event.subject_label)
    part = model._base_manager.select_related("engagement__customer", "engagement__specialist").get(pk=event.subject_id)
    engagement = part.engagement
    taking_part = [*User.objects.filter(pk__in=Comment.objects.filter(**{name: part}).values("by"))]
    if assignee := getattr(part, "assignee", None):
        taking_part.append(assignee)
    # Somebody who has left the organisation is not told of what is said there now.
    mine = Engagement.objects.filter(pk=engagement.pk)
    people = [user for user in taking_part if mine.visible_to(user).exists()]
    is_from_fasttrack = event.actor is not None and event.actor.audience.is_staff
    people += engagement.customer.people(*_LEADING) if is_from_fasttrack else [engagement.specialist]
    notify(people, event, mail=False)
