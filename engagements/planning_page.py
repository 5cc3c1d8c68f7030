"""The remediation plan in words and groups, as its page and its print show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagements.matrix import PARTIES
from engagements.models import Agreement, RemediationItem, Signature
from engagements.permissions.engagement import side_of
from engagements.remediation import Difference
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Reason

_FIELDS: dict[str, Reason] = {
    "workload": gettext_lazy("workload"),
    "title": gettext_lazy("title"),
    "detail": gettext_lazy("how to tell that it is right"),
    "severity": gettext_lazy("severity"),
    "party": gettext_lazy("side"),
    "assignee_id": gettext_lazy("who does it"),
    "due_on": gettext_lazy("due date"),
    "applies": gettext_lazy("whether it applies"),
    "risk_owner": gettext_lazy("accepted risk"),
}


@dataclass(frozen=True)
class Group:
    """The lines of one workload."""

    label: str
    lines: list[dict[str, Any]]


@dataclass(frozen=True)
class Seat:
    """Where one side signs; `signature` is empty until it has."""

    side: str
    label: str
    signature: Signature | None


def groups_of(lines: Iterable[dict[str, Any]]) -> list[Group]:
    """Workload by workload, the gravest first, each line with its words."""
    by_workload: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        by_workload.setdefault(line["workload"], []).append(_shown(line))
    found = []
    for workload in RemediationItem.Workload:
        if mine := by_workload.get(workload.value):
            mine.sort(key=lambda line: -line["severity"])
            found.append(Group(str(workload.label), mine))
    return found


def _shown(line: dict[str, Any]) -> dict[str, Any]:
    return {
        **line,
        "severity_label": RemediationItem.Severity(line["severity"]).label,
        "status_label": RemediationItem.Status(line["status"]).label,
        "party_label": PARTIES[line["party"]],
        "due": parse_date(line["due_on"]) if line["due_on"] else None,
        "url": RemediationItem(public_id=line["id"]).get_absolute_url(),
    }


def sides_of(agreement: Agreement | None) -> list[Seat]:
    """Both sides, whether they have signed or not."""
    there = {signature.side: signature for signature in agreement.signatures.all()} if agreement else {}
    return [Seat(side.value, str(side.label), there.get(side.value)) for side in Signature.Side]


def has_signed(agreement: Agreement | None, user: User) -> bool:
    """Whether the person's side has."""
    if agreement is None:
        return False
    side = side_of(user, agreement.engagement)
    return any(signature.side == side for signature in agreement.signatures.all())


def in_words(difference: Difference) -> str:
    """One line of what has moved on."""
    if difference.what == "new":
        return _("New: %(title)s") % {"title": difference.title}
    if difference.what == "gone":
        return _("Gone: %(title)s") % {"title": difference.title}
    fields = ", ".join(str(_FIELDS[name]) for name in difference.fields)
    return _("Changed: %(title)s (%(fields)s)") % {"title": difference.title, "fields": fields}
