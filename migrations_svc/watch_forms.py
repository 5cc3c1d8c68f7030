"""The forms of watching: a day to ask about, the hours of a stall, the table of sizes."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from migrations_svc.forecast import Band

_MOST_ROWS = 12


class UntilForm(forms.Form):
    """By which day it should be through."""

    until = forms.DateField(label=_("Through by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class StallForm(forms.Form):
    """After how many hours without a change an event stands still."""

    stall_hours = forms.IntegerField(
        label=_("Hours without a change until an event stands still"),
        min_value=1,
        max_value=720,
        widget=forms.NumberInput(attrs={"class": "w-s"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)


class BandForm(forms.Form):
    """One row of the table; an empty one is left out."""

    up_to_gb = forms.IntegerField(label=_("Up to, in GB"), required=False)
    median_days = forms.IntegerField(label=_("Days for one of two"), required=False)
    slow_days = forms.IntegerField(label=_("Days for nine of ten"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, most in (("up_to_gb", 1_000_000), ("median_days", 3650), ("slow_days", 3650)):
            self.fields[name].validators += [MinValueValidator(1), MaxValueValidator(most)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        filled = [name for name in self.fields if values.get(name) is not None]
        if filled and not self.errors:
            for name in self.fields:
                if name not in filled:
                    self.add_error(name, _("Fill the whole row, or empty it."))
            if len(filled) == len(self.fields) and values["slow_days"] < values["median_days"]:
                self.add_error("slow_days", _("Nine of ten cannot be through before one of two."))
        return values


class _Bands(forms.BaseFormSet):
    """Each size once, and at least one."""

    def clean(self) -> None:
        if any(self.errors) or not self.management_form.is_valid():
            return
        ends = [band.up_to_gb for band in bands_in(self)]
        if not ends:
            raise forms.ValidationError(_("Say for at least one size how long it takes."))
        if len(set(ends)) != len(ends):
            raise forms.ValidationError(_("A size stands in two rows."))


BandRows = forms.formset_factory(
    BandForm, formset=_Bands, extra=2, max_num=_MOST_ROWS, absolute_max=_MOST_ROWS, validate_max=True
)


def bands_in(rows: forms.BaseFormSet) -> list[Band]:
    """What the rows say, smallest first."""
    told = (form.cleaned_data for form in rows.forms)
    found = [Band(row["up_to_gb"], row["median_days"], row["slow_days"]) for row in told if row.get("up_to_gb")]
    return sorted(found, key=lambda band: band.up_to_gb)


def first_rows(bands: Sequence[Band]) -> list[dict[str, Any]]:
    return [{"up_to_gb": band.up_to_gb, "median_days": band.median_days, "slow_days": band.slow_days} for band in bands]
