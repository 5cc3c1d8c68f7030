"""Sample data for the page that shows every component in every state."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from fasttrack_portal import design, lists
from fasttrack_portal.templatetags.ui import badge, day, person

ADA = SimpleNamespace(pk=1, email="pm@contoso.example", get_full_name=lambda: "Ada Brandt")
SAM = SimpleNamespace(pk=2, email="specialist@fasttrack.example", get_full_name=lambda: "Sam Okafor")

STATUS_WORDS = (
    ("draft", _("Draft")),
    ("submitted", _("Submitted")),
    ("in_review", _("In review")),
    ("needs_information", _("Needs information")),
    ("accepted", _("Accepted")),
    ("declined", _("Declined")),
    ("planned", _("Planned")),
    ("in_progress", _("In progress")),
    ("on_hold", _("On hold")),
    ("blocked", _("Blocked")),
    ("overdue", _("Overdue")),
    ("done", _("Done")),
    ("verified", _("Verified")),
    ("not_applicable", _("Not applicable")),
    ("scheduled", _("Scheduled")),
    ("locked", _("Locked")),
    ("running", _("Running")),
    ("completed_with_issues", _("Completed with issues")),
    ("failed", _("Failed")),
    ("dormant", _("Dormant")),
)


class SampleForm(forms.Form):
    """One field of each kind."""

    organisation = forms.CharField(label=_("Organisation"), max_length=120)
    seats = forms.IntegerField(
        label=_("Seats"), min_value=1, help_text=_("How many people will use Microsoft 365. An estimate is fine.")
    )
    desired = forms.DateField(label=_("Desired date"), widget=forms.DateInput(attrs={"type": "date"}), required=False)
    family = forms.ChoiceField(
        label=_("Plan family"),
        choices=[
            ("", _("Choose one")),
            ("m365", "Microsoft 365"),
            ("ems", "Enterprise Mobility + Security"),
            ("win", "Windows"),
        ],
    )
    services = forms.MultipleChoiceField(
        label=_("Services wanted"),
        choices=[("exo", "Exchange Online"), ("spo", "SharePoint"), ("odb", "OneDrive"), ("teams", "Microsoft Teams")],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose all that apply."),
    )
    migration = forms.ChoiceField(
        label=_("Shall we move your data?"), choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("Business reason"), widget=forms.Textarea(attrs={"rows": 4}), required=False)
    list_file = forms.FileField(label=_("List of mailboxes"), required=False)
    consent = forms.BooleanField(label=_("My partner may see this request"), help_text=_("You can change this later."))


class SampleFilter(forms.Form):
    """Filters as a FilterSet's form has them."""

    q = forms.CharField(label=_("Search"), widget=forms.TextInput(attrs={"type": "search"}), required=False)
    status = forms.ChoiceField(label=_("Status"), choices=[("", _("Any")), ("open", _("Open"))], required=False)
    court = forms.ChoiceField(
        label=_("Whose court"), choices=[("", _("Anybody’s")), ("customer", _("Customer"))], required=False
    )
    mine = forms.BooleanField(label=_("Only mine"), required=False)


class SampleTable(lists.Table):
    """A list of engagements."""

    caption = _("Engagements")
    box_id = "engagements"
    name = lists.Column(verbose_name=_("Customer"), linkify=lambda record: "?row=" + record["tpid"])
    tpid = lists.Column(verbose_name=_("TPID"))
    status = lists.Column(verbose_name=_("Status"))
    holder = lists.Column(verbose_name=_("Whose court"), orderable=False)
    due = lists.Column(verbose_name=_("Due"))
    seats = lists.Column(verbose_name=_("Seats"), attrs={"th": {"class": "number"}, "td": {"class": "number"}})

    def render_status(self, value: tuple[str, Any]) -> str:
        return badge(*value)

    def render_holder(self, value: Any) -> str:
        return person(value)

    def render_due(self, value: date) -> str:
        return day(value)


class EmptyTable(SampleTable):
    """The same list with nothing in it."""

    box_id = "engagements-empty"
    empty = {
        "title": _("No engagements yet"),
        "text": _("An engagement begins when a request is accepted. Yours is being reviewed."),
        "href": "?",
        "link_label": _("See your request"),
    }


def _rows() -> Iterable[dict[str, Any]]:
    names = ("Contoso", "Contoso Retail", "Fabrikam", "Adatum", "Litware", "Proseware", "Tailspin Toys", "Wingtip")
    for number, name in enumerate(names):
        yield {
            "name": name,
            "tpid": f"64011{number}",
            "status": STATUS_WORDS[6 + number],
            "holder": SAM if number % 2 else ADA,
            "due": date(2026, 4, 3 + number * 3),
            "seats": 620 + number * 1475,
        }


def _bars() -> list[dict[str, Any]]:
    parts = ((_("Mailboxes"), 418, 620), (_("OneDrive"), 96, 240), (_("SharePoint sites"), 31, 40))
    return [
        {
            "label": label,
            "text": f"{done} / {total}",
            "y": 8 + at * 32,
            "text_y": 24 + at * 32,
            "width": round(done / total * 400),
        }
        for at, (label, done, total) in enumerate(parts)
    ]


def samples(request: HttpRequest) -> dict[str, Any]:
    """Context of staff/components.html."""
    now = datetime(2026, 4, 17, 16, 30, tzinfo=UTC)
    bad = SampleForm(data={"organisation": "", "seats": "-3", "services": ["exo"], "reason": "We move by June."})
    bad.add_error(None, _("This request was already sent."))
    table = lists.paged(request, SampleTable(list(_rows()) * 12, order_by="name"), 8)
    return {
        "statuses": STATUS_WORDS,
        "tones": design.TONES,
        "form": SampleForm(prefix="fresh"),
        "bad_form": bad,
        "filter_form": SampleFilter(),
        "table": table,
        "empty_table": EmptyTable([]),
        "steps": [
            {"label": _("Initiate"), "state": "done", "state_label": _("Passed"), "hint": "12 Jan", "href": "?"},
            {"label": _("Assess"), "state": "done", "state_label": _("Passed"), "hint": "9 Feb", "href": "?"},
            {
                "label": _("Remediate"),
                "state": "current",
                "state_label": _("In progress"),
                "hint": _("4 of 6 done"),
                "href": "?",
            },
            {"label": _("Enable"), "state": "blocked", "state_label": _("Waits for the gate")},
            {"label": _("Data migration"), "state": "skipped", "state_label": _("Not wanted")},
            {"label": _("Close"), "state": "upcoming", "state_label": _("Not started")},
        ],
        "events": [
            {
                "at": now,
                "sentence": _("Sam accepted the request"),
                "by": SAM,
                "icon": "check",
                "tone": "success",
                "href": "?",
            },
            {
                "at": now,
                "sentence": _("Ada asked for help with DNS"),
                "by": ADA,
                "icon": "hand-raised",
                "tone": "warning",
                "body": "We cannot find who owns the zone.\nCan we talk on Tuesday?",
            },
            {
                "at": now,
                "sentence": _("The partner answered"),
                "by": ADA,
                "icon": "chat-bubble-left",
                "is_internal": True,
            },
            {
                "at": now,
                "sentence": _("A status report was issued"),
                "by": None,
                "icon": "document-text",
                "tone": "info",
            },
        ],
        "tabs": [
            {"label": _("Overview"), "href": "?", "is_current": True, "count": None},
            {"label": _("Responsibilities"), "href": "?", "is_current": False, "count": 137},
            {"label": _("Meetings"), "href": "?", "is_current": False, "count": 4},
            {"label": _("Reports"), "href": "?", "is_current": False, "count": 0},
            {"label": _("History"), "href": "?", "is_current": False, "count": None},
        ],
        "tasks": [
            {
                "label": _("Your organisation"),
                "href": "?",
                "status": "completed",
                "status_label": _("Completed"),
                "hint": "",
            },
            {
                "label": _("Services and seats"),
                "href": "?",
                "status": "in_progress",
                "status_label": _("In progress"),
                "hint": "",
            },
            {
                "label": _("People"),
                "href": "?",
                "status": "not_started",
                "status_label": _("Not started"),
                "hint": _("At least one success owner"),
            },
            {
                "label": _("Check and send"),
                "href": "",
                "status": "cannot_start",
                "status_label": _("Cannot start yet"),
                "hint": "",
            },
        ],
        "facts": [
            (_("Organisation"), "Contoso", "?"),
            (_("Domain"), "contoso.example", "?"),
            (_("TPID"), "640114", None),
            (_("Desired date"), day(date(2026, 6, 1)), "?"),
            (_("Status"), badge("in_review", _("In review")), None),
            (_("Notes"), "", "?"),
        ],
        "marked": format_html("<mark>{}</mark>{}", "Cont", "oso"),
        "ada": ADA,
        "sam": SAM,
        "now": now,
        "today": now.date(),
        "bars": _bars(),
        "palette_groups": [
            {
                "label": _("Customers"),
                "results": [
                    {
                        "label": format_html("<mark>{}</mark>{}", "Cont", "oso"),
                        "hint": "TPID 640114 · contoso.example",
                        "url": "?",
                        "icon": "building-office-2",
                    },
                    {"label": "Contoso Retail", "hint": "TPID 640114", "url": "?", "icon": "building-office-2"},
                ],
            }
        ],
    }
