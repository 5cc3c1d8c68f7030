"""The rule table: every version to read, and a form for the next (F9)."""

from itertools import groupby

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from assistance import operations
from assistance.eligibility import DEFAULT_WEIGHTS
from assistance.models import EligibilityRule, SeatWeight
from assistance.rule_forms import RuleRowSet, WeightsForm, first_rows, rules_in
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other


@require_GET
def rules(request: Request) -> HttpResponse:
    """All versions, the one that speaks first; none is ever changed."""
    require(request.user, "assistance.see_rules")
    rows = EligibilityRule.objects.visible_to(request.user).order_by("-rule_version", "minimum_seats")
    weights = list(SeatWeight.objects.visible_to(request.user).order_by("pk"))
    versions = [
        {"number": number, "rows": list(group), "weights": [row for row in weights if row.rule_version == number]}
        for number, group in groupby(rows, key=lambda row: row.rule_version)
    ]
    return render(request, "assistance/rules.html", {"versions": versions})


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """A copy of the newest version to change and publish."""
    require(request.user, "assistance.publish_rules")
    if request.method == "GET":
        newest = EligibilityRule.objects.visible_to(request.user).as_rules()
        number = newest[0].version if newest else 0
        weights = {**DEFAULT_WEIGHTS, **SeatWeight.objects.visible_to(request.user).of(number), "based_on": number}
        context = {"rows": RuleRowSet(initial=first_rows(newest)), "form": WeightsForm(initial=weights)}
        return render(request, "assistance/new_rules.html", context)
    rows, form = RuleRowSet(request.POST), WeightsForm(request.POST)
    if not (form.is_valid() & rows.is_valid()):
        return render(request, "assistance/new_rules.html", {"rows": rows, "form": form}, status=422)
    number = operations.publish_rules(
        rules_in(rows),
        form.weights(),
        based_on=form.cleaned_data["based_on"],
        key=form.cleaned_data["key"],
        by=request.user,
    )
    messages.success(request, _("Version %(number)s of the rules speaks from now on.") % {"number": number})
    return see_other(request, "rules:list")
