"""The queue of requests, the load of each specialist, and the offers to partners, as tables."""

from datetime import datetime
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assistance import loads, queue
from assistance.models import AssistanceRequest, EligibilityRule, Offer
from assistance.queue import Load
from assistance.tables import SHOWN, RequestTable
from fasttrack_portal import lists
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.calendars import WorkingCalendar, country_name
from fasttrack_portal.records import word_of
from fasttrack_portal.templatetags.ui import badge, day, person, when

# What a row of the queue needs of its request and of what stands beside it.
QUEUE_SHOWN = (
    *SHOWN,
    *("centre", "seats", "verdict", "customer__language", "customer__country"),
    *("reviewer__name", "reviewer__email"),
)
_VERDICTS = dict(EligibilityRule.Verdict.choices)
_NUMBER: dict[str, Any] = {"th": {"class": "number"}, "td": {"class": "number"}}


def working_days(count: int) -> str:
    """So many working days, in words."""
    if not count:
        return _now("under a day")
    return ngettext("%(count)d working day", "%(count)d working days", count) % {"count": count}


class ChooseColumn(lists.Column):
    """A box in each row; the one in the head chooses them all, where there is script."""

    @property
    def header(self) -> SafeString:
        return format_html(
            '<span class="visually-hidden">{}</span>'
            '<input class="only-script" type="checkbox" data-choose-all aria-label="{}">',
            _now("Choose"),
            _now("Choose all on this page"),
        )


class QueueTable(RequestTable):
    """What waits, with a box to choose each row; days are those of the row's centre."""

    caption = _("Requests that wait")
    box_id = "queue"

    chosen = ChooseColumn(orderable=False, empty_values=())
    number = lists.NumberColumn(_("Request"))
    age = lists.Column(verbose_name=_("Age"), order_by=("submitted_at", "pk"), accessor="submitted_at")
    court = lists.Column(
        verbose_name=_("Whose turn"), order_by=("-is_ours", "court_since", "pk"), accessor="court_since"
    )
    language = lists.Column(verbose_name=_("Language"), order_by="customer__language", accessor="customer__language")
    verdict = lists.Column(verbose_name=_("Eligibility"))
    seats = lists.Column(verbose_name=_("Seats"), attrs=_NUMBER)
    reviewer = lists.Column(verbose_name=_("Reviewer"), order_by="reviewer__name", empty_values=())

    class Meta:
        fields = ("number", "age", "court", "language", "services", "verdict", "seats", "reviewer", "chosen")
        sequence = ("number", "age", "court", "language", "services", "verdict", "seats", "reviewer", "chosen")
        exclude = ("customer", "desired_on", "submitted_at", "status")

    def __init__(
        self,
        *args: Any,
        calendars: dict[int, WorkingCalendar],
        load_of: dict[int, Load],
        review_days: int,
        at: datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.calendars, self.load_of, self.review_days, self.at = calendars, load_of, review_days, at
        # What many rows have in common is reckoned and written once for all of them.
        self.words_of_days, self.courts, self.languages = cache(working_days), cache(self._court), cache(_language)
        self.choose, self.by = _now("Choose %(number)s"), _now("by %(partner)s")

    def _days(self, record: AssistanceRequest, since: datetime) -> int:
        return queue.age(self.calendars[record.centre_id], since, self.at)

    def render_chosen(self, record: AssistanceRequest) -> SafeString:
        return format_html(
            '<input type="checkbox" name="ask" value="{}" form="bulk" aria-label="{}">',
            record.public_id,
            self.choose % {"number": record.number},
        )

    def render_number(self, value: str, record: AssistanceRequest) -> SafeString:
        partner = self.by % {"partner": record.partner.name} if record.partner else ""
        return format_html("{} <small>{} {}</small>", value, record.customer.name, partner)

    def render_age(self, value: datetime, record: AssistanceRequest) -> SafeString:
        days = self.words_of_days(self._days(record, value))
        return format_html("{} <small>{}</small>", days, when(value, "short"))

    def render_court(self, value: datetime, record: AssistanceRequest) -> SafeString:
        return self.courts(record.status, self._days(record, value))

    def _court(self, status: str, days: int) -> SafeString:
        if queue.court_of(status) == "customer":
            mark = badge(status, _now("Customer"))
        elif days > self.review_days:
            mark = badge("overdue", _now("Overdue"))
        else:
            mark = badge(status, _now("FastTrack"))
        since = _now("for %(days)s") % {"days": self.words_of_days(days)}
        return format_html("{} <small>{}</small>", mark, since)

    def render_language(self, value: str, record: AssistanceRequest) -> SafeString:
        return self.languages(value, record.customer.country)

    def render_verdict(self, value: str) -> str:
        return str(_VERDICTS.get(value, ""))

    def render_seats(self, value: int) -> str:
        return f"{value:,}"

    def render_reviewer(self, record: AssistanceRequest) -> SafeString | str:
        if record.reviewer is None:
            return _now("Nobody yet")
        load = self.load_of.get(record.reviewer.pk)
        room = _now("room for %(count)d more") % {"count": max(load.left, 0)} if load else ""
        return format_html("{} <small>{}</small>", person(record.reviewer), room)


class LoadTable(lists.Table):
    """Who carries what, from a list of loads."""

    caption = _("What each specialist carries")
    box_id = "loads"
    empty = {
        "title": _("Nobody works here yet"),
        "text": _("Specialists appear here when an administrator gives them their role."),
        "href": "",
        "link_label": "",
    }

    person = lists.Column(verbose_name=_("Specialist"), order_by="person__name")
    role = lists.Column(verbose_name=_("Role"))
    centres = lists.Column(verbose_name=_("FastTrack Center"))
    languages = lists.Column(verbose_name=_("Languages"), orderable=False)
    asks = lists.Column(verbose_name=_("Open requests"), attrs=_NUMBER)
    engagements = lists.Column(verbose_name=_("Engagements"), attrs=_NUMBER)
    capacity = lists.Column(verbose_name=_("Can carry"), attrs=_NUMBER)
    left = lists.Column(verbose_name=_("Room left"), attrs=_NUMBER)

    class Meta:
        order_by = "left"

    def render_person(self, value: User) -> SafeString:
        return person(value, link=reverse("assistance:capacity", kwargs={"public_id": value.public_id}))

    def render_role(self, value: str) -> str:
        return _now("Manager") if value == "manager" else _now("Specialist")

    def csv_role(self, record: Load) -> str:
        return self.render_role(record.role)

    def csv_languages(self, record: Load) -> str:
        return self.render_languages(record.languages)

    def render_centres(self, value: tuple[str, ...]) -> str:
        return ", ".join(value)

    def render_languages(self, value: frozenset[str]) -> str:
        return ", ".join(sorted(loads.language_name(code) for code in value))

    def render_asks(self, value: int, record: Load) -> SafeString:
        address = f"{reverse('assistance:queue')}?reviewer={record.person.public_id}"
        return format_html('<a href="{}">{}</a>', address, value)

    def render_left(self, value: int) -> SafeString | str:
        return badge("full", _now("Full"), "warning") if value <= 0 else str(value)


class OfferTable(lists.Table):
    """Offers as a partner, or the centre that made them, looks at them."""

    caption = _("Offers to partners")
    box_id = "offers"

    number = lists.NumberColumn(_("Offer"))
    partner = lists.Column(verbose_name=_("Partner"), order_by="partner__name", accessor="partner__name")
    services = lists.Column(verbose_name=_("Services"), orderable=False, accessor="service_labels")
    seats_band = lists.Column(verbose_name=_("Seats"), orderable=False)
    country = lists.Column(verbose_name=_("Country"))
    wanted_month = lists.Column(verbose_name=_("Wanted for"))
    expires_at = lists.Column(verbose_name=_("Answer by"))
    status = lists.Column(verbose_name=_("Status"))

    def __init__(self, *args: Any, empty: dict[str, Any], **kwargs: Any) -> None:
        self.empty = empty
        super().__init__(*args, **kwargs)

    also_in_file = (lists.Column(_("Customer"), accessor="named"),)

    def render_number(self, value: str, record: Offer) -> SafeString:
        return format_html("{} <small>{}</small>", value, getattr(record, "named", None) or "")

    def render_services(self, value: list[str]) -> str:
        return ", ".join(value)

    def render_country(self, value: str) -> str:
        return country_name(value)

    def csv_country(self, record: Offer) -> str:
        return country_name(record.country)

    def csv_wanted_month(self, record: Offer) -> str:
        return f"{record.wanted_month:%Y-%m}" if record.wanted_month else ""

    def render_wanted_month(self, value: Any) -> str:
        return month(value)

    def render_expires_at(self, value: datetime) -> SafeString:
        return day(value)

    def render_status(self, record: Offer) -> SafeString:
        return badge(record.status, word_of(record, "status"))


def _language(code: str, country: str) -> SafeString:
    return format_html("{} <small>{}</small>", loads.language_name(code), country_name(country))


def month(value: Any) -> str:
    """`March 2027`, however exact the wish was."""
    return date_format(value, "F Y") if value else ""
