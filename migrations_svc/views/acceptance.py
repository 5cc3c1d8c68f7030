"""What the customer tries after an event."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from engagements.views.finding import posted
from fasttrack_portal.access import decide, require
from fasttrack_portal.http import Request
from migrations_svc import operations
from migrations_svc.event_forms import ResultForm, ScenarioForm
from migrations_svc.models import MigrationEvent, Scenario
from migrations_svc.views.common import event_or_404, tabs_of
from migrations_svc.views.forms import asked

_SHOWN = 200


@require_GET
def acceptance(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The tests of an event and their results."""
    event = event_or_404(request, public_id)
    scenarios = Scenario.objects.visible_to(request.user).filter(event=event).select_related("tested_by")
    context = {
        "event": event,
        "tabs": tabs_of(event, "acceptance"),
        "scenarios": scenarios[:_SHOWN],
        "may_test": decide(request.user, "migrations.add_scenario", event),
    }
    return render(request, "migrations_svc/acceptance.html", context)


@require_http_methods(["GET", "POST"])
def add_scenario(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One more test."""
    event = event_or_404(request, public_id)
    require(request.user, "migrations.add_scenario", event)
    return asked(
        request,
        ScenarioForm(posted(request), initial={"key": uuid.uuid4()}),
        lambda data: operations.add_scenario(event, by=request.user, **data),
        to=_address(event),
        done=_("The test is on the list."),
        words={"title": _("New test"), "submit": _("Add the test")},
        event=event,
    )


@require_http_methods(["GET", "POST"])
def set_result(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What came of one test."""
    scenario = get_object_or_404(Scenario.objects.visible_to(request.user), public_id=public_id)
    scenario.event = event_or_404(request, scenario.event.public_id)
    require(request.user, "migrations.set_result", scenario)
    first = {"result": scenario.result, "note": scenario.note, "version": scenario.version}
    return asked(
        request,
        ResultForm(posted(request), initial=first),
        lambda data: operations.set_result(scenario, by=request.user, at=timezone.now(), **data),
        to=_address(scenario.event),
        done=_("The result is noted."),
        words={"title": scenario.title, "lede": scenario.expected, "submit": _("Save the result")},
        event=scenario.event,
    )


def _address(event: MigrationEvent) -> str:
    return reverse("migrations_svc:acceptance", kwargs={"public_id": event.public_id})
