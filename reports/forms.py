"""The forms of reports: which one, why anew, over which days, and how often."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.refusals import Invalid
from reports.models import Audience, EngagementRhythm, EventRhythm, Report

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ReportForm(forms.Form):
    """Which report of what, and for whom; `key` makes a double click one report (C2)."""

    kind = forms.ChoiceField(label=_("Report"), widget=forms.RadioSelect)
    audience = forms.ChoiceField(
        label=_("For whom"),
        widget=forms.RadioSelect,
        required=False,
        help_text=_("Each edition is gathered with what its readers may see."),
    )
    subject = forms.UUIDField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, kinds: list[Any] | None = None, editions: list[str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = Report.Kind.choices if kinds is None else [(kind.value, kind.label) for kind in kinds]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]
        offered = Audience.values if editions is None else editions
        self.fields["audience"].choices = [(each, Audience(each).label) for each in offered]  # type: ignore[attr-defined]
        self.fields["audience"].initial = offered[0] if offered else ""
        if len(offered) < 2:
            self.fields["audience"].widget = forms.HiddenInput()


class ReissueForm(forms.Form):
    """Why a report is issued anew."""

    reason = forms.CharField(
        label=_("Why is it issued anew?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands on the first page of the new edition."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


class PortfolioForm(forms.Form):
    """The days of a portfolio; its filters are those of the list."""

    first_day = forms.DateField(label=_("From"), widget=_DAY)
    last_day = forms.DateField(label=_("Until"), widget=_DAY)
    key = forms.UUIDField(widget=forms.HiddenInput)


class EventRhythmForm(forms.Form):
    """How often the status reports of an event come."""

    before = forms.ChoiceField(label=_("Until it starts"), choices=EventRhythm.Pace.choices, widget=forms.RadioSelect)
    running = forms.ChoiceField(label=_("While it runs"), choices=EventRhythm.Pace.choices, widget=forms.RadioSelect)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)


class EngagementRhythmForm(forms.Form):
    """When the reports of an engagement come."""

    pace = forms.ChoiceField(label=_("Reports come"), choices=EngagementRhythm.Pace.choices, widget=forms.RadioSelect)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)


def key_of(posted: Mapping[str, Any]) -> uuid.UUID:
    """The one-time key of a button. Raises Invalid for what is none."""
    try:
        return uuid.UUID(str(posted.get("key", "")))
    except ValueError:
        raise Invalid(_("The button was sent without its key. Reload the page and try again."), field="key") from None
