"""Saving a view of a list, and removing one."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Invalid
from fasttrack_portal.savedviews import operations
from fasttrack_portal.savedviews.forms import SaveViewForm
from fasttrack_portal.savedviews.lists import list_at
from fasttrack_portal.savedviews.models import SavedView


@require_POST
def save(request: Request) -> HttpResponse:
    """Back to the list, which shows the view; a name that will not do is asked for again on a page of its own."""
    form = SaveViewForm(request.POST)
    if form.is_valid():
        told, match = form.cleaned_data, form.cleaned_data["back"]
        try:
            view = operations.save_view(
                match.view_name, name=told["name"], query=told["query"], key=told["key"], by=request.user
            )
        except Invalid as fault:
            form.add_error("name", str(fault.reason))
        else:
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
            return see_other(request, f"{reverse(match.view_name, kwargs=match.kwargs)}?{view.query}")
    return render(request, "savedviews/save.html", {"form": form}, status=422)


@require_POST
def remove(request: Request, public_id: uuid.UUID) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.visible_to(request.user), public_id=public_id)
    operations.remove_view(view, by=request.user)
    messages.success(request, _("The view “%(name)s” is removed.") % {"name": view.name})
    match = list_at(request.POST.get("back", ""))
    return see_other(request, reverse(match.view_name, kwargs=match.kwargs) if match else "home")
