"""What is attached to a part of an engagement and what was said about it, as its page shows it."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from engagements.models import Attachment, Comment
from engagements.permissions.evidence import Part, removal
from fasttrack_portal.access import Decision, decide
from fasttrack_portal.accounts.models import User

# Newest last; a longer conversation belongs in a meeting.
_MOST_COMMENTS = 200


@dataclass(frozen=True)
class Shown:
    """One attachment, and whether the person may take it away."""

    attachment: Attachment
    may_remove: bool
    remove_url: str


@dataclass(frozen=True)
class Attached:
    """For engagements/_evidence.html and engagements/_comments.html."""

    shown: list[Shown]
    comments: list[Comment]
    may_attach: Decision
    may_comment: Decision
    attach_url: str
    comment_url: str
    comment_key: uuid.UUID
    is_at_rest: bool


def attached_to(part: Part, name: str, user: User) -> Attached:
    """Two queries; `name` is the part's in `operations.evidence.PARTS`."""
    files = Attachment.objects.visible_to(user).filter(**{name: part}, removed_at=None)
    may_attach = decide(user, "engagements.attach", part)
    shown = []
    for attachment in files.select_related("file", "by"):
        setattr(attachment, name, part)
        attachment.engagement = part.engagement
        may = removal(user, attachment, may_attach)
        url = reverse("engagements:remove_evidence", kwargs={"public_id": attachment.public_id})
        shown.append(Shown(attachment, may.allowed and not part.engagement.is_at_rest, url))
    said = Comment.objects.visible_to(user).filter(**{name: part}).select_related("by")
    place: dict[str, Any] = {"kind": name, "public_id": part.public_id}
    return Attached(
        shown=shown,
        comments=list(said.order_by("-pk")[:_MOST_COMMENTS])[::-1],
        may_attach=may_attach,
        may_comment=decide(user, "engagements.comment", part),
        attach_url=reverse("engagements:attach", kwargs=place),
        comment_url=reverse("engagements:comment", kwargs=place),
        comment_key=uuid.uuid4(),
        is_at_rest=part.engagement.is_at_rest,
    )
