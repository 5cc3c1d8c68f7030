"""What staff fill in about customers, their tenants and domains."""

import re
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.models import ZONES
from fasttrack_portal.directory import domains
from fasttrack_portal.directory.models import SEATS_LIMIT, Customer, FastTrackCenter
from fasttrack_portal.refusals import Invalid

_FACTS = ("name", "tpid", "seats", "country", "language", "zone", "centre")
_MOST_DOMAINS = 100


class _Form(forms.Form):
    def refuse(self, refusal: Invalid) -> None:
        """The domain's no, at the field it is about."""
        field = str(refusal.details.get("field", ""))
        self.add_error(field if field in self.fields else None, str(refusal.reason))


class CustomerForm(_Form):
    """The facts of a customer."""

    name = forms.CharField(label=_("Organisation"), max_length=200, widget=forms.TextInput(attrs={"class": "w-l"}))
    tpid = forms.RegexField(
        label=_("TPID"),
        regex=r"^[0-9]{1,12}\Z",
        required=False,
        max_length=12,
        help_text=_("The id of the top parent organisation: 1 to 12 digits. Its tenants share it."),
        error_messages={"invalid": _("A TPID has 1 to 12 digits.")},
    )
    seats = forms.IntegerField(
        label=_("Seats"),
        required=False,
        min_value=0,
        max_value=SEATS_LIMIT,
        help_text=_("Eligible seats. A change counts for requests from then on; earlier verdicts stay."),
    )
    country = forms.RegexField(
        label=_("Country"), regex=r"^[A-Za-z]{2}\Z", max_length=2, help_text=_("Two letters, such as DE.")
    )
    language = forms.RegexField(
        label=_("Language"), regex=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,6})?\Z", max_length=10, help_text=_("Such as en.")
    )
    zone = forms.ChoiceField(label=_("Time zone"), choices=[(zone, zone.replace("_", " ")) for zone in ZONES])
    centre = forms.ModelChoiceField(
        label=_("FastTrack Center"), queryset=FastTrackCenter.objects.all(), to_field_name="public_id", empty_label=None
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    @classmethod
    def of(cls, customer: Customer) -> "CustomerForm":
        return cls(
            initial={
                **{name: getattr(customer, name) for name in _FACTS},
                "centre": customer.centre.public_id,
                "version": customer.version,
            }
        )

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in _FACTS}


class TenantForm(_Form):
    """One tenant of the customer."""

    name = forms.CharField(
        label=_("Name of the tenant"), max_length=200, widget=forms.TextInput(attrs={"class": "w-l"})
    )
    guid = forms.UUIDField(
        label=_("Tenant id"),
        help_text=_("The GUID from the admin centre."),
        error_messages={"invalid": _("This is not a GUID. Example: 1f0b8c3e-52a5-4a5b-9f0e-0f6d2a1c9b11.")},
        widget=forms.TextInput(attrs={"class": "w-l"}),
    )
    domains = forms.CharField(
        label=_("Verified domains"),
        required=False,
        max_length=20_000,
        help_text=_("One a line. Addresses of web pages are cut down to their domain."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def clean_domains(self) -> list[str]:
        found: list[str] = []
        for typed in re.split(r"[\s;,]+", self.cleaned_data["domains"]):
            if typed:
                found.append(_domain(typed))
        if len(found) > _MOST_DOMAINS:
            raise forms.ValidationError(_("At most 100 domains at a time."))
        return list(dict.fromkeys(found))


class DomainForm(_Form):
    """One more domain of a tenant."""

    domains = forms.CharField(
        label=_("Domain"),
        max_length=2_000,
        help_text=_("Such as contoso.com. The address of a web page is cut down to its domain."),
        widget=forms.TextInput(attrs={"class": "w-l", "spellcheck": "false"}),
    )
    is_verified = forms.BooleanField(
        label=_("The tenant has verified it"),
        required=False,
        help_text=_("A verified domain belongs to one tenant, and the customer is found by it."),
    )

    def clean_domains(self) -> str:
        return _domain(self.cleaned_data["domains"])


def _domain(typed: str) -> str:
    try:
        return domains.normalise(typed)
    except ValueError as fault:
        raise forms.ValidationError(str(fault)) from None


class CentreForm(_Form):
    """Where a centre is, and its hours by weekday; a day without hours is closed."""

    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(zone, zone.replace("_", " ")) for zone in ZONES],
        help_text=_("Meetings that are kept on the centre’s clock go along, where the customer is in another zone."),
    )
    country = forms.RegexField(
        label=_("Country"),
        regex=r"^[A-Za-z]{2}\Z",
        max_length=2,
        help_text=_("Two letters; decides the public holidays."),
    )
    subdivision = forms.RegexField(
        label=_("Region"), regex=r"^[A-Za-z0-9]{1,10}\Z", max_length=10, required=False, help_text=_("Such as BY.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day, name in WEEKDAYS.items():
            for what, label in (("opens", _("%(day)s, opens")), ("closes", _("%(day)s, closes"))):
                self.fields[f"{what}_{day}"] = forms.TimeField(
                    label=label % {"day": name},
                    required=False,
                    input_formats=["%H:%M", "%H:%M:%S"],
                    widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "w-s"}),
                )

    @classmethod
    def of(cls, centre: FastTrackCenter, data: Any = None) -> "CentreForm":
        initial: dict[str, Any] = {
            name: getattr(centre, name) for name in ("zone", "country", "subdivision", "version")
        }
        for row in centre.hours.all():
            initial |= {f"opens_{row.weekday}": row.opens, f"closes_{row.weekday}": row.closes}
        return cls(data, initial=initial)

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def clean_subdivision(self) -> str:
        return str(self.cleaned_data["subdivision"]).upper()

    def clean(self) -> dict[str, Any]:
        for day in WEEKDAYS:
            opens, closes = self.cleaned_data.get(f"opens_{day}"), self.cleaned_data.get(f"closes_{day}")
            if (opens is None) != (closes is None) and not {f"opens_{day}", f"closes_{day}"} & set(self.errors):
                self.add_error(f"closes_{day}", _("Give both, or neither where it is closed."))
        return self.cleaned_data

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("zone", "country", "subdivision")}

    @staticmethod
    def days() -> list[tuple[str, str]]:
        """The two fields of each weekday."""
        return [(f"opens_{day}", f"closes_{day}") for day in WEEKDAYS]

    def hours(self) -> dict[int, tuple[time, time]]:
        found = {day: (self.cleaned_data[f"opens_{day}"], self.cleaned_data[f"closes_{day}"]) for day in WEEKDAYS}
        return {day: hours for day, hours in found.items() if hours[0] is not None}


class ClosureForm(_Form):
    """Days on which a centre is closed beside its public holidays."""

    name = forms.CharField(label=_("What it is"), max_length=120, widget=forms.TextInput(attrs={"class": "w-l"}))
    first_on = forms.DateField(
        label=_("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "w-m"})
    )
    last_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty for one day."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "w-m"}),
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in ("first_on", "last_on"):
            self.fields[field].validators += [
                MinValueValidator(on, _("Choose a day from %(limit_value)s on.")),
                MaxValueValidator(on + timedelta(days=3 * 366), _("Choose a day up to %(limit_value)s.")),
            ]

    def facts(self) -> dict[str, Any]:
        found = {name: self.cleaned_data[name] for name in ("name", "first_on", "last_on")}
        return {**found, "last_on": found["last_on"] or found["first_on"]}
