"""The public page that confirms a document's code."""

import re

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fasttrack_portal.documents import operations, owners
from fasttrack_portal.documents.models import Seal
from fasttrack_portal.limits import count_one


@login_not_required
@require_GET
def verify_form(request: HttpRequest) -> HttpResponse:
    """Where a code is typed in."""
    code = request.GET.get("code", "")
    if code.strip():
        return verify(request, code)
    return render(
        request,
        "documents/verify.html",
        {"code": "", "seal": None, "newer": None, "page": "", "newer_page": "", "further": []},
    )


@login_not_required
@require_GET
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Issued by whom, when, superseded by what. A code is not guessable, and guessing is limited."""
    count_one("verify", request.META.get("REMOTE_ADDR", ""), allowed=60, window=60)
    wanted = as_typed(code)
    # A code stands for nothing until the document it was made for is issued.
    found = Seal.objects.exclude(pdf_sha256="").filter(code=wanted).first()
    newer = operations.newest_after(found) if found else None
    further = owners.further_files(found) if found else []
    context = {"code": wanted, "seal": found, "newer": newer, "page": "", "newer_page": "", "further": further}
    if request.user.is_authenticated:
        # Who may read it is led to it; to everybody else the page names no customer.
        context["page"] = owners.page_of(request.user, found) if found else ""
        context["newer_page"] = owners.page_of(request.user, newer) if newer else ""
    return render(request, "documents/verify.html", context, status=200 if found else 404)


def as_typed(code: str) -> str:
    """The code as it is stored, whatever blanks, dashes and small letters it was typed with; "?" for what is none."""
    bare = re.sub(r"[\W_]+", "", code[:40]).upper()
    return "-".join((bare[:4], bare[4:8], bare[8:])) if len(bare) == 12 and bare.isascii() else bare[:20] or "?"
