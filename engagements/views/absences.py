"""Pages of absences: who is away when, and adding one after seeing which meetings move."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engagements import foresight
from engagements.forms.absences import AbsenceForm
from engagements.models import Absence
from engagements.operations import absences as operations
from engagements.views.finding import posted
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Invalid

_SHOWN = 200


@require_http_methods(["GET", "POST"])
def absences(request: Request) -> HttpResponse:
    """One's own and, for managers, those of the centre. What moves is shown before an absence is saved."""
    require(request.user, "meetings.see_absences")
    now, preview, status = timezone.now(), None, 200
    form = AbsenceForm.of(request.user, on=timezone.localdate(now), data=posted(request))
    if form.is_valid():
        person = form.cleaned_data["person"]
        require(request.user, "meetings.add_absence", person)
        try:
            operations.check(person, at=now, **form.facts())
            preview = foresight.if_away(person, at=now, **form.facts())
            if not preview.has_consequences or "sure" in request.POST:
                operations.add_absence(person, at=now, by=request.user, key=form.cleaned_data["key"], **form.facts())
                messages.success(request, _("The absence is saved. What it touches is planned anew."))
                return see_other(request, "engagements:absences")
        except Invalid as refusal:
            form.add_error(str(refusal.details.get("field", "")) or None, str(refusal.reason))
            preview = None
    if form.is_bound and not form.is_valid():
        status = 422
    coming = Absence.objects.visible_to(request.user).coming(at=now).select_related("person")[:_SHOWN]
    context = {"form": form, "preview": preview, "coming": coming}
    return render(request, "engagements/absences.html", context, status=status)


@require_http_methods(["GET", "POST"])
def absence(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One absence; a POST takes it back, after the page has said what is planned again."""
    rows = Absence.objects.visible_to(request.user).select_related("person")
    found = get_object_or_404(rows, public_id=public_id)
    require(request.user, "meetings.add_absence", found.person)
    now = timezone.now()
    if request.method == "POST":
        operations.withdraw_absence(found, by=request.user)
        messages.success(request, _("The absence is taken back."))
        return see_other(request, "engagements:absences")
    may_withdraw = found.status == Absence.Status.PLANNED and found.during.upper > now
    preview = foresight.if_back(found, at=now) if may_withdraw else None
    context = {"absence": found, "preview": preview, "may_withdraw": may_withdraw}
    return render(request, "engagements/absence.html", context)
