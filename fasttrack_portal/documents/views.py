"""The public page that confirms a document's code."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from fasttrack_portal.documents.models import Seal
from fasttrack_portal.limits import count_one


@login_not_required
@require_GET
def verify_form(request: HttpRequest) -> HttpResponse:
    """Where a code is typed in."""
    code = request.GET.get("code", "")
    return verify(request, code) if code else render(request, "documents/verify.html", {"code": "", "seal": None})


@login_not_required
@require_GET
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Issued by whom, when, superseded by what. A code is not guessable, and guessing is limited."""
    count_one("verify", request.META.get("REMOTE_ADDR", ""), allowed=60, window=60)
    wanted = code.strip().upper().replace(" ", "")[:20].replace("\x00", "")
    found = Seal.objects.select_related("superseded_by").filter(code=wanted).first()
    context = {"code": wanted, "seal": found, "now": timezone.now()}
    return render(request, "documents/verify.html", context, status=200 if found else 404)
