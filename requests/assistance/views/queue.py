"""The queue with its many steps at once, and the load of each specialist."""

from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from assistance import loads, operations, people, queue, waiting
from assistance.models import AssistanceRequest, EligibilityRule, TriageSettings
from assistance.triage_filters import QueueFilter
from assistance.triage_forms import BULK_STEPS, ChosenForm, bulk_words
from assistance.triage_page import triage_tabs
from assistance.triage_tables import QUEUE_SHOWN, LoadTable, QueueTable
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory import languages
from fasttrack_portal.directory.calendars import WorkingCalendar
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.limits import limited
from fasttrack_portal.lists import list_page, paged
from fasttrack_portal.output import csv_response
from fasttrack_portal.savedviews.lists import shown as saved_views

_RESULTS = "triage_results"


class Asked(NamedTuple):
    """The queue as the address asks for it, and what its rows are read with."""

    filtered: QueueFilter
    calendars: dict[int, WorkingCalendar]
    carried: list[queue.Load]
    waiting: int
    review_days: int
    at: datetime


def _asked(request: Request) -> Asked:
    user, at = request.user, timezone.now()
    queues = waiting.queues_of(user)
    centres = [each.centre for each in queues]
    days = queues[0].review_days if queues else TriageSettings.current().review_days
    calendars = waiting.calendars(centres, at)
    carried = loads.of_centres([centre.pk for centre in centres])
    filtered = QueueFilter(
        request.GET,
        queryset=waiting.queue_of(user),
        centres=centres,
        people=carried,
        languages=languages.of_customers(),
        overdue=lambda rows: waiting.overdue(rows, calendars, at, days),
    )
    return Asked(filtered, calendars, carried, sum(each.waiting for each in queues), days, at)


@require_GET
def queue_page(request: Request) -> HttpResponse:
    """Every request that waits at the person's centres, what FastTrack owes longest first."""
    require(request.user, "assistance.triage")
    asked = _asked(request)
    table = QueueTable(
        asked.filtered.qs.only(*QUEUE_SHOWN),
        calendars=asked.calendars,
        load_of={load.person.pk: load for load in asked.carried},
        review_days=asked.review_days,
        at=asked.at,
        empty=_empty(any(request.GET.get(name) for name in asked.filtered.filters)),
        order_by="court",
    )
    paged(request, table)
    context = {
        "table": table,
        "filter": asked.filtered,
        "tabs": triage_tabs(request.user, "assistance:queue", count=asked.waiting),
        "sort": request.GET.get("sort", ""),
        "bulk": list(BULK_STEPS.items()),
        "mine": next((load for load in asked.carried if load.person.pk == request.user.pk), None),
        "review_days": asked.review_days,
        "saved": saved_views(request),
    }
    return render(request, "assistance/queue.html", context)


@require_GET
@limited("exports", per_hour=10)
def queue_csv(request: Request) -> HttpResponseBase:
    """The same requests as the page shows, all of them, as a file for a spreadsheet."""
    require(request.user, "assistance.triage")
    asked = _asked(request)
    header = (_("Request"), _("Customer"), _("Partner"), _("Services"), _("Status"), _("Whose turn"), _("Since"),
              _("Working days"), _("Submitted"), _("Country"), _("Language"), _("Eligibility"), _("Seats"),
              _("Reviewer"), _("FastTrack Center"))  # fmt: skip
    asks = asked.filtered.qs.select_related("centre")
    rows = (_csv_row(ask, asked) for ask in asks.iterator(chunk_size=500))
    return csv_response(f"queue-{timezone.localdate().isoformat()}.csv", header, rows)


def _csv_row(ask: Any, asked: Asked) -> tuple[Any, ...]:
    court = _("Customer") if queue.court_of(ask.status) == "customer" else _("FastTrack")
    return (
        ask.number,
        ask.customer.name,
        ask.partner.name if ask.partner else "",
        ", ".join(ask.service_labels),
        ask.get_status_display(),
        court,
        timezone.localtime(ask.court_since).isoformat(timespec="minutes"),
        queue.age(asked.calendars[ask.centre_id], ask.court_since, asked.at),
        timezone.localtime(ask.submitted_at).isoformat(timespec="minutes"),
        ask.customer.country,
        ask.customer.language,
        str(dict(EligibilityRule.Verdict.choices).get(ask.verdict, "")),
        ask.seats,
        str(ask.reviewer or ""),
        ask.centre.name,
    )


def _empty(is_filtered: bool) -> dict[str, Any]:
    if is_filtered:
        return {
            "title": _("No request fits"),
            "text": _("Take a filter away to see more of the queue."),
            "href": "",
            "link_label": "",
        }
    return {
        "title": _("Nothing waits for you"),
        "text": _("New requests of your FastTrack Center appear here."),
        "href": "",
        "link_label": "",
    }


@require_http_methods(["GET", "POST"])
def bulk(request: Request) -> HttpResponse:
    """One step for many rows: first what is needed for it, then the step, then what became of each."""
    require(request.user, "assistance.triage")
    if request.method == "GET":
        results = request.session.pop(_RESULTS, None)
        return render(request, "assistance/bulk_results.html", {"results": results})
    chosen = ChosenForm(request.POST)
    if not chosen.is_valid():
        return render(request, "assistance/bulk_results.html", {"results": None, "form": chosen}, status=422)
    do = chosen.cleaned_data["do"]
    seen = AssistanceRequest.objects.visible_to(request.user).filter(submitted_at__isnull=False).with_people()
    asks = sorted(seen.filter(public_id__in=chosen.keys), key=lambda ask: chosen.keys.index(ask.public_id))
    is_sure = "sure" in request.POST
    words = bulk_words(do, request.POST if is_sure else None, _candidates(asks) if do == "assign" else [])
    if not asks or not is_sure or not words.is_valid():
        context = {
            "do": do,
            "label": BULK_STEPS[do],
            "asks": asks,
            "missing": len(chosen.keys) - len(asks),
            "form": words,
            "told": _told(do, asks),
        }
        return render(request, "assistance/bulk.html", context, status=422 if is_sure else 200)
    done = _do(request.user, do, asks, words)
    request.session[_RESULTS] = {
        "label": str(BULK_STEPS[do]),
        "done": sum(not each.refusal for each in done),
        "missing": len(chosen.keys) - len(asks),
        "rows": [
            {
                "number": each.ask.number,
                "customer": each.ask.customer.name,
                "href": each.ask.get_absolute_url(),
                "refusal": str(each.refusal),
            }
            for each in done
        ],
    }
    return see_other(request, "assistance:bulk")


def _do(user: User, do: str, asks: list[AssistanceRequest], words: Any) -> list[operations.Result]:
    if do == "take":
        return operations.in_bulk(asks, operations.review, by=user)
    if do == "assign":
        return operations.in_bulk(asks, operations.share_out, by=user, to=words.person)
    text = words.cleaned_data["text"]
    if do == "ask":
        return operations.in_bulk(asks, operations.ask_for_information, by=user, question=text)
    return operations.in_bulk(asks, operations.decline, by=user, reason=text, code=words.cleaned_data["code"])


def _candidates(asks: list[AssistanceRequest]) -> list[queue.Load]:
    """The people of the centres of the rows; a row whose centre is another one's refuses by itself."""
    return queue.ranked(loads.of_centres({ask.centre_id for ask in asks}), "")


def _told(do: str, asks: list[AssistanceRequest]) -> int:
    """How many people get mail."""
    return {"take": 0, "assign": 1}[do] if do in ("take", "assign") else people.told_of_all(asks)


@require_GET
def load_page(request: Request) -> HttpResponseBase:
    """What each specialist of the person's centres carries."""
    require(request.user, "assistance.see_loads")
    centres = None if request.user.is_admin else request.user.audience.centre_ids
    context = {"tabs": triage_tabs(request.user, "assistance:loads")}
    return list_page(request, LoadTable(loads.of_centres(centres)), "assistance/loads.html", context)
