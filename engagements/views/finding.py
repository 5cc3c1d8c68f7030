"""What the pages of engagements share: finding what the person may see, and telling its story."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.forms import Form
from django.shortcuts import get_object_or_404

from engagements.models import CoSpecialist, Engagement
from fasttrack_portal.activity.models import Event
from fasttrack_portal.http import Request
from fasttrack_portal.records import Record
from fasttrack_portal.refusals import Invalid

_WITH_ENGAGEMENT = ("engagement__customer", "engagement__centre", "engagement__partner", "engagement__specialist")
_ICONS = {
    "blocked": ("hand-raised", "danger"),
    "completed": ("flag", "success"),
    "opened": ("rocket-launch", "success"),
}


def posted(request: Request) -> Any:
    return request.POST if request.method == "POST" else None


def engagement_of(request: Request, public_id: uuid.UUID, **more: Any) -> Engagement:
    """The engagement at this address; `more` is read with it, in the same query."""
    seen = Engagement.objects.visible_to(request.user).select_related(
        "customer", "centre", "partner", "specialist", "ask"
    )
    return get_object_or_404(seen.annotate(**more) if more else seen, public_id=public_id)


def names_of_helpers() -> ArraySubquery:
    """The co-specialists by name, for `engagement_of`."""
    return ArraySubquery(
        CoSpecialist._base_manager.filter(engagement=OuterRef("pk")).order_by("pk").values("user__name")
    )


def part_of(request: Request, model: Any, public_id: uuid.UUID, *related: str) -> Any:
    seen = model.objects.visible_to(request.user).select_related(*_WITH_ENGAGEMENT, *related)
    return get_object_or_404(seen, public_id=public_id)


def story_of(request: Request, part: Record) -> QuerySet[Event]:
    """The newest twenty events of one part of an engagement."""
    events = Event.objects.about(part.engagement.public_id, request.user)  # type: ignore[attr-defined]
    return events.filter(subject_label=part._meta.label, subject_id=part.pk)[:20]


def told(events: Any, request: Request) -> list[dict[str, Any]]:
    """Events for components/timeline.html."""
    lines = []
    for event in events:
        icon, tone = _ICONS.get(event.kind.rsplit("_", 1)[-1].rsplit(".", 1)[-1], ("", ""))
        href = event.url if event.url and event.url != request.path else ""
        lines.append(
            {
                "at": event.at,
                "sentence": event.sentence,
                "by": event.actor,
                "icon": icon,
                "tone": tone,
                "body": event.body,
                "href": href,
                "is_internal": event.internal,
            }
        )
    return lines


def taken(form: Form, take: Callable[[Form], None]) -> bool:
    try:
        take(form)
    except Invalid as refused:
        field = refused.details.get("field")
        form.add_error(field if field in form.fields else None, str(refused))
        return False
    return True
