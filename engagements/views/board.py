"""The board of specialists and managers, asking a silent customer for news, and the board's numbers."""

import uuid
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
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
from fasttrack_portal.lists import Pages
from fasttrack_portal.refusals import StaleVersion
from fasttrack_portal.savedviews.lists import shown as saved_views


@require_GET
def board(request: Request) -> HttpResponse:
    """What needs a person now, ranked, with the reasons in words; a specialist's begins with their own."""
    require(request.user, "engagements.see_board")
    asked: Any = request.GET
    if not asked and boards.is_for_own(request.user):
        asked = {"specialist": str(request.user.public_id)}
    moment = boards.Moment(timezone.now(), timezone.localdate())
    filters = BoardFilter(asked, queryset=boards.of(request.user), request=request, user=request.user, moment=moment)
    page = Pages(boards.ranked(filters.qs, moment), boards.PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": filters,
        "page": page,
        "rows": boards.rows_of(page.object_list, request.user, moment),
        "is_filtered": any(request.GET.get(name) for name in filters.form.fields),
        "saved": saved_views(request),
    }
    return render(request, "engagements/board.html", context)


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
