"""The forms around the matrix: what it shows, many items at once, its scope, and handing items over."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from engagements import lines
from engagements.forms.engagement import StepForm, day_field, held_to_years, version_field, words_area
from engagements.matrix import CHOICES, PARTIES, SERVICE_FAMILIES, SERVICES
from engagements.milestones import PHASE_TITLES
from engagements.models import Court, Delegation, Engagement, Responsibility
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import Partner

MOST_CHOSEN = 500


class MatrixFilterForm(forms.Form):
    """What stands in the address of the matrix; a value that cannot be asks for nothing."""

    q = forms.CharField(
        label=_("Search"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Words or number, such as E-C1")}),
    )
    party = forms.ChoiceField(label=_("Whose"), choices=[("", _("Both sides")), *PARTIES.items()], required=False)
    phase = forms.ChoiceField(label=_("Phase"), choices=[("", _("All phases")), *PHASE_TITLES.items()], required=False)
    status = forms.ChoiceField(label=_("Status"), choices=[("", _("Any status")), *lines.STATUSES], required=False)
    who = forms.ChoiceField(label=_("Person"), required=False)
    group = forms.ChoiceField(label=_("In the order of"), choices=list(lines.GROUPS.items()), required=False)
    view = forms.ChoiceField(
        choices=[("", ""), *((name, view.label) for name, view in lines.VIEWS.items())],
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(user.public_id), user.name) for user in people]
        everybody = [("", _("Everybody")), (lines.NOBODY, _("Nobody yet")), *named]
        self.fields["who"].choices = everybody  # type: ignore[attr-defined]

    def wanted(self) -> lines.Wanted:
        self.is_valid()
        return lines.Wanted(**{name: self.cleaned_data.get(name) or "" for name in self.fields})


# --- Many at once ---------------------------------------------------------------------------------------------------
BULK_STEPS = {
    "assign": _("Assign"),
    "due": _("Set the due day"),
    "finish": _("Done"),
    "exclude": _("Not applicable"),
}


class ChosenForm(forms.Form):
    """Which items, each with the version that the person saw, and what to do with them."""

    do = forms.ChoiceField(choices=list(BULK_STEPS.items()), error_messages={"required": _("Choose what to do.")})
    item = forms.MultipleChoiceField(required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        sent = data.getlist("item")[:MOST_CHOSEN] if hasattr(data, "getlist") else []
        self.versions = dict(filter(None, map(_code_and_version, sent)))
        del self.fields["item"]

    def clean(self) -> dict[str, Any]:
        if not self.versions:
            raise forms.ValidationError(_("Tick the items first, then choose what to do with them."))
        return self.cleaned_data


def _code_and_version(sent: str) -> tuple[str, int] | None:
    code, _colon, version = sent.partition(":")
    if len(code) > 12 or not (version.isascii() and version.isdigit()) or len(version) > 9:
        return None
    return code, int(version)


class BulkForm(forms.Form):
    """What a step of many needs to know; the fields of other steps are left out."""

    assignee = forms.ModelChoiceField(
        label=_("Who does them"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("Nobody yet"),
        help_text=_("Somebody of the side that does the item. One of the other side is refused for that item alone."),
    )
    due_on = day_field(label=_("Due"), required=False)
    follows_plan = forms.BooleanField(label=_("Follow the planned days of the phase instead"), required=False)
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=words_area(), help_text=_("Both sides read this.")
    )

    _FIELDS = {"assign": ["assignee"], "due": ["due_on", "follows_plan"], "exclude": ["reason"], "finish": []}

    def __init__(self, *args: Any, do: str, people: QuerySet[User], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name in set(self.fields) - set(self._FIELDS[do]):
            del self.fields[name]
        if "assignee" in self.fields:
            self.fields["assignee"].queryset = people.order_by("name")  # type: ignore[attr-defined]

    def clean_due_on(self) -> date | None:
        return held_to_years(self.cleaned_data["due_on"], self.today)


# --- One item -------------------------------------------------------------------------------------------------------
class WaitForm(StepForm):
    """What an item waits for, and whom: that side has the next move."""

    waits_for = forms.ChoiceField(label=_("Who has the next move"), widget=forms.RadioSelect, required=False)

    field_order = ["waits_for", "reason"]

    def __init__(self, *args: Any, item: Responsibility, partner: str, **kwargs: Any) -> None:
        other = Court.CUSTOMER if item.party == "fasttrack" else Court.FASTTRACK
        kwargs.setdefault("initial", {"waits_for": other.value})
        super().__init__(*args, **kwargs)
        choices = [
            (Court.FASTTRACK.value, _("FastTrack")),
            (Court.CUSTOMER.value, _("The customer")),
            *([(Court.PARTNER.value, partner)] if partner else []),
            (Court.OUTSIDE.value, _("A third party, such as a provider or a vendor")),
        ]
        self.fields["waits_for"].choices = choices  # type: ignore[attr-defined]


class DelegateForm(forms.Form):
    """To whom an item of the customer goes, and for how long; `key` is the delegation's public id to be."""

    partner = forms.ModelChoiceField(
        label=_("Partner"),
        queryset=Partner.objects.none(),
        to_field_name="public_id",
        empty_label=None,
        help_text=_("A partner that works for the customer."),
    )
    starts_on = day_field(label=_("From"))
    ends_on = day_field(
        label=_("Until"), required=False, help_text=_("The last day. Empty: until somebody takes it back.")
    )
    reason = forms.CharField(
        label=_("What for"), max_length=1000, required=False, widget=words_area(), help_text=_("All sides read this.")
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, partners: QuerySet[Partner], today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"starts_on": today, "key": uuid.uuid4()})
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["partner"].queryset = partners  # type: ignore[attr-defined]

    def clean_starts_on(self) -> date | None:
        return held_to_years(self.cleaned_data["starts_on"], self.today)

    def clean_ends_on(self) -> date | None:
        return held_to_years(self.cleaned_data["ends_on"], self.today)


class EndForm(StepForm):
    """A step of a delegation, taken with a few words."""

    def __init__(self, *args: Any, delegation: Delegation, step: str, **kwargs: Any) -> None:
        super().__init__(*args, is_needed=step == "refuse", hint=str(_("All sides read this.")), **kwargs)
        if step == "consent":
            del self.fields["reason"]


# --- The scope ------------------------------------------------------------------------------------------------------
_OPEN, _YES, _NO = "", "yes", "no"
_DECISIONS = [(_OPEN, _("Not decided yet")), (_YES, _("Required")), (_NO, _("Not required"))]
_LABELS = {
    "directory_sync": _("Directory synchronisation"),
    "password_hash_sync": _("Password hash synchronisation"),
    "pass_through_authentication": _("Pass-through Authentication"),
    "seamless_sso": _("Seamless single sign-on"),
    "more_bandwidth": _("More bandwidth"),
}


class ServicesWidget(forms.CheckboxSelectMultiple):
    """The services family by family, as the request form shows them."""

    template_name = "assistance/_services_widget.html"


class ScopeForm(forms.Form):
    """What the engagement covers, and what was decided about the items that come only if required."""

    services = forms.MultipleChoiceField(
        label=_("Services in scope"),
        choices=[
            (family.label, [(code, SERVICES[code]) for code in family.services]) for family in SERVICE_FAMILIES.values()
        ],
        widget=ServicesWidget,
        error_messages={"required": _("Choose at least one service.")},
    )
    wants_migration = forms.BooleanField(label=_("FastTrack moves data"), required=False)
    split_domain = forms.BooleanField(label=_("A split domain is planned"), required=False)
    version = version_field()

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        decided = engagement.choices
        initial = {
            "services": engagement.services,
            "wants_migration": engagement.wants_migration,
            "split_domain": bool(decided.get("split_domain")),
            "version": engagement.version,
        }
        for name in CHOICES:
            initial[name] = _OPEN if decided.get(name) is None else _YES if decided[name] else _NO
        super().__init__(*args, **(kwargs | {"initial": initial}))
        for name in CHOICES:
            self.fields[name] = forms.ChoiceField(
                label=_LABELS[name], choices=_DECISIONS, required=False, widget=forms.Select(attrs={"class": "w-m"})
            )
        if not engagement.is_migration_eligible:
            self.fields["wants_migration"].help_text = engagement.eligibility_sentence or str(
                _("There are too few seats for FastTrack to move the data.")
            )

    def scope(self) -> dict[str, Any]:
        """The facts as the operation takes them."""
        facts = self.cleaned_data
        choices = {name: facts[name] == _YES for name in CHOICES if facts.get(name)}
        if facts["split_domain"]:
            choices["split_domain"] = True
        return {
            "services": facts["services"],
            "wants_migration": facts["wants_migration"],
            "choices": choices,
        }
