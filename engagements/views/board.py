"""The board of specialists and managers, asking a silent customer for news, and the board's numbers."""

import uuid
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from engagements import board as boards
from engagements.filters import BoardFilter
from engagements.forms.board import BoardSettingsForm, NudgeForm
from engagements.models import BoardSettings
from engagements.nudging import ready_text
from engagements.operations import nudges
from engagements.views.finding import engagement_of, posted, taken
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.lists import Pages, file_response, is_file_wanted
from fasttrack_portal.refusals import StaleVersion

_FILE_PART = 200  # rows of a file that are put in words at a time


@require_GET
def board(request: Request) -> HttpResponseBase:
    """What needs a person now, ranked, with the reasons in words; a specialist's begins with their own."""
    require(request.user, "engagements.see_board")
    asked: Any = request.GET
    if not asked and boards.is_for_own(request.user):
        asked = {"specialist": str(request.user.public_id)}
    moment = boards.Moment(timezone.now(), timezone.localdate())
    filters = BoardFilter(asked, queryset=boards.of(request.user), request=request, user=request.user, moment=moment)
    if is_file_wanted(request):
        return _file(request, boards.ranked(filters.qs, moment), moment)
    page = Pages(boards.ranked(filters.qs, moment), boards.PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": filters,
        "page": page,
        "rows": boards.rows_of(page.object_list, request.user, moment),
        "is_filtered": any(request.GET.get(name) for name in filters.form.fields),
    }
    return render(request, "engagements/board.html", context)


def _file(request: Request, ranked: Any, moment: boards.Moment) -> HttpResponseBase:
    """The same rows in the same order, with their reasons in words."""
    header = (_("Engagement"), _("Title"), _("Customer"), _("Phase"), _("Reasons"), _("Next step"),
              _("With FastTrack, days"), _("With the customer, days"), _("Specialist"))  # fmt: skip
    keys = list(ranked)
    parts = (keys[first : first + _FILE_PART] for first in range(0, len(keys), _FILE_PART))
    rows = (row for part in parts for row in boards.rows_of(part, request.user, moment))
    lines = (
        (
            row.engagement.number,
            row.engagement.title,
            row.engagement.customer.name,
            row.phase,
            "; ".join(str(cause.text) for cause in row.causes),
            row.action,
            row.fasttrack_days,
            row.customer_days,
            row.engagement.specialist,
        )
        for row in rows
    )
    return file_response("board", header, lines)


@require_http_methods(["GET", "POST"])
def nudge(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Asking a silent customer for news: ready words that the person may change, and whom they reach."""
    engagement, at = engagement_of(request, public_id), timezone.now()
    require(request.user, "engagements.nudge", engagement)
    people = nudges.reached(engagement.customer)
    form = NudgeForm(posted(request))
    status = 200
    if request.method == "POST":
        if form.is_valid():
            nudges.nudge(engagement, text=form.cleaned_data["text"], by=request.user, at=at)
            messages.success(request, _("The reminder is on its way."))
            return see_other(request, engagement)
        status = 422
    else:
        form.initial["text"] = ready_text(engagement, people, request.user, at=at)
    context = {
        "engagement": engagement,
        "form": form,
        "people": people,
        "reason": nudges.why_not(engagement, at=at),
    }
    return render(request, "engagements/nudge.html", context, status=status)


@require_http_methods(["GET", "POST"])
def settings(request: Request) -> HttpResponse:
    """When a customer is going cold, and how often it is reminded."""
    require(request.user, "engagements.change_board_settings")
    row = BoardSettings.current()
    form = BoardSettingsForm(posted(request), initial=BoardSettingsForm.values_of(row))

    def take(form: Form) -> None:
        nudges.change_board_settings(by=request.user, **form.cleaned_data)

    status = 200
    if request.method == "POST":
        try:
            if form.is_valid() and taken(form, take):
                messages.success(request, _("Saved. The board follows these numbers from now on."))
                return see_other(request, "engagements:board_settings")
            status = 422
        except StaleVersion as stale:
            form = BoardSettingsForm(initial={**form.cleaned_data, "version": BoardSettings.current().version})
            return render(
                request,
                "engagements/board_settings.html",
                {
                    "form": form,
                    "theirs": [(form.fields[name].label, now) for name, now in stale.details["theirs"].items()],
                },
                status=409,
            )
    return render(request, "engagements/board_settings.html", {"form": form, "theirs": []}, status=status)
