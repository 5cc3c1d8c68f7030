"""The gate of a phase, which both sides read and sign; what was frozen when it passed; and the days of a phase."""

import uuid

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from engagements import gates, holding
from engagements.forms.engagement import StepForm
from engagements.forms.gates import OverrideForm, PhaseDaysForm, SignForm
from engagements.models import Agreement, Phase, Responsibility
from engagements.operations import agreements, phase_days, phases
from engagements.permissions.gates import signing_side
from engagements.sides import frozen_page, sides_of
from engagements.steps import Ask, offers_of
from engagements.views.finding import part_of, posted, story_of, taken, told
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Conflict


@require_http_methods(["GET", "POST"])
def gate(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What is left to do, by name and holder, and who has signed; a POST is a signature. The same for both sides."""
    phase = _phase(request, public_id)
    gates_of = Agreement.objects.visible_to(request.user).filter(phase=phase).prefetch_related("signatures")
    found = list(gates_of.select_related("engagement__customer", "settled_by"))
    waiting = next((each for each in found if each.status == Agreement.Status.OPEN), None)
    form = SignForm(posted(request), gate=waiting)
    status = 200
    if request.method == "POST":
        require(request.user, "engagements.sign", phase)
        if form.is_valid():
            return _sign(request, phase, form)
        status = 422
    settled = next((each for each in found if each.status in ("agreed", "overridden")), None)
    shown = waiting or (settled if phase.status == Phase.Status.PASSED else None)
    context = {
        "phase": phase,
        "engagement": phase.engagement,
        "gate": waiting,
        "shown": shown,
        "earlier": [each for each in found if each.snapshot is not None],
        "unmet": _unmet(phase) if phase.status in phase_days.AHEAD else [],
        "sides": sides_of(shown, signing_side(request.user, phase.engagement)) if shown else [],
        "form": form,
        "offers": [offer for offer in offers_of(phase, request.user) if offer.name != "gate"],
        "is_ahead": phase.status in phase_days.AHEAD,
        "events": told(story_of(request, phase), request),
    }
    return render(request, "engagements/gate.html", context, status=status)


def _sign(request: Request, phase: Phase, form: Form) -> HttpResponse:
    """Under the gate that the form was made from: one that was withdrawn since is not signed by mistake."""
    seen = Agreement.objects.visible_to(request.user).select_related("engagement", "phase")
    chosen = seen.filter(phase=phase, public_id=form.cleaned_data["agreement"]).first()
    if chosen is None:
        raise Conflict(_("This gate does not wait for signatures any more. Look at it again."))
    phases.sign_gate(chosen, by=request.user, at=timezone.now(), comment=form.cleaned_data["comment"])
    messages.success(request, _("Your signature is kept."))
    return see_other(request, phase)


@require_http_methods(["GET", "POST"])
def unsign(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A side takes its name back, under a gate or the remediation plan, and says why."""
    found: Agreement = part_of(request, Agreement, public_id, "phase")
    require(request.user, "engagements.unsign", found)
    if found.phase is not None:
        found.phase.engagement = found.engagement
    form = StepForm(posted(request), is_needed=True, hint=_("Both sides read this."))

    def take(form: Form) -> None:
        agreements.unsign(found, by=request.user, at=timezone.now(), **form.cleaned_data)

    status = 200
    if request.method == "POST":
        if form.is_valid() and taken(form, take):
            messages.success(request, _("Your side’s signature is taken back."))
            return redirect(found.place)
        status = 422
    label = _("Take the signature back")
    ask = Ask(_("The other side is told, with your reason. Your side can sign again at any time."), needs_reason=True)
    context = {"form": form, "ask": ask, "subject": found.phase or _("Remediation plan"), "step": {"label": label},
               "engagement": found.engagement, "facts": {}, "back": found.place}  # fmt: skip
    return render(request, "engagements/step.html", context, status=status)


@require_http_methods(["GET", "POST"])
def override_gate(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """An administrator passes the phase, says why, and sees first what is not done."""
    phase = _phase(request, public_id)
    require(request.user, "engagements.override_gate", phase)
    waiting = phases.open_gate_of(phase)
    if waiting is None:
        raise Conflict(_("Only an open gate can be overridden: this phase is “%(state)s”.") % {
            "state": phase.get_status_display()
        })  # fmt: skip
    form = OverrideForm(posted(request))

    def take(form: Form) -> None:
        phases.override_gate(waiting, by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"])

    status = 200
    if request.method == "POST":
        if form.is_valid() and taken(form, take):
            messages.success(request, _("The phase is passed, and what stood is kept."))
            return see_other(request, phase)
        status = 422
    context = {"form": form, "phase": phase, "engagement": phase.engagement, "unmet": _unmet(phase)}
    return render(request, "engagements/override_gate.html", context, status=status)


@require_GET
def agreement(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What stood when both sides put their names to it, untouched by whatever came after."""
    seen = Agreement.objects.visible_to(request.user).select_related(
        "engagement__customer", "engagement__specialist", "phase", "settled_by"
    )
    found = get_object_or_404(seen.filter(kind=Agreement.Kind.GATE).exclude(snapshot=None), public_id=public_id)
    snapshot = found.snapshot or {}
    context = {
        "agreement": found,
        "engagement": found.engagement,
        "phase": found.phase,
        "frozen": frozen_page(snapshot),
        "fingerprint": gates.fingerprint(snapshot),
    }
    return render(request, "engagements/agreement.html", context)


@require_http_methods(["GET", "POST"])
def plan_phase(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Other days for a phase; `preview` shows what moves along and saves nothing."""
    phase = _phase(request, public_id)
    require(request.user, "engagements.move_phase", phase)
    today = timezone.localdate()
    form = PhaseDaysForm(posted(request), phase=phase, today=today)
    shift = None

    def take(form: Form) -> None:
        phase_days.plan_phase(phase, on=today, by=request.user, **form.cleaned_data)

    def look(form: Form) -> None:
        nonlocal shift
        days = form.cleaned_data
        shift = phase_days.shift_of(phase, days["starts_on"], days["ends_on"])
        shift = shift if days["shifts_rest"] else phase_days.Shift()

    status = 200
    if request.method == "POST":
        status = 422
        if "preview" in request.POST:
            status = 200 if form.is_valid() and taken(form, look) else 422
        elif form.is_valid() and taken(form, take):
            messages.success(request, _("The days of the phase were changed."))
            return see_other(request, "engagements:milestones", public_id=phase.engagement.public_id)
    context = {"form": form, "phase": phase, "engagement": phase.engagement, "shift": shift}
    return render(request, "engagements/plan_phase.html", context, status=status)


def _unmet(phase: Phase) -> list[Responsibility]:
    """By name and holder, in the same words for both sides: nobody is “you” here."""
    found = list(phases.unmet_of(phase))
    holding.mark(phase.engagement, found, "", at=timezone.now())
    return found


def _phase(request: Request, public_id: uuid.UUID) -> Phase:
    """A phase that has a gate: General has neither one nor days."""
    phase: Phase = part_of(request, Phase, public_id)
    if not phase.has_gate:
        raise Http404
    return phase
