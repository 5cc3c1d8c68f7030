"""Attaching a file, a link or a note to a part of an engagement, taking it away again, and commenting."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from engagements.forms.evidence import CommentForm, FileForm, LinkForm, NoteForm
from engagements.models import Attachment
from engagements.operations import evidence
from engagements.permissions.evidence import Part
from engagements.views.finding import part_of, taken
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.limits import count_one, limited

_FORMS: dict[str, type[Form]] = {"file": FileForm, "link": LinkForm, "note": NoteForm}
_UPLOADS_PER_HOUR = 60


@require_http_methods(["GET", "POST"])
def attach(request: Request, kind: str, public_id: uuid.UUID) -> HttpResponse:
    """Three small forms, one at a time: `?as=file`, `link` or `note`."""
    part = _part(request, kind, public_id)
    require(request.user, "engagements.attach", part)
    chosen = request.GET.get("as", "file")
    chosen = chosen if chosen in _FORMS else "file"
    if request.method == "GET":
        return _attach_page(request, part, chosen, _FORMS[chosen](initial={"key": uuid.uuid4()}))
    form = _FORMS[chosen](request.POST, request.FILES)
    if request.FILES:
        count_one("uploads", str(request.user.pk), _UPLOADS_PER_HOUR, 3600)
    if form.is_valid() and taken(form, _attaching(part, form, chosen, request)):
        messages.success(request, _("Attached."))
        return see_other(request, part)
    is_too_large = isinstance(form, FileForm) and form.is_too_large()
    return _attach_page(request, part, chosen, form, 413 if is_too_large else 422)


def _attaching(part: Part, form: Form, chosen: str, request: Request) -> Callable[[Form], None]:
    def take(form: Form) -> None:
        data, by = form.cleaned_data, request.user
        given: dict[str, Any] = {"key": data["key"], "title": data["title"], "by": by}
        if isinstance(form, FileForm):
            evidence.attach_file(part, name=data["file"].name, content=form.content, **given)
        elif chosen == "link":
            evidence.attach_link(part, url=data["url"], **given)
        else:
            evidence.attach_note(part, text=data["text"], **given)

    return take


def _attach_page(request: Request, part: Part, chosen: str, form: Form, status: int = 200) -> HttpResponse:
    words = {"file": _("File"), "link": _("Link"), "note": _("Note")}
    tabs = [
        {"label": words[name], "href": f"?as={name}", "is_current": name == chosen, "count": None} for name in _FORMS
    ]
    context = {"form": form, "part": part, "engagement": part.engagement, "tabs": tabs, "chosen": chosen}
    return render(request, "engagements/attach.html", context, status=status)


@require_GET
@limited("downloads", per_hour=120)
def download(request: Request, public_id: uuid.UUID) -> FileResponse:
    """The file, as an attachment."""
    return evidence.download(_attachment(request, public_id), by=request.user)


@require_POST
def remove(request: Request, public_id: uuid.UUID) -> HttpResponse:
    found = _attachment(request, public_id)
    evidence.remove(found, by=request.user, at=timezone.now())
    messages.success(request, _("“%(title)s” was taken away.") % {"title": found.title})
    return see_other(request, found.part)


@require_http_methods(["GET", "POST"])
def comment(request: Request, kind: str, public_id: uuid.UUID) -> HttpResponse:
    """The form on the part's own page posts here; what is wrong with it is said on a page of its own."""
    part = _part(request, kind, public_id)
    require(request.user, "engagements.comment", part)
    if request.method == "GET":
        form, status = CommentForm(initial={"key": uuid.uuid4()}), 200
    else:
        form, status = CommentForm(request.POST), 422

        def take(form: Form) -> None:
            evidence.comment(part, by=request.user, **form.cleaned_data)

        if form.is_valid() and taken(form, take):
            messages.success(request, _("Your comment stands below."))
            return see_other(request, part)
    context = {"form": form, "part": part, "engagement": part.engagement}
    return render(request, "engagements/comment.html", context, status=status)


def _part(request: Request, kind: str, public_id: uuid.UUID) -> Part:
    if kind not in evidence.PARTS:
        raise Http404
    found: Part = part_of(request, evidence.PARTS[kind], public_id)
    return found


def _attachment(request: Request, public_id: uuid.UUID) -> Attachment:
    seen = Attachment.objects.visible_to(request.user).filter(removed_at=None)
    related = ("file", "responsibility", "milestone", "remediation", "success", "engagement__customer",
               "engagement__centre", "engagement__partner", "engagement__specialist")  # fmt: skip
    found = get_object_or_404(seen.select_related(*related), public_id=public_id)
    found.part.engagement = found.engagement
    return found
