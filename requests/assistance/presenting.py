"""How a request is laid out for reading: facts, plans, timeline, and what the list says when it is empty."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from assistance.forms import AssistanceForm, DraftForm
from assistance.models import AssistanceRequest
from assistance.permissions import WORKING_ROLES
from assistance.readiness import RECOMMENDED
from assistance.services import SERVICES
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import SEATS_LIMIT
from fasttrack_portal.refusals import StaleVersion
from fasttrack_portal.templatetags.ui import day

# Icon and tone of what happened, by the last word of the event's kind.
_MARKS = {
    "drafted": ("pencil", ""),
    "edited": ("pencil", ""),
    "submitted": ("paper-airplane", "info"),
    "reviewed": ("eye", "progress"),
    "assigned": ("user-plus", "progress"),
    "handed_over": ("user-plus", "progress"),
    "moved": ("arrow-right", "info"),
    "reminded": ("bell", "waiting"),
    "offered": ("paper-airplane", "waiting"),
    "offer_accepted": ("check", "success"),
    "offer_declined": ("x-mark", "danger"),
    "asked_for_information": ("chat-bubble-left-ellipsis", "waiting"),
    "answered": ("chat-bubble-left-right", "info"),
    "accepted": ("check", "success"),
    "declined": ("x-mark", "danger"),
    "withdrawn": ("arrow-uturn-left", ""),
}


def facts(ask: AssistanceRequest) -> list[tuple[Any, ...]]:
    """The rows of the facts table; what a draft still lacks reads “Not given”."""
    rows: list[tuple[Any, ...]] = [
        (_("Planned start"), day(ask.desired_on) if ask.desired_on else ""),
        (_("Services"), ", ".join(ask.service_labels)),
        (_("Business reason"), ask.business_reason),
        (_("Success owners"), ask.success_owners),
        (_("Seats"), f"{ask.seats:,}" if ask.seats is not None else ""),
        (_("Mail or files to move"), _("Yes") if ask.wants_migration else _("No")),
    ]
    if ask.tenant:
        rows.append((_("Tenant"), ask.tenant.name))
    rows.append((_("Contact"), ", ".join(part for part in (ask.contact_name, ask.contact_email) if part)))
    if ask.notes:
        rows.append((_("Notes"), ask.notes))
    return rows


def plans(ask: AssistanceRequest) -> list[tuple[Any, ...]]:
    """The four recommended facts, which become the tracks of the success plan."""
    field = AssistanceRequest._meta.get_field
    return [(str(field(name).verbose_name).capitalize(), getattr(ask, name)) for name in RECOMMENDED]  # type: ignore[union-attr]


def timeline(events: Iterable[Event]) -> list[dict[str, Any]]:
    return [_entry(event) for event in events]


def _entry(event: Event) -> dict[str, Any]:
    icon, tone = _MARKS.get(event.kind.rpartition(".")[2], ("check", ""))
    return {
        "at": event.at,
        "sentence": event.sentence,
        "by": event.actor,
        "icon": icon,
        "tone": tone,
        "body": event.fact("question") or event.fact("answer") or event.fact("reason") or "",
        "href": "",
        "is_internal": event.internal,
    }


def engagement_url(ask: AssistanceRequest) -> str:
    """Where the engagement stands that followed, "" while there is none; its app stands above this one."""
    engagement = getattr(ask, "engagement", None) if ask.status == AssistanceRequest.Status.ACCEPTED else None
    return engagement.get_absolute_url() if engagement else ""


def differences(form: DraftForm, fault: StaleVersion) -> list[dict[str, Any]]:
    """Field by field: what is saved now and what was typed."""
    theirs, yours = fault.details["theirs"], fault.details["yours"]
    return [
        {"name": label, "theirs": _in_words(theirs[name]), "yours": _in_words(yours[name])}
        for name, label in form.labels_of(yours).items()
    ]


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(SERVICES.get(str(code), str(code)) for code in value)
    return "" if value is None else str(value)


def seats_in(form: AssistanceForm) -> int | None:
    """The number in the field as it is shown now, for the verdict beside it."""
    try:
        seats = int(str(form["seats"].value()))
    except ValueError:
        return None
    return seats if 0 <= seats <= SEATS_LIMIT else None


def empty_list(user: User, *, is_filtered: bool) -> dict[str, Any]:
    """Why the list is empty and what to do about it."""
    if is_filtered:
        return _empty(_("No request has this status"), _("Choose another status, or clear the filter."))
    if user.audience.is_staff:
        return _empty(_("No requests yet"), _("Requests of your FastTrack Center appear here."))
    if not may_ask(user):
        return _empty(_("No requests yet"), _("Requests of your organisation appear here."))
    return _empty(
        _("No requests yet"),
        _("Ask for help, and a FastTrack specialist guides you through planning, set-up and migration."),
        reverse("assistance:new"),
        _("Request assistance with Microsoft 365"),
    )


def _empty(title: str, text: str, href: str = "", link_label: str = "") -> dict[str, str]:
    return {"title": title, "text": text, "href": href, "link_label": link_label}


def may_ask(user: User) -> bool:
    """Whether the button that begins a request leads anywhere for this person."""
    return user.has_role(*WORKING_ROLES) or bool(user.audience.partner_ids)
