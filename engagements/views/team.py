"""Who works on an engagement: handing it to another specialist or centre, and co-specialists."""

import uuid
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engagements.forms.board import ChooseForm, CoSpecialistForm, RemoveForm, TransferForm
from engagements.models import Engagement
from engagements.operations import nudges, team
from engagements.views.finding import engagement_of, posted, taken
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Conflict


@require_http_methods(["GET", "POST"])
def transfer(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Two steps: to whom, then what follows from it, before it happens."""
    engagement = engagement_of(request, public_id)
    require(request.user, "engagements.transfer", engagement)
    choose = ChooseForm(request.GET or None, engagement=engagement)
    to = choose.cleaned_data["to"] if choose.is_bound and choose.is_valid() else None
    form = TransferForm(posted(request), engagement=engagement, initial=_initial(engagement, to))

    def take(form: Form) -> None:
        team.transfer(engagement, by=request.user, at=timezone.now(), **form.cleaned_data)

    status = 200
    if request.method == "POST":
        if form.is_valid() and taken(form, take):
            messages.success(request, _("%(name)s guides the engagement now.") % {"name": engagement.specialist})
            seen = Engagement.objects.visible_to(request.user).filter(pk=engagement.pk).exists()
            return see_other(request, engagement if seen else "engagements:list")
        to, status = form.cleaned_data.get("to"), 422
    context = {"engagement": engagement, "choose": choose, "form": form, "to": to, **_preview(engagement, to)}
    return render(request, "engagements/transfer.html", context, status=status)


def _initial(engagement: Engagement, to: Membership | None) -> dict[str, Any]:
    return {"to": to.public_id if to else "", "version": engagement.version}


def _preview(engagement: Engagement, to: Membership | None) -> dict[str, Any]:
    """Who is told, and what becomes of the coming meetings."""
    if to is None:
        return {}
    at, is_other = timezone.now(), to.centre_id != engagement.centre_id
    single = list(team.single_meetings(engagement, at=at))
    left = team.clashes(to.user, single)
    helpers = [row.user for row in engagement.co_specialists.select_related("user")]
    people = [*nudges.reached(engagement.customer), to.user, *helpers]
    if to.centre_id == engagement.centre_id or engagement.specialist in helpers:
        people.append(engagement.specialist)
    return {
        "people": list(dict.fromkeys(people)),
        "planned": engagement.meetings.coming(at=at).filter(series__status="active").count(),
        "followed": [meeting for meeting in single if meeting.pk not in left],
        "left": [meeting for meeting in single if meeting.pk in left],
        "is_other_centre": is_other,
        "due_days": team.due_days_moving(engagement, to.centre) if is_other and to.centre else 0,
    }


@require_http_methods(["GET", "POST"])
def specialists(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Who guides the engagement and who helps; a POST adds somebody."""
    engagement = engagement_of(request, public_id)
    require(request.user, "engagements.change_specialists", engagement)
    form = CoSpecialistForm(posted(request), engagement=engagement)

    def take(form: Form) -> None:
        team.add_co_specialist(engagement, user=form.cleaned_data["to"].user, by=request.user)

    status = 200
    if request.method == "POST":
        if form.is_valid() and taken(form, take):
            messages.success(request, _("%(name)s helps from now on.") % {"name": form.cleaned_data["to"].user})
            return see_other(request, "engagements:specialists", public_id=engagement.public_id)
        status = 422
    helpers = engagement.co_specialists.select_related("user")
    context = {"engagement": engagement, "form": form, "helpers": helpers}
    return render(request, "engagements/specialists.html", context, status=status)


@require_POST
def remove_specialist(request: Request, public_id: uuid.UUID) -> HttpResponse:
    engagement = engagement_of(request, public_id)
    require(request.user, "engagements.change_specialists", engagement)
    form = RemoveForm(request.POST, engagement=engagement)
    if not form.is_valid():
        raise Conflict(_("This person does not help any more."))
    person = form.cleaned_data["person"].user
    team.remove_co_specialist(engagement, user=person, by=request.user)
    messages.success(request, _("%(name)s no longer helps.") % {"name": person})
    return see_other(request, "engagements:specialists", public_id=engagement.public_id)
