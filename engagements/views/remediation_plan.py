"""The remediation plan that both sides sign, and the list for the review meeting."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from engagements import planning_page
from engagements.forms.plans import SignForm, WithdrawForm
from engagements.models import UNMET, Agreement, Engagement, RemediationItem
from engagements.operations import remediation_plan as plans
from engagements.views.finding import engagement_of, taken
from fasttrack_portal.access import decide, require
from fasttrack_portal.http import Request, see_other

_PLAN = "engagements:remediation_plan"
# (default) Both sides meet about it every two weeks.
_SINCE = timedelta(days=14)


@require_GET
def plan(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The page that both sides sign, the same for both."""
    return _page(request, engagement_of(request, public_id), SignForm(), WithdrawForm())


@require_POST
def propose(request: Request, public_id: uuid.UUID) -> HttpResponse:
    engagement = engagement_of(request, public_id)
    plans.propose_plan(engagement, by=request.user, at=timezone.now())
    messages.success(request, _("The plan lies before both sides."))
    return see_other(request, _PLAN, public_id=engagement.public_id)


@require_POST
def sign(request: Request, public_id: uuid.UUID) -> HttpResponse:
    agreement = _agreement(request, public_id)
    require(request.user, "engagements.sign", agreement)
    form = SignForm(request.POST)

    def take(form: Form) -> None:
        signed = plans.sign_plan(agreement, by=request.user, at=timezone.now(), **form.cleaned_data)
        is_agreed = signed.status == Agreement.Status.AGREED
        messages.success(request, _("Both sides agree on the plan.") if is_agreed else _("You have signed the plan."))

    if form.is_valid() and taken(form, take):
        return see_other(request, _PLAN, public_id=agreement.engagement.public_id)
    return _page(request, agreement.engagement, form, WithdrawForm(), 422)


@require_POST
def withdraw(request: Request, public_id: uuid.UUID) -> HttpResponse:
    agreement = _agreement(request, public_id)
    require(request.user, "engagements.withdraw_plan", agreement)
    form = WithdrawForm(request.POST)

    def take(form: Form) -> None:
        plans.withdraw_plan(agreement, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("The plan was taken back."))

    if form.is_valid() and taken(form, take):
        return see_other(request, _PLAN, public_id=agreement.engagement.public_id)
    return _page(request, agreement.engagement, SignForm(), form, 422)


@require_GET
def review(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """For the remediation review: what is open, what was done since the last one, which risks are borne. `?since=`"""
    engagement = engagement_of(request, public_id)
    today = timezone.localdate()
    since = _day(request.GET.get("since", "")) or today - _SINCE
    items = list(
        RemediationItem.objects.visible_to(request.user)
        .filter(engagement=engagement)
        .select_related("assignee", "verified_by")
        .order_by("-severity", "due_on", "pk")
    )
    done = [item for item in items if item.status in ("done", "verified")]
    context = {
        "engagement": engagement,
        "today": today,
        "since": since,
        "open": [item for item in items if item.status in UNMET],
        "done": [item for item in done if timezone.localdate(item.changed_at) >= since],
        "done_before": len([item for item in done if timezone.localdate(item.changed_at) < since]),
        "risks": [item for item in items if item.status == "risk_accepted"],
    }
    return render(request, "engagements/remediation_review.html", context)


def _day(text: str) -> date | None:
    try:
        return parse_date(text[:10])
    except ValueError:
        return None


def _agreement(request: Request, public_id: uuid.UUID) -> Agreement:
    seen = Agreement.objects.visible_to(request.user).filter(kind=Agreement.Kind.REMEDIATION)
    related = ("engagement__customer", "engagement__centre", "engagement__partner", "engagement__specialist")
    return get_object_or_404(seen.select_related(*related), public_id=public_id)


def _page(
    request: Request, engagement: Engagement, sign_form: SignForm, withdraw_form: WithdrawForm, status: int = 200
) -> HttpResponse:
    lines = plans.lines_of(engagement)
    open_one, agreed = plans.open_agreement(engagement), plans.agreed_one(engagement)
    for agreement in (open_one, agreed):
        if agreement is not None:
            agreement.engagement = engagement
    shown = open_one or agreed
    moved = plans.differences_of(shown, lines) if shown else []
    may_sign: Any = decide(request.user, "engagements.sign", open_one) if open_one else None
    context = {
        "engagement": engagement,
        "groups": planning_page.groups_of(lines),
        "open_one": open_one,
        "agreed": agreed,
        "sides": planning_page.sides_of(shown),
        "moved": [planning_page.in_words(difference) for difference in moved],
        "may_propose": decide(request.user, "engagements.propose_plan", engagement),
        "can_propose": bool(lines) and (bool(moved) or not shown),
        "may_sign": may_sign,
        "has_signed": bool(open_one) and planning_page.has_signed(open_one, request.user),
        "sign_form": sign_form,
        "withdraw_form": withdraw_form,
    }
    return render(request, "engagements/remediation_plan.html", context, status=status)
