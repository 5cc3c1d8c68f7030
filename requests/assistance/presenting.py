"""How a request is laid out for reading: facts, plans, timeline, and what the list says when it is empty."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assistance.forms import SectionForm
from assistance.models import AssistanceRequest
from assistance.permissions import WORKING_ROLES
from assistance.readiness import RECOMMENDED, REQUIRED_OF
from assistance.section_forms import FORMS, unknown_of
from assistance.sections import SECTIONS, Section, section_with, status_of
from assistance.services import MIGRATION_SOURCES, SERVICES
from assistance.verdicts import seats_by_class
from assistance.words import STATUS_WORDS, WHY_IT_HELPS
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.design import FormError
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
    "offer_prepared": ("clock", "waiting"),
    "offer_dropped": ("x-mark", ""),
    "offer_accepted": ("check", "success"),
    "offer_declined": ("x-mark", "danger"),
    "asked_for_information": ("chat-bubble-left-ellipsis", "waiting"),
    "answered": ("chat-bubble-left-right", "info"),
    "accepted": ("check", "success"),
    "declined": ("x-mark", "danger"),
    "withdrawn": ("arrow-uturn-left", ""),
    "verdict_changed": ("arrow-path", "info"),
    "joined": ("user-plus", "info"),
    "join_wished": ("user-plus", "info"),
}


def facts(ask: AssistanceRequest) -> list[tuple[Any, ...]]:
    """The rows of the facts table, section after section, without the plans; what may be left out and is, is."""
    rows: list[tuple[Any, ...]] = []
    for section in SECTIONS[ask.kind]:
        if section.code != "plans":
            rows += answers(ask, section)
    needed = {label_of(name) for name in (*REQUIRED_OF[ask.kind], "contact_name")}
    return [row for row in rows if row[1] not in ("", None) or row[0] in needed]


def answers(ask: AssistanceRequest, section: Section) -> list[tuple[Any, ...]]:
    """What a section says, in words: (label, value)."""
    told = {name: _answer(ask, name) for name in section.names if name not in _TOLD_WITH_ANOTHER}
    asked = {"country", "language", "zone", "tpid"} - set(unknown_of(ask))
    if ask.partner_id:
        asked |= {"partner_name", "partner_consent"}
    if not ask.is_education:
        asked |= {"is_education", "student_seats"}
    if not ask.wants_migration:
        asked |= {"migration_sources", "mailboxes", "data_gb"}
    if not ask.partner_name:
        asked.add("partner_consent")
    if ask.tenant is None and section.code == "application":
        asked.add("tenant")
    return [(label_of(name), value) for name, value in told.items() if name not in asked]


# Told in the line of the fact beside them.
_TOLD_WITH_ANOTHER = {"owners"}


def label_of(name: str) -> str:
    words = str(AssistanceRequest._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return words[:1].upper() + words[1:]


def _answer(ask: AssistanceRequest, name: str) -> Any:
    value = getattr(ask, name)
    match name:
        case "desired_on":
            return day(value) if value else ""
        case "services":
            return ", ".join(ask.service_labels)
        case "migration_sources":
            return ", ".join(ask.source_labels)
        case "plan_family" | "app_platform":
            return getattr(ask, f"get_{name}_display")()
        case "tenant":
            return value.name if value else ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int):
        return f"{value:,}"
    # What was typed on several lines is read on several lines.
    return linebreaksbr(value, autoescape=True) if isinstance(value, str) and "\n" in value else value


def plans(ask: AssistanceRequest) -> list[tuple[Any, ...]]:
    """The four recommended facts, which become the tracks of the success plan."""
    return [(label_of(name), getattr(ask, name)) for name in RECOMMENDED]


def readiness_rows(ask: AssistanceRequest) -> list[dict[str, Any]]:
    """What would help and is not there yet, why, and where it is said."""
    rows = []
    for name in ask.readiness.not_yet:
        section = section_with(ask.kind, name)
        href = f"{section_url(ask, section.code)}#id_{name}" if section else ""
        rows.append({"label": label_of(name), "why": WHY_IT_HELPS[name], "href": href})
    return rows


def section_url(ask: AssistanceRequest, code: str) -> str:
    return reverse("assistance:section", kwargs={"public_id": ask.public_id, "section": code})


def task_list(ask: AssistanceRequest) -> list[dict[str, Any]]:
    """The sections as the rows of the task list, and the check at their end."""
    rows = []
    for section in SECTIONS[ask.kind]:
        facts = {name: getattr(ask, name) for name in section.names}
        if any(not owner["email"] for owner in ask.owners):
            # An owner whom nobody can reach is not told yet.
            facts["success_owners"] = ""
        status = status_of(section, ask.kind, facts, is_saved=section.code in ask.saved_sections)
        rows.append(_task(section.title, section_url(ask, section.code), status, section.hint))
    check = reverse("assistance:check", kwargs={"public_id": ask.public_id})
    missing = len(ask.readiness.missing)
    hint = (
        ngettext("%(count)d thing we need is still missing.", "%(count)d things we need are still missing.", missing)
        % {"count": missing}
        if missing
        else _("Everything we need is there.")
    )
    return [*rows, _task(_("Check your answers and submit"), check, "not_started", hint)]


def _task(title: Any, href: str, status: str, hint: Any) -> dict[str, Any]:
    return {"label": title, "href": href, "status": status, "status_label": STATUS_WORDS[status], "hint": hint}


def checked(ask: AssistanceRequest) -> list[dict[str, Any]]:
    """The answers of each section with the address where they are changed."""
    return [
        {
            "title": section.title,
            "facts": [(*row, section_url(ask, section.code)) for row in answers(ask, section)],
        }
        for section in SECTIONS[ask.kind]
    ]


def faults(ask: AssistanceRequest, today: date) -> list[FormError]:
    """What stands in the way of the submission: each line leads to the field in its section."""
    found = []
    for section, sent in _read_for_submission(ask, today):
        for name, errors in sent.errors.items():
            href = f"{section_url(ask, section.code)}#{sent[name].id_for_label or sent[name].auto_id}"
            found += [FormError(href, "", str(error)) for error in errors]
    return found


def wrong_fields(ask: AssistanceRequest, today: date) -> list[tuple[str, str]]:
    """The same for a program: field and sentence."""
    sections = _read_for_submission(ask, today)
    return [
        (name, str(error)) for _section, sent in sections for name, errors in sent.errors.items() for error in errors
    ]


def _read_for_submission(ask: AssistanceRequest, today: date) -> list[tuple[Section, SectionForm]]:
    """Each page as if it were sent once more as it is."""
    pages = []
    for section in SECTIONS[ask.kind]:
        form = FORMS[section.code](ask=ask, section=section, today=today, mode="submit")
        pages.append(
            (section, FORMS[section.code](as_typed(form), ask=ask, section=section, today=today, mode="submit"))
        )
    return pages


def as_typed(form: SectionForm) -> QueryDict:
    """What a browser would send for the page as it is shown."""
    sent = QueryDict(mutable=True)
    for name in form.fields:
        value = form.get_initial_for_field(form.fields[name], name)
        if isinstance(value, list):
            sent.setlist(name, [str(each) for each in value])
        elif value is not None and value is not False:
            sent[name] = "on" if value is True else str(value)
    return sent


def story_of(ask: AssistanceRequest, user: User) -> QuerySet[Event]:
    """What happened to it; a partner reads nothing there of what was offered to another one."""
    story = Event.objects.about(ask.public_id, user)
    audience = user.audience
    if audience.is_staff or ask.customer_id in audience.customer_ids:
        return story
    return story.exclude(Q(kind__startswith="assistance.offer") & ~Q(partner__in=audience.partner_ids))


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
        "body": event.fact("question") or event.fact("answer") or event.fact("reason") or event.fact("note") or "",
        "href": "",
        "is_internal": event.internal,
    }


def engagement_url(ask: AssistanceRequest) -> str:
    """Where the engagement stands that followed, "" while there is none; its app stands above this one."""
    engagement = getattr(ask, "engagement", None) if ask.status == AssistanceRequest.Status.ACCEPTED else None
    return engagement.get_absolute_url() if engagement else ""


def differences(form: SectionForm, fault: StaleVersion) -> list[dict[str, Any]]:
    """Field by field: what is saved now and what was typed."""
    theirs, yours = fault.details["theirs"], fault.details["yours"]
    return [
        {"name": label_of(name), "theirs": _in_words(theirs[name]), "yours": _in_words(yours[name])}
        for name in yours
        if name not in _TOLD_WITH_ANOTHER
    ]


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(SERVICES.get(str(code), MIGRATION_SOURCES.get(str(code), str(code))) for code in value)
    return "" if value is None else str(value)


def seats_in(form: SectionForm) -> dict[str, int | None]:
    """The numbers in the fields as they are shown now, for the verdict beside them."""
    seats, student_seats = (_number(form[name].value()) for name in ("seats", "student_seats"))
    return seats_by_class(seats, student_seats, is_education=bool(form["is_education"].value()))


def _number(value: Any) -> int | None:
    try:
        number = int(str(value))
    except ValueError:
        return None
    return number if 0 <= number <= SEATS_LIMIT else None


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
