"""What the home page of each role holds: what waits for me, what I wait for, what comes next."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from assistance import waiting
from assistance.models import AssistanceRequest, Offer
from assistance.offering import named
from assistance.queue import OURS
from engagements import board, overview
from engagements.models import Engagement, Meeting
from engagements.permissions.engagement import Side
from engagements.wanted import lines_in_hand, words_wanted
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.home import own
from fasttrack_portal.jobs.models import Job
from migrations_svc import overview as migrations
from migrations_svc.models import MigrationEvent
from reports.models import Report

_FEW = 5


class HomePage(NamedTuple):
    """A template and what it shows."""

    template: str
    context: dict[str, Any]


def page_for(user: User, *, at: datetime) -> HomePage:
    """By the first role that fits: admin, FastTrack centre, partner, customer; somebody without a role is told so."""
    audience = user.audience
    if audience.centre_ids:
        return HomePage("home/specialist.html", _specialist(user, at))
    if audience.is_admin:
        return HomePage("home/admin.html", _admin(user, at))
    if audience.partner_ids:
        return HomePage("home/partner.html", _partner(user, at))
    if audience.customer_ids:
        return HomePage("home/customer.html", _customer(user, at))
    return HomePage("home/nobody.html", {})


def _customer(user: User, at: datetime) -> dict[str, Any]:
    return {**own.facts(user, "customer", at=at), **_coming(user, at)}


def _partner(user: User, at: datetime) -> dict[str, Any]:
    return {
        "query": "",
        "offers": named(Offer.objects.visible_to(user).waiting().filter(expires_at__gt=at), user).order_by(
            "expires_at"
        )[:_FEW],
        "board": overview.board(user)[:10],
        **own.facts(user, "partner", at=at),
        "in_hand": lines_in_hand(user),
        **_coming(user, at),
    }


def _specialist(user: User, at: datetime) -> dict[str, Any]:
    return {
        "rows": board.top(user, 10, at=at, today=timezone.localdate(at)),
        "steps": [*words_wanted(user), *_tasks(overview.next_steps_for(user, _FEW), "fasttrack", at)],
        "queue": _queue(user),
        **_coming(user, at),
    }


def _admin(user: User, at: datetime) -> dict[str, Any]:
    return {
        "waiting_count": AssistanceRequest.objects.visible_to(user).waiting().count(),
        "active_count": Engagement.objects.visible_to(user).filter(status="active").count(),
        "event_count": MigrationEvent.objects.visible_to(user).active().count(),
        "report_count": Report.objects.visible_to(user).filter(status="issued").count(),
        "parked_count": Job.objects.visible_to(user).filter(status="parked").count(),
        "rows": board.top(user, 10, at=at, today=timezone.localdate(at)),
        "queue": _queue(user),
        **_coming(user, at),
    }


def _coming(user: User, at: datetime) -> dict[str, Any]:
    """Meetings, events and windows ahead, requests on their way, and what happened lately."""
    asks = AssistanceRequest.objects.visible_to(user).select_related("customer").exclude(status="withdrawn")
    return {
        "meetings": Meeting.objects.visible_to(user).coming(at=at).select_related("engagement__customer")[:_FEW],
        "active_events": migrations.active_events(user, _FEW),
        "open_windows": migrations.windows_open(user, _FEW),
        "asks": asks.order_by("-created_at")[:_FEW],
        "events": Event.objects.visible_to(user).filter(internal=False).select_related("actor").order_by("-at")[:8],
    }


def _queue(user: User) -> QuerySet[AssistanceRequest]:
    """What waits for FastTrack, as the queue ranks it."""
    return waiting.queue_of(user).filter(status__in=OURS)[:_FEW]


def _tasks(items: list[Any], side: Side, at: datetime) -> list[dict[str, Any]]:
    today = timezone.localdate(at)
    return [{**overview.as_task(item, side, today), "item": item} for item in items]
