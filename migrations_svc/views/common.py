"""What the pages of migration events share: the event one may see, its tabs, a page of a table, a counted import."""

import uuid
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from fasttrack_portal.http import Request
from fasttrack_portal.limits import count_one
from fasttrack_portal.refusals import TooMany
from migrations_svc.models import MigrationEvent

_IMPORTS_PER_HOUR = 10
# What a page about a part of an event says of the event itself.
EVENT_FACTS = (
    "project__engagement__customer",
    "project__engagement__centre",
    "project__engagement__partner",
    "project__engagement__specialist",
)


def event_or_404(request: Request, public_id: uuid.UUID) -> MigrationEvent:
    return get_object_or_404(MigrationEvent.objects.visible_to(request.user).with_facts(), public_id=public_id)


def tabs_of(event: MigrationEvent, current: str) -> list[dict[str, Any]]:
    """The pages of one event."""
    pages = [
        ("detail", _("Overview"), None),
        ("records", _("Records"), f"{event.record_count:,}"),
        ("progress", _("Progress"), None),
        ("acceptance", _("Tests"), None),
    ]
    return [
        {
            "label": label,
            "href": reverse(f"migrations_svc:{name}", kwargs={"public_id": event.public_id}),
            "is_current": name == current,
            "count": count,
        }
        for name, label, count in pages
    ]


def counted_import(request: Request) -> TooMany | None:
    """Counts an upload of the person; answers with the refusal where it is one too many (R1)."""
    if not request.FILES:
        return None
    try:
        count_one("imports", str(request.user.pk), _IMPORTS_PER_HOUR, 3600)
    except TooMany as refusal:
        return refusal
    return None


def too_many(
    request: Request, template: str, context: dict[str, Any], form: forms.Form, refusal: TooMany
) -> HttpResponse:
    """The form again, with what was typed, and when to come back."""
    form.is_valid()
    form.errors.pop("file", None)
    form.add_error(None, str(refusal.reason))
    response = render(request, template, {**context, "form": form}, status=refusal.status)
    response["Retry-After"] = str(refusal.details["retry_after"])
    return response
