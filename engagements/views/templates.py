"""The responsibility templates: every version to read, and the draft of the next one."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from engagements import versions
from engagements.forms.templates import LineForm, NewLineForm, PublishForm
from engagements.models import Template, TemplateItem
from engagements.operations import templates as operations
from engagements.template_page import blocks_of
from engagements.views.finding import posted, taken
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other

_TOOLS = [("up", _lazy("Move up"), "↑"), ("down", _lazy("Move down"), "↓"), ("remove", _lazy("Remove"), "×")]
_SEE, _EDIT = "engagements.see_templates", "engagements.edit_templates"


@require_GET
def templates(request: Request) -> HttpResponse:
    """All versions, the newest first; none that was published is ever changed."""
    require(request.user, _SEE)
    seen = Template.objects.visible_to(request.user).select_related("published_by")
    rows = seen.annotate(size=Count("items", distinct=True), used=Count("engagements", distinct=True))
    context = {"templates": rows.order_by("-number"), "has_draft": any(row.status == "draft" for row in rows)}
    return render(request, "engagements/templates.html", context)


@require_POST
def draft(request: Request) -> HttpResponse:
    """Begins the next version, or opens the draft that is there."""
    require(request.user, _EDIT)
    return see_other(request, operations.draft_template(by=request.user))


@require_GET
def template(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One version, phase by phase, and what differs from the one before it."""
    seen = Template.objects.visible_to(request.user)
    found = get_object_or_404(seen, public_id=public_id)
    require(request.user, _SEE)
    before = seen.filter(status="published", number__lt=found.number).order_by("-number").first()
    lines = list(found.items.all())
    diff = versions.in_words(versions.difference(before.items.all(), lines)) if before else None
    context = {
        "template": found,
        "before": before,
        "blocks": blocks_of(lines),
        "diff": diff,
        "count": len(lines),
        "tools": _TOOLS,
    }
    return render(request, "engagements/template.html", context)


@require_http_methods(["GET", "POST"])
def new_item(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A new line of the draft."""
    found = get_object_or_404(Template.objects.visible_to(request.user), public_id=public_id)
    require(request.user, _EDIT)
    form = NewLineForm(posted(request), template=found)

    def take(form: Form) -> None:
        line = operations.add_template_item(found, by=request.user, **form.cleaned_data)
        messages.success(request, _("%(code)s is in the draft.") % {"code": line.code})

    return _form(request, form, take, found, _("New item"))


@require_http_methods(["GET", "POST"])
def item(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One line of the draft."""
    line = _line(request, public_id)
    require(request.user, _EDIT)
    form = LineForm(posted(request), line=line)

    def take(form: Form) -> None:
        operations.edit_template_item(line, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))

    return _form(request, form, take, line.template, line.code, back=line.code)


@require_POST
def move_item(request: Request, public_id: uuid.UUID, step: str) -> HttpResponse:
    """Up, down, or out of the draft."""
    line = _line(request, public_id)
    require(request.user, _EDIT)
    if step not in ("up", "down", "remove"):
        raise Http404
    found = line.template
    if step == "remove":
        operations.remove_template_item(line, by=request.user)
        messages.success(request, _("%(code)s was removed from the draft.") % {"code": line.code})
    else:
        operations.shift_template_item(line, step, by=request.user)
    return see_other(request, f"{found.get_absolute_url()}#{line.code if step != 'remove' else line.parent_code}")


@require_http_methods(["GET", "POST"])
def publish(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What changed, in words; then new engagements get it."""
    found = get_object_or_404(Template.objects.visible_to(request.user), public_id=public_id)
    require(request.user, _EDIT)
    form = PublishForm(posted(request))

    def take(form: Form) -> None:
        operations.publish_template(found, note=form.cleaned_data["note"], at=timezone.now(), by=request.user)
        messages.success(request, _("Version %(number)s is published.") % {"number": found.number})

    return _form(request, form, take, found, _("Publish"), label=_("Publish"))


@require_POST
def discard(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Throws the draft away."""
    found = get_object_or_404(Template.objects.visible_to(request.user), public_id=public_id)
    require(request.user, _EDIT)
    operations.discard_template(found, by=request.user)
    messages.success(request, _("The draft is gone."))
    return see_other(request, "engagements:templates")


def _line(request: Request, public_id: uuid.UUID) -> TemplateItem:
    seen = TemplateItem.objects.visible_to(request.user).select_related("template")
    return get_object_or_404(seen, public_id=public_id)


def _form(
    request: Request, form: Any, take: Any, found: Template, title: str, *, label: str = "", back: str = ""
) -> HttpResponse:
    """A form of the draft; `back` is the line to which it leads back among some hundred."""
    place = f"{found.get_absolute_url()}#{back}" if back else found.get_absolute_url()
    status = 200
    if request.method == "POST":
        if form.is_valid() and taken(form, take):
            return see_other(request, place)
        status = 422
    context = {"form": form, "template": found, "title": title, "label": label or _("Save"), "place": place}
    return render(request, "engagements/template_form.html", context, status=status)
