"""A migration project: what it needs before its first event, who has acknowledged what, and whose copies go."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from engagements.models import Meeting
from engagements.permissions.gates import role_of
from engagements.views.finding import engagement_of, posted
from fasttrack_portal.access import decide, require
from fasttrack_portal.http import Request, see_other
from migrations_svc import operations, sources, statements
from migrations_svc.forms import ReasonForm
from migrations_svc.models import AccessItem, Acknowledgement, CopyDeletion, Finding, MigrationEvent, MigrationProject
from migrations_svc.permissions import planning
from migrations_svc.project_forms import AcknowledgeForm, DeletionForm, FindingForm, SourceForm
from migrations_svc.views.forms import asked

_WITH = ("engagement__customer", "engagement__centre", "engagement__partner", "engagement__specialist")
_SHOWN = 50


@require_GET
def project(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Everything that is settled around the move from one source."""
    found = _project(request, public_id)
    engagement = found.engagement
    workshops = Meeting.objects.visible_to(request.user).filter(
        engagement=engagement, kind=Meeting.Kind.MIGRATION_WORKSHOP
    )
    acknowledgement = _of(Acknowledgement, request, found).order_by("-edition").select_related("by").first()
    context = {
        "project": found,
        "engagement": engagement,
        "eligibility": planning(engagement),
        "rule_version": engagement.ask.verdict_rule_version,
        "workshop": workshops.exclude(status="cancelled").order_by("-during").first(),
        "access": _of(AccessItem, request, found).select_related("done_by"),
        "findings": _of(Finding, request, found).select_related("owner", "done_by")[:_SHOWN],
        **_facts_of(found, acknowledgement),
        "acknowledgement": acknowledgement,
        "edition": statements.EDITION,
        "statements": statements.STATEMENTS,
        "events": MigrationEvent.objects.visible_to(request.user).filter(project=found).order_by("-pk")[:_SHOWN],
        "deletions": _of(CopyDeletion, request, found).select_related("asked_by")[:_SHOWN],
        "may_prepare": decide(request.user, "migrations.add_finding", found),
        "may_answer": decide(request.user, "migrations.answer_deletion", CopyDeletion(project=found)),
    }
    return render(request, "migrations_svc/project.html", context)


@require_http_methods(["GET", "POST"])
def start(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A project for one more source."""
    engagement = engagement_of(request, public_id)
    require(request.user, "migrations.start_project", engagement)
    form = SourceForm(posted(request))
    if form.is_bound and form.is_valid():
        found = operations.start_project(engagement, by=request.user, **form.cleaned_data)
        messages.success(request, _("The project is there. Its checklist says what comes before the first event."))
        return see_other(request, found)
    words = {"title": _("Move from another source"), "submit": _("Begin the project")}
    context = {**words, "form": form, "engagement": engagement, "back": engagement.get_absolute_url()}
    return render(request, "migrations_svc/form_page.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def acknowledge(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The statements before the first event, one tick each, and one's name under them."""
    found = _project(request, public_id)
    require(request.user, "migrations.acknowledge", found)
    lede = _("You acknowledge this for %(customer)s as %(name)s, %(role)s.") % {
        "customer": found.customer,
        "name": request.user,
        "role": role_of(request.user, found.engagement),
    }
    return asked(
        request,
        AcknowledgeForm(posted(request)),
        lambda data: operations.acknowledge(found, by=request.user, at=timezone.now()),
        to=found,
        done=_("Acknowledged. Events of this project can be scheduled."),
        words={"title": _("Before the first event"), "lede": lede, "submit": _("Acknowledge by name")},
        project=found,
    )


@require_http_methods(["GET", "POST"])
def add_finding(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Something that an assessment of the source found."""
    found = _project(request, public_id)
    require(request.user, "migrations.add_finding", found)
    form = FindingForm(posted(request), engagement=found.engagement, initial={"key": uuid.uuid4()})
    return asked(
        request,
        form,
        lambda data: operations.add_finding(found, by=request.user, **data),
        to=found,
        done=_("The finding is on the list."),
        words={"title": _("New finding"), "submit": _("Add the finding")},
        project=found,
    )


@require_POST
def move_access(request: Request, public_id: uuid.UUID, step: str) -> HttpResponse:
    """An access is given, or missing again."""
    return _move(request, AccessItem, public_id, step)


@require_POST
def move_finding(request: Request, public_id: uuid.UUID, step: str) -> HttpResponse:
    """A finding is fixed, or not yet."""
    return _move(request, Finding, public_id, step)


@require_http_methods(["GET", "POST"])
def ask_deletion(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Whose copies are to be deleted from the migration service."""
    found = _project(request, public_id)
    require(request.user, "migrations.ask_deletion", found)
    return asked(
        request,
        DeletionForm(posted(request), initial={"key": uuid.uuid4()}),
        lambda data: operations.ask_deletion(found, by=request.user, **data),
        to=found,
        done=_("FastTrack deletes the copies and says here when it is done."),
        words={"title": _("Delete somebody’s copies"), "submit": _("Ask for the deletion")},
        project=found,
    )


@require_POST
def complete_deletion(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The copies are gone."""
    deletion = _part(request, CopyDeletion, public_id)
    operations.complete_deletion(deletion, by=request.user, at=timezone.now())
    messages.success(request, _("Noted. The name is forgotten."))
    return see_other(request, deletion)


@require_POST
def retry_deletion(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Once more."""
    deletion = _part(request, CopyDeletion, public_id)
    operations.retry_deletion(deletion, by=request.user)
    messages.success(request, _("The copies are to be deleted after all."))
    return see_other(request, deletion)


@require_http_methods(["GET", "POST"])
def fail_deletion(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The copies could not be deleted, and why."""
    deletion = _part(request, CopyDeletion, public_id)
    require(request.user, "migrations.answer_deletion", deletion)
    return asked(
        request,
        ReasonForm(posted(request)),
        lambda data: operations.fail_deletion(deletion, by=request.user, **data),
        to=deletion,
        done=_("The customer reads why."),
        words={"title": _("%(number)s could not be done") % {"number": deletion.number}, "submit": _("Save")},
        project=deletion.project,
    )


def _facts_of(project: MigrationProject, signed: Acknowledgement | None) -> dict[str, Any]:
    """What does not move: the words that were signed, and what another edition says beyond them."""
    now = [str(words) for words in sources.FACTS[project.source].stays]
    if signed is None or not signed.stays:
        return {"stays": now, "facts_edition": sources.EDITION, "stays_since": []}
    since = [words for words in now if words not in signed.stays] if signed.facts_edition < sources.EDITION else []
    return {
        "stays": signed.stays,
        "facts_edition": signed.facts_edition,
        "stays_since": since,
        "edition_now": sources.EDITION,
    }


def _move(request: Request, model: Any, public_id: uuid.UUID, step: str) -> HttpResponse:
    item = _part(request, model, public_id)
    match step:
        case "settle":
            operations.settle(item, by=request.user, at=timezone.now())
        case "reopen":
            operations.reopen(item, by=request.user)
        case _:
            raise Http404
    messages.success(request, f"{item.title}: {item.get_status_display()}")
    return see_other(request, item.project)


def _project(request: Request, public_id: uuid.UUID) -> MigrationProject:
    seen = MigrationProject.objects.visible_to(request.user).select_related(*_WITH, "engagement__ask")
    return get_object_or_404(seen, public_id=public_id)


def _part(request: Request, model: Any, public_id: uuid.UUID) -> Any:
    seen = model.objects.visible_to(request.user).select_related(*(f"project__{each}" for each in _WITH))
    return get_object_or_404(seen, public_id=public_id)


def _of(model: Any, request: Request, project: MigrationProject) -> QuerySet[Any]:
    found: QuerySet[Any] = model.objects.visible_to(request.user).filter(project=project)
    return found
