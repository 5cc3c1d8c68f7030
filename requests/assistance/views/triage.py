"""What FastTrack does with a request."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assistance import operations
from assistance.views.common import ask_of, step_with_words
from fasttrack_portal.http import Request, see_other


@require_POST
def review(request: Request, public_id: uuid.UUID) -> HttpResponse:
    ask = ask_of(request, public_id)
    operations.review(ask, by=request.user)
    messages.success(request, _("%(number)s is yours to review.") % {"number": ask.number})
    return see_other(request, ask)


@require_http_methods(["GET", "POST"])
def ask_for_information(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return step_with_words(
        request,
        public_id,
        "ask_for_information",
        lambda ask, text: operations.ask_for_information(ask, question=text, by=request.user),
    )


@require_http_methods(["GET", "POST"])
def decline(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return step_with_words(
        request, public_id, "decline", lambda ask, text: operations.decline(ask, reason=text, by=request.user)
    )
