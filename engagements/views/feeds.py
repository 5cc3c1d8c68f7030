"""Subscriptions: the pages on which a person makes and withdraws an address, and the file that answers there."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from engagements import feeds
from engagements.models import CalendarFeed, Engagement
from engagements.operations.feeds import note_reading, renew_feed, revoke_feed
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.limits import count_one

# Several devices that look every few minutes; what asks more often does so by mistake.
EACH_HOUR = 120


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file, for whoever holds the address; no session is asked for, and none is begun."""
    found = feeds.by_token(token)
    if found is None:
        raise Http404
    count_one("calendar", str(found.pk), EACH_HOUR, 3600)
    now = timezone.now()
    with translation.override(found.user.language), timezone.override(found.user.zone()):
        entries = feeds.entries_of(found, at=now)
        digest = feeds.digest_of(found, entries)
        since = note_reading(found, digest=digest, at=now)
        known = get_conditional_response(request, etag=f'"{digest}"', last_modified=int(since.timestamp()))
        response = known or HttpResponse(
            feeds.content_of(found, entries, stamp=since), content_type="text/calendar; charset=utf-8"
        )
    response["ETag"] = f'"{digest}"'
    response["Last-Modified"] = http_date(since.timestamp())
    # A program keeps what it has got; it asks each time whether that still holds.
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "POST"])
def own(request: Request) -> HttpResponse:
    """The person's own subscription, and those of engagements that they have made."""
    return _page(request, None)


@require_http_methods(["GET", "POST"])
def of_engagement(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The person's subscription to one engagement."""
    visible = Engagement.objects.visible_to(request.user).select_related("customer")
    return _page(request, get_object_or_404(visible, public_id=public_id))


def _page(request: Request, engagement: Engagement | None) -> HttpResponse:
    mine = CalendarFeed.objects.visible_to(request.user)
    if request.method == "GET":
        return _shown(request, engagement)
    if "revoke" in request.POST:
        revoke_feed(get_object_or_404(mine.of(engagement).select_related("engagement")), by=request.user)
        messages.success(request, _("The calendar address is withdrawn. Calendars that used it get nothing any more."))
        return see_other(request, *_here(engagement))
    token = renew_feed(engagement, nonce=request.POST.get("nonce", ""), by=request.user)
    return _shown(request, engagement, link=settings.PUBLIC_URL + reverse("engagements:feed", kwargs={"token": token}))


def _here(engagement: Engagement | None) -> tuple[str, ...]:
    if engagement is None:
        return ("engagements:feeds",)
    return (reverse("engagements:feed_of_engagement", kwargs={"public_id": engagement.public_id}),)


def _shown(request: Request, engagement: Engagement | None, *, link: str = "") -> HttpResponse:
    mine = CalendarFeed.objects.visible_to(request.user)
    visible = Engagement.objects.visible_to(request.user)
    others = mine.filter(engagement__in=visible).select_related("engagement__customer").order_by("-created_at", "-pk")
    context = {
        "engagement": engagement,
        "feed": mine.of(engagement).first(),
        "others": [] if engagement else others,
        "nonce": feeds.new_nonce(),
        "link": link,
        "opens": f"webcal://{link.partition('://')[2]}" if link else "",
    }
    return render(
        request, "engagements/calendar_feed.html" if engagement else "engagements/calendar_feeds.html", context
    )
