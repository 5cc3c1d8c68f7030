"""The form behind every "report" button."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.models import Report


class ReportForm(forms.Form):
    """Which report of what; `key` makes a double click one report (C2)."""

    kind = forms.ChoiceField(label=_("Report"), widget=forms.RadioSelect)
    subject = forms.UUIDField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, kinds: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = Report.Kind.choices if kinds is None else [(kind.value, kind.label) for kind in kinds]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]
