"""What an engagement covers, looked at before it is changed; and its way to a newer template."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engagements import versions
from engagements.forms.engagement import VersionForm
from engagements.forms.matrix import ScopeForm
from engagements.models import Template
from engagements.operations import scope as operations
from engagements.operations import templates
from engagements.views.finding import engagement_of
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Invalid


@require_http_methods(["GET", "POST"])
def scope(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Services, migration and decisions; a POST first shows what would begin and stop to apply, `sure` changes it."""
    engagement = engagement_of(request, public_id)
    require(request.user, "engagements.change_scope", engagement)
    form = ScopeForm(request.POST if request.method == "POST" else None, engagement=engagement)
    context = {"engagement": engagement, "form": form, "preview": None}
    if request.method == "GET":
        return render(request, "engagements/scope.html", context)
    if not form.is_valid():
        return render(request, "engagements/scope.html", context, status=422)
    wanted = form.scope()
    if "sure" not in request.POST:
        context["preview"] = operations.preview(engagement, **wanted)
        return render(request, "engagements/scope.html", context)
    try:
        done = operations.change_scope(
            engagement, version=form.cleaned_data["version"], by=request.user, at=timezone.now(), **wanted
        )
    except Invalid as refused:
        field = refused.details.get("field")
        form.add_error(field if field in form.fields else None, str(refused))
        return render(request, "engagements/scope.html", context, status=422)
    messages.success(
        request,
        _("The scope was changed: %(begins)s items begin to apply, %(stops)s stop.")
        % {"begins": len(done.begins), "stops": len(done.stops)},
    )
    return see_other(request, "engagements:matrix", public_id=public_id)


@require_http_methods(["GET", "POST"])
def upgrade(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What a newer version of the template would bring to this engagement; a POST takes it over."""
    engagement = engagement_of(request, public_id)
    require(request.user, "engagements.upgrade_template", engagement)
    published = Template.objects.visible_to(request.user).filter(status="published").order_by("-number")
    newest = published.first()
    status = 200
    if request.method == "POST" and newest is not None:
        form = VersionForm(request.POST)
        if form.is_valid():
            found = templates.upgrade(
                engagement, to=newest, version=form.cleaned_data["version"], by=request.user, at=timezone.now()
            )
            messages.success(
                request,
                _("Version %(number)s was taken over: %(new)s new, %(changed)s changed, %(gone)s gone.")
                % {"number": newest.number, "new": len(found.new), "changed": len(found.changed),
                   "gone": len(found.gone)},
            )  # fmt: skip
            return see_other(request, "engagements:matrix", public_id=public_id)
        status = 422
    is_newer = newest is not None and newest.number > engagement.template.number
    context = {
        "engagement": engagement,
        "newest": newest,
        "is_newer": is_newer,
        "diff": versions.in_words(templates.upgrade_of(engagement, newest)) if newest and is_newer else None,
        "notes": published.filter(number__gt=engagement.template.number),
    }
    return render(request, "engagements/upgrade.html", context, status=status)
