"""A person's own settings, and the staff's list of people."""

import uuid

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fasttrack_portal.access import require
from fasttrack_portal.accounts import operations
from fasttrack_portal.accounts.forms import PreferencesForm
from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.tables import PeopleTable
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.lists import list_page


@require_http_methods(["GET", "POST"])
def preferences(request: Request) -> HttpResponse:
    """Name, zone, appearance and mail."""
    if request.method == "GET":
        return render(request, "accounts/preferences.html", {"form": PreferencesForm.of(request.user)})
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/preferences.html", {"form": form}, status=422)
    operations.set_preferences(request.user, by=request.user, version=form.cleaned_data["version"], **form.changes())
    messages.success(request, _("Your settings are saved."))
    return see_other(request, "accounts:preferences")


@require_GET
def people(request: Request) -> HttpResponseBase:
    """Staff: the people one may see, with their roles."""
    require(request.user, "accounts.see_people")
    rows = User.objects.visible_to(request.user).prefetch_related(
        "memberships__customer", "memberships__partner", "memberships__centre"
    )
    return list_page(request, PeopleTable(rows), "accounts/people.html", per_page=50)


@require_POST
def deactivate(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Ends a person's access at once."""
    person = get_object_or_404(User.objects.visible_to(request.user), public_id=public_id)
    require(request.user, "accounts.deactivate", person)
    return _deactivate(request, person)


@reauthentication_required
def _deactivate(request: Request, person: User) -> HttpResponse:
    # Asked for the password only now: what does not exist for somebody says so first.
    operations.deactivate(person, by=request.user)
    messages.success(request, _("%(name)s can no longer sign in.") % {"name": person.name})
    return see_other(request, "accounts:people")
