"""Issues of an event, in three lanes."""

import uuid
from contextlib import suppress

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from engagements import holding
from fasttrack_portal.access import decide, require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Invalid
from migrations_svc import operations, windows
from migrations_svc.forms import HandBackForm, IssueForm, LaneForm, LinkForm, OptionsForm, ResolveForm
from migrations_svc.models import Issue, IssueOption, MigrationEvent, MigrationRecord
from migrations_svc.permissions import FASTTRACK, side_of
from migrations_svc.views.common import EVENT_FACTS, event_or_404


@require_http_methods(["GET", "POST"])
def new(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Somebody says what went wrong."""
    event = event_or_404(request, public_id)
    require(request.user, "migrations.report_issue", event)
    now = timezone.now()
    is_late = event.window_closes_at is not None and not windows.is_open(now, event.window_closes_at)
    chooses_lane = side_of(request.user, event.engagement) == FASTTRACK and not is_late
    form = IssueForm(
        request.POST if request.method == "POST" else None,
        chooses_lane=chooses_lane,
        initial={
            "key": uuid.uuid4(),
            "lane": Issue.Lane.FASTTRACK,
            "addresses": _named_record(request, event),
        },
    )
    if form.is_bound and form.is_valid():
        try:
            operations.report_issue(event, by=request.user, at=now, **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The issue is noted, and the other side has been told."))
            return see_other(request, event)
    context = {"event": event, "form": form, "is_late": is_late}
    return render(request, "migrations_svc/new_issue.html", context, status=422 if form.is_bound else 200)


@require_GET
def issue(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One issue and what can be done with it."""
    found = _issue(request, public_id)
    return _page(request, found)


@require_POST
def resolve(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Done with, and how."""
    found = _issue(request, public_id)
    form = ResolveForm(request.POST)
    require(request.user, "migrations.resolve_issue", found)
    if not form.is_valid():
        return _page(request, found, resolve_form=form, status=422)
    operations.resolve_issue(found, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("The issue is resolved."))
    return see_other(request, found.event)


@require_POST
def set_lane(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """FastTrack says who takes it on."""
    found = _issue(request, public_id)
    form = LaneForm(request.POST)
    require(request.user, "migrations.set_lane", found)
    if not form.is_valid():
        return _page(request, found, lane_form=form, status=422)
    operations.set_lane(found, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("The lane is changed."))
    return see_other(request, "migrations_svc:issue", public_id=found.public_id)


@require_POST
def offer_options(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """FastTrack offers ways out; with them it is the customer's turn."""
    found = _issue(request, public_id)
    require(request.user, "migrations.offer_options", found)
    form = OptionsForm(request.POST)
    if form.is_valid():
        try:
            operations.offer_options(found, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The options are offered, and the customer has been told."))
            return see_other(request, found)
    return _page(request, found, options_form=form, status=422)


@require_POST
def choose_option(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The customer says which way it goes."""
    options = IssueOption.objects.visible_to(request.user).select_related(
        *(f"issue__event__{path}" for path in EVENT_FACTS)
    )
    option = get_object_or_404(options, public_id=public_id)
    operations.choose_option(option, by=request.user, at=timezone.now())
    messages.success(request, _("Your choice is noted. The issue stays with you until it is resolved."))
    return see_other(request, option.issue)


@require_POST
def hand_back(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The customer gives the issue back, and says why."""
    found = _issue(request, public_id)
    require(request.user, "migrations.hand_back", found)
    form = HandBackForm(request.POST)
    if not form.is_valid():
        return _page(request, found, back_form=form, status=422)
    operations.hand_back(found, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("The issue is with FastTrack again, and your specialist has been told."))
    return see_other(request, found)


@require_POST
def link_records(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The issue is about more records than were named."""
    found = _issue(request, public_id)
    require(request.user, "migrations.link_records", found)
    form = LinkForm(request.POST)
    if form.is_valid():
        try:
            operations.link_records(found, by=request.user, **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The records are linked."))
            return see_other(request, found)
    return _page(request, found, link_form=form, status=422)


@require_POST
def unlink_record(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The issue is not about one of its records after all."""
    found = _issue(request, public_id)
    require(request.user, "migrations.link_records", found)
    with suppress(ValueError):
        wanted = uuid.UUID(request.POST.get("record", "")[:64])
        # One that is not linked, or was never there, is gone already.
        if record := found.records.filter(public_id=wanted).first():
            operations.unlink_record(found, record, by=request.user)
    messages.success(request, _("The record is no longer linked."))
    return see_other(request, found)


@require_POST
def reopen(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Not done with after all."""
    found = _issue(request, public_id)
    operations.reopen_issue(found, by=request.user, at=timezone.now())
    messages.success(request, _("The issue is open again."))
    return see_other(request, "migrations_svc:issue", public_id=found.public_id)


def _issue(request: Request, public_id: uuid.UUID) -> Issue:
    visible = Issue.objects.visible_to(request.user).select_related(
        "reported_by", *(f"event__{path}" for path in EVENT_FACTS)
    )
    return get_object_or_404(visible, public_id=public_id)


def _named_record(request: Request, event: MigrationEvent) -> str:
    """The record from whose page the person comes, `?record=`."""
    try:
        wanted = uuid.UUID(request.GET.get("record", "")[:64])
    except ValueError:
        return ""
    rows = MigrationRecord.objects.visible_to(request.user).filter(event=event, public_id=wanted)
    return rows.values_list("source_address", flat=True).first() or ""


def _page(request: Request, found: Issue, status: int = 200, **forms: Form) -> HttpResponse:
    now, side = timezone.now(), side_of(request.user, found.event.engagement)
    holding.mark(found.engagement, [found], side, at=now)
    context = {
        "issue": found,
        "event": found.event,
        "side": side,
        "days": holding.days_of(found.engagement, found, now),
        "options": found.options.select_related("chosen_by"),
        "records": found.records.order_by("pk"),
        "resolve_form": forms.get("resolve_form") or ResolveForm(),
        "lane_form": forms.get("lane_form") or LaneForm(initial={"lane": found.lane, "version": found.version}),
        "options_form": forms.get("options_form") or OptionsForm(initial={"version": found.version}),
        "back_form": forms.get("back_form") or HandBackForm(),
        "link_form": forms.get("link_form") or LinkForm(),
        **{
            f"may_{verb}": decide(request.user, f"migrations.{rule}", found)
            for verb, rule in (
                ("resolve", "resolve_issue"),
                ("set_lane", "set_lane"),
                ("reopen", "reopen_issue"),
                ("offer", "offer_options"),
                ("choose", "choose_option"),
                ("hand_back", "hand_back"),
                ("link", "link_records"),
            )
        },
    }
    return render(request, "migrations_svc/issue.html", context, status=status)
