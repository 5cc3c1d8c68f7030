"""The calendar page: a month, a week or an agenda of what a person takes part in."""

from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from engagements import calendar_page, diary
from engagements.forms.calendar import CalendarFilter
from engagements.models import Engagement
from fasttrack_portal.accounts.models import User
from fasttrack_portal.http import Request

# More than this on one page helps nobody; the page says that there is more.
_MOST = 400
_KEPT = ("whose", "engagement", "kind")


@require_GET
def calendar(request: Request) -> HttpResponse:
    """`?view=month|week|agenda&on=2026-03-30&engagement=&kind=&whose=all`; what is no choice is left aside."""
    user, today = request.user, timezone.localdate()
    form = CalendarFilter(request.GET, user=user)
    view = form.said("view") or "month"
    shown = calendar_page.period(view, calendar_page.day_in(request.GET.get("on", ""), today))
    found = diary.entries(_scope(user, form, shown))
    most = calendar_page.A_DAY if view == "month" else None
    days = calendar_page.by_day(shown, found[:_MOST], user.zone(), today=today, most=most)
    way = _Way({name: form.said(name) for name in _KEPT if form.said(name)})
    context = {
        "form": form,
        "shown": shown,
        "title": _title(shown),
        "today": today,
        "days": days,
        "weeks": calendar_page.in_weeks(days) if view == "month" else [],
        "hours": calendar_page.by_hour(days, user.zone()) if view == "week" else [],
        "is_empty": not found,
        "is_cut": len(found) > _MOST,
        "most": _MOST,
        "zone": user.time_zone,
        "tabs": way.tabs(shown),
        "links": way.links(shown, today),
        "agenda_url": way.to("agenda"),
        "clear_url": _Way({}).to(view, shown.on),
    }
    return render(request, "engagements/calendar.html", context)


def _scope(user: User, form: CalendarFilter, shown: calendar_page.Period) -> diary.Scope:
    zone, chosen, is_own = user.zone(), form.chosen, form.said("whose") != "all"
    visible = Engagement.objects.visible_to(user)
    first, last = (datetime.combine(day, time.min, tzinfo=zone) for day in (shown.first, shown.last))
    return diary.Scope(
        user=user,
        engagements=visible.filter(pk=chosen.pk) if chosen else diary.own(user) if is_own else visible,
        first=first,
        last=last,
        kind=form.said("kind"),
        is_own=is_own,
        is_narrow=chosen is not None,
        most=_MOST + 1,
    )


def _title(shown: calendar_page.Period) -> str:
    if shown.view == "month":
        return date_format(shown.on, pgettext("month of a calendar", "F Y"))
    days = shown.days
    return _("%(first)s to %(last)s") % {
        "first": date_format(days[0], pgettext("date", "j M Y")),
        "last": date_format(days[-1], pgettext("date", "j M Y")),
    }


class _Way:
    """Addresses of the page that keep what was chosen."""

    def __init__(self, kept: dict[str, str]) -> None:
        self.kept = kept
        self.base = reverse("engagements:calendar")

    def to(self, view: str, on: date | None = None) -> str:
        values = {"view": view, **self.kept, **({"on": on.isoformat()} if on else {})}
        return f"{self.base}?{urlencode(values)}"

    def tabs(self, shown: calendar_page.Period) -> list[dict[str, Any]]:
        labels = {"month": _("Month"), "week": _("Week"), "agenda": _("Agenda")}
        return [
            {"label": label, "href": self.to(view, shown.on), "is_current": view == shown.view, "count": None}
            for view, label in labels.items()
        ]

    def links(self, shown: calendar_page.Period, today: date) -> list[dict[str, str]]:
        words = {
            "month": (_("Previous month"), _("Next month")),
            "week": (_("Previous week"), _("Next week")),
            "agenda": (_("Previous two weeks"), _("Next two weeks")),
        }
        back, on = words[shown.view]
        return [
            {"label": back, "href": self.to(shown.view, shown.earlier), "icon": "chevron-left"},
            {"label": _("Today"), "href": self.to(shown.view, today), "icon": ""},
            {"label": on, "href": self.to(shown.view, shown.later), "icon": "chevron-right"},
        ]
