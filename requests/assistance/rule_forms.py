"""The form of a new version of the eligibility rules."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assistance import eligibility
from assistance.models import EligibilityRule, SeatWeight
from assistance.words import problem_sentence
from fasttrack_portal.directory.models import SEATS_LIMIT

ROWS_LIMIT = 20


class RuleRowForm(forms.Form):
    """One row; a row without a lower end is left out."""

    minimum_seats = forms.IntegerField(label=_("From seats"), required=False, min_value=0, max_value=SEATS_LIMIT)
    maximum_seats = forms.IntegerField(
        label=_("To seats"), help_text=_("Empty: no upper end."), required=False, min_value=0, max_value=SEATS_LIMIT
    )
    verdict = forms.ChoiceField(label=_("Verdict"), choices=EligibilityRule.Verdict.choices, required=False)
    source = forms.CharField(label=_("Source"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        is_filled = values.get("minimum_seats") is not None
        if is_filled and not values.get("source") and "source" not in self.errors:
            self.add_error("source", _("Say where this row comes from."))
        if is_filled and not values.get("verdict") and "verdict" not in self.errors:
            self.add_error("verdict", _("Choose the verdict."))
        if (
            not is_filled
            and "minimum_seats" not in self.errors
            and (values.get("maximum_seats") or values.get("source"))
        ):
            self.add_error("minimum_seats", _("Say from how many seats the row holds, or empty it."))
        return values


class RuleRows(forms.BaseFormSet):
    """The table as a whole has to say something about every number of seats, and one thing only."""

    def clean(self) -> None:
        if any(self.errors) or not self.management_form.is_valid():
            return
        wrong = eligibility.problems(rules_in(self))
        if wrong:
            raise forms.ValidationError([problem_sentence(problem) for problem in wrong])


RuleRowSet = forms.formset_factory(
    RuleRowForm, formset=RuleRows, extra=2, max_num=ROWS_LIMIT, absolute_max=ROWS_LIMIT, validate_max=True
)


def rules_in(rows: forms.BaseFormSet) -> list[eligibility.Rule]:
    """What the rows say; one without a lower end says nothing."""
    told = (form.cleaned_data for form in rows.forms)
    return [
        eligibility.Rule(row["minimum_seats"], row["maximum_seats"], row["verdict"], 0, row["source"])
        for row in told
        if row.get("minimum_seats") is not None
    ]


class WeightsForm(forms.Form):
    """Which seats count, in per cent; with the one-time key of the form and the version it was copied from."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, label in SeatWeight.SeatClass.choices:
            self.fields[code] = forms.IntegerField(
                label=label,
                help_text=_("Per cent that count."),
                min_value=0,
                max_value=100,
                widget=forms.NumberInput(attrs={"class": "w-s"}),
            )

    def weights(self) -> dict[str, int]:
        return {code: self.cleaned_data[code] for code in SeatWeight.SeatClass.values}


def first_rows(rules: Sequence[eligibility.Rule]) -> list[dict[str, Any]]:
    """The rows of the version that is copied."""
    return [
        {
            "minimum_seats": rule.minimum_seats,
            "maximum_seats": rule.maximum_seats,
            "verdict": rule.verdict,
            "source": rule.source,
        }
        for rule in rules
    ]
