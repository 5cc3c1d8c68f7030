"""The sections of the request's task list: which facts stand in which, and how far each is."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from assistance.readiness import APP_ASSURE, MICROSOFT365, RECOMMENDED_OF, REQUIRED_OF, is_there
from fasttrack_portal.refusals import Reason


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the form. `names` are fields of AssistanceRequest."""

    code: str
    title: Reason
    hint: Reason
    names: tuple[str, ...]


CONTACT = ("contact_name", "contact_email", "contact_phone", "contact_role")
SECTIONS: dict[str, tuple[Section, ...]] = {
    MICROSOFT365: (
        Section(
            "services",
            _("Services and dates"),
            _("What you want to launch, and when."),
            ("services", "desired_on"),
        ),
        Section(
            "reason",
            _("Why, and who owns the success"),
            _("The business reason, and the people who answer for the project."),
            ("business_reason", "owners", "success_owners"),
        ),
        Section(
            "organisation",
            _("Your organisation and seats"),
            _("Your seats decide what FastTrack can do for you."),
            (
                *("plan_family", "seats", "is_education", "student_seats", "tenant"),
                *("country", "language", "zone", "tpid"),
            ),
        ),
        Section(
            "migration",
            _("Moving mail and files"),
            _("Where your data is now, if any is to move."),
            ("wants_migration", "migration_sources", "mailboxes", "data_gb"),
        ),
        Section(
            "plans",
            _("Plans that help"),
            _("Stakeholders, scenarios, awareness and training: they become your success plan."),
            RECOMMENDED_OF[MICROSOFT365],
        ),
        Section(
            "contact",
            _("Whom we talk to"),
            _("The person we call, a partner that helps you, and anything else."),
            (*CONTACT, "partner_name", "partner_consent", "notes"),
        ),
    ),
    APP_ASSURE: (
        Section(
            "application",
            _("The application and what fails"),
            _("What it is, where it runs, and how we can see the fault."),
            (
                *("app_name", "app_vendor", "app_version", "app_platform", "app_fails"),
                *("app_users", "app_impact", "app_steps", "tenant"),
            ),
        ),
        Section("contact", _("Whom we talk to"), _("The person we call, and anything else."), (*CONTACT, "notes")),
    ),
}


def section_of(kind: str, code: str) -> Section | None:
    return next((section for section in SECTIONS[kind] if section.code == code), None)


def after(kind: str, section: Section) -> Section | None:
    """The section that follows, None after the last."""
    sections = SECTIONS[kind]
    place = sections.index(section) + 1
    return sections[place] if place < len(sections) else None


def section_with(kind: str, name: str) -> Section | None:
    """Where a fact is asked for."""
    return next((section for section in SECTIONS[kind] if name in section.names), None)


def status_of(section: Section, kind: str, facts: Mapping[str, Any], *, is_saved: bool) -> str:
    """`not_started`, `in_progress`, `done` or `optional`."""
    required = [name for name in section.names if name in REQUIRED_OF[kind]]
    there = [name for name in required if is_there(facts.get(name))]
    if required:
        if len(there) == len(required):
            return "done"
        return "in_progress" if is_saved or there or _any(section.names, facts) else "not_started"
    helping = [name for name in section.names if name in RECOMMENDED_OF[kind]]
    if helping:
        given = [name for name in helping if is_there(facts.get(name))]
        return "done" if len(given) == len(helping) else "in_progress" if given else "optional"
    return "done" if is_saved else "optional"


def _any(names: Iterable[str], facts: Mapping[str, Any]) -> bool:
    return any(is_there(facts.get(name)) for name in names)


def digest(section: Section, facts: Mapping[str, Any]) -> str:
    """A mark of what stands in the section: two windows on different sections do not get into each other's way."""
    told = json.dumps([facts.get(name) for name in section.names], default=str, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
