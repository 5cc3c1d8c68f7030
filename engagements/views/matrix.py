"""The matrix of an engagement: its page, its file, and one step for many items."""

import uuid
from typing import Any

from django.forms import Form
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from engagements import holding, lines
from engagements.forms.matrix import BULK_STEPS, BulkForm, ChosenForm, MatrixFilterForm
from engagements.matrix import MODES, condition_in_words
from engagements.models import Engagement, Responsibility
from engagements.operations import responsibilities as operations
from engagements.permissions.engagement import is_centre_staff, side_of
from engagements.tabs import tabs_of
from engagements.views.finding import engagement_of
from fasttrack_portal.accounts.models import User
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.limits import limited
from fasttrack_portal.output import csv_response

_RESULTS = "matrix_results"


@require_GET
def matrix(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Who does what: both sides phase by phase, or by side or person; what it shows stands in the address."""
    engagement = engagement_of(request, public_id)
    desk = _desk(request, engagement)
    form = MatrixFilterForm(request.GET, people=desk.people)
    wanted = form.wanted()
    items = desk.narrowed(wanted)
    holding.mark(engagement, items, side_of(request.user, engagement), at=timezone.now())
    blocks = desk.blocks(items, engagement.phases.all(), wanted.group)
    context = {
        "engagement": engagement,
        "tabs": tabs_of(engagement, request.user, "engagements:matrix"),
        "form": form,
        "blocks": blocks,
        "shown": len(items),
        "of": len(desk.items),
        "views": _views(request, desk, wanted),
        "steps": _steps(request.user, engagement) if any(map(desk.may_take, items)) else [],
        "query": request.GET.urlencode(),
        "is_one_list": bool(wanted.group),
        "is_staff": is_centre_staff(request.user, engagement),
    }
    return render(request, "engagements/matrix.html", context)


@require_GET
@limited("exports", per_hour=10)
def matrix_csv(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    """The same items as the page shows, as a file for a spreadsheet."""
    engagement = engagement_of(request, public_id)
    desk = _desk(request, engagement)
    wanted = MatrixFilterForm(request.GET, people=desk.people).wanted()
    header = (_("Number"), _("Phase"), _("Whose"), _("Mode"), _("What"), _("Why"), _("Applies"), _("Hand in hand with"),
              _("Status"), _("Reason"), _("Waits for"), _("Who does it"), _("Due"), _("With a partner"),
              _("Evidence"))  # fmt: skip
    rows = [_row(item) for item in desk.narrowed(wanted)]
    return csv_response(f"{engagement.number}-responsibilities.csv", header, rows)


def _row(item: Any) -> tuple[Any, ...]:
    return (
        item.code,
        item.get_phase_display(),
        item.get_party_display(),
        MODES[item.mode],
        item.text,
        item.why,
        condition_in_words(item),
        item.twin_code,
        item.get_status_display(),
        item.reason,
        item.get_waits_for_display() if item.status == "waiting" else "",
        item.assignee or "",
        item.due_on.isoformat() if item.due_on else "",
        lines.partner_in_words(item),
        item.evidence,
    )


@require_http_methods(["GET", "POST"])
def bulk(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One step for many items: first what is needed for it, then the step, then what became of each."""
    engagement = engagement_of(request, public_id)
    back = f"{reverse('engagements:matrix', kwargs={'public_id': public_id})}?{request.GET.urlencode()}".rstrip("?")
    context: dict[str, Any] = {"engagement": engagement, "back": back, "results": None, "form": None}
    if request.method == "GET":
        context["results"] = request.session.pop(_RESULTS, None)
        return render(request, "engagements/bulk_results.html", context)
    chosen = ChosenForm(request.POST)
    if not chosen.is_valid():
        return render(request, "engagements/bulk_results.html", context | {"form": chosen}, status=422)
    do, is_sure = chosen.cleaned_data["do"], "sure" in request.POST
    desk = _desk(request, engagement)
    found = [(item, chosen.versions[item.code]) for item in desk.items if item.code in chosen.versions]
    people = operations.people_of_all(engagement)
    form = BulkForm(request.POST if is_sure else None, do=do, people=people, today=timezone.localdate())
    if not found or not is_sure or not form.is_valid():
        context |= {"do": do, "label": BULK_STEPS[do], "found": found, "form": form}
        return render(request, "engagements/bulk.html", context, status=422 if is_sure else 200)
    results = operations.in_bulk(found, _taker(request.user, do, form))
    request.session[_RESULTS] = {
        "label": str(BULK_STEPS[do]),
        "done": sum(not each.refusal for each in results),
        "rows": [
            {"code": each.item.code, "text": each.item.text, "href": each.item.get_absolute_url(),
             "refusal": str(each.refusal)}
            for each in results
        ],
    }  # fmt: skip
    bulk_url = reverse("engagements:bulk", kwargs={"public_id": public_id})
    return see_other(request, f"{bulk_url}?{request.GET.urlencode()}".rstrip("?"))


def _taker(user: User, do: str, form: Form) -> Any:
    """What is done with each item and the version of it that the person saw."""
    facts, now = form.cleaned_data, timezone.now()

    def edit(item: Responsibility, version: int) -> None:
        operations.edit_responsibility(item, version=version, by=user, **facts)

    def step(item: Responsibility, version: int) -> None:
        name = "finish" if do == "finish" else "exclude"
        operations.move_responsibility(item, name, by=user, at=now, version=version, reason=facts.get("reason", ""))

    return edit if do in ("assign", "due") else step


def _desk(request: Request, engagement: Engagement) -> lines.Desk:
    return lines.Desk(engagement, request.user, side_of(request.user, engagement), timezone.localdate())


def _steps(user: User, engagement: Engagement) -> list[tuple[str, Any]]:
    """What a person can do with many; what applies is the specialist's to say."""
    is_staff = is_centre_staff(user, engagement)
    return [(name, label) for name, label in BULK_STEPS.items() if name != "exclude" or is_staff]


def _views(request: Request, desk: lines.Desk, wanted: lines.Wanted) -> list[dict[str, Any]]:
    """The questions people come with, as links that keep the rest of the address."""

    def href(view: str) -> str:
        query: QueryDict = request.GET.copy()
        query.pop("view", None)
        if view:
            query["view"] = view
        return f"?{query.urlencode()}"

    counts = desk.counts()
    every = {"label": _("All"), "href": href(""), "is_current": not wanted.view, "count": len(desk.items)}
    return [every] + [
        {"label": view.label, "href": href(name), "is_current": wanted.view == name, "count": counts[name]}
        for name, view in lines.VIEWS.items()
        if wanted.view == name or ((counts[name] or name != "partner") and name not in lines.UNLISTED)
    ]
