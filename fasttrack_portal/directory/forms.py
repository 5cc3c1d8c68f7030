"""What staff fill in about customers, their tenants and domains."""

import re
from typing import Any

from django import forms
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
