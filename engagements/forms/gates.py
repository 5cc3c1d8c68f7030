"""The forms of gates, phase days and the customer's word on a milestone."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.forms.engagement import day_field, held_to_years, version_field, words_area
from engagements.models import Agreement, Milestone, Phase

_SHIFTS = {
    "required": False,
    "initial": True,
    "label": _("Move what comes after it along"),
}


class SignForm(forms.Form):
    """A name under the very gate that the person has looked at."""

    comment = forms.CharField(
        label=_("A word with it"),
        max_length=2000,
        required=False,
        widget=words_area(2),
        help_text=_("Kept with your signature. Both sides read this."),
    )
    agreement = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, gate: Agreement | None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"agreement": gate.public_id if gate else None})
        super().__init__(*args, **kwargs)


class OverrideForm(forms.Form):
    """Why a phase passes without both signatures."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=words_area(),
        help_text=_("Why the phase passes without both signatures. Both sides read this, and it stays."),
    )


class PhaseDaysForm(forms.Form):
    """The planned days of a phase."""

    starts_on = day_field(label=_("Planned start"))
    ends_on = day_field(label=_("Planned end"))
    shifts_rest = forms.BooleanField(
        **_SHIFTS,  # type: ignore[arg-type]
        help_text=_(
            "Milestones of the phase move with its start, later phases and their milestones with its end, by as many "
            "working days of the FastTrack Center."
        ),
    )
    version = version_field()

    def __init__(self, *args: Any, phase: Phase, today: date, **kwargs: Any) -> None:
        initial = {"starts_on": phase.planned_start_on, "ends_on": phase.planned_end_on, "version": phase.version}
        kwargs.setdefault("initial", initial | {"shifts_rest": True})
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_starts_on(self) -> date | None:
        return held_to_years(self.cleaned_data["starts_on"], self.today)

    def clean_ends_on(self) -> date | None:
        return held_to_years(self.cleaned_data["ends_on"], self.today)

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if found.get("starts_on") and found.get("ends_on") and found["ends_on"] < found["starts_on"]:
            self.add_error("ends_on", _("A phase ends after it starts."))
        return found


class MilestoneDayForm(forms.Form):
    """The planned day of a milestone."""

    planned_on = day_field(label=_("Planned for"))
    shifts_rest = forms.BooleanField(
        **_SHIFTS,  # type: ignore[arg-type]
        help_text=_("By as many working days of the FastTrack Center. What is completed stays."),
    )
    version = version_field()

    def __init__(self, *args: Any, milestone: Milestone, today: date, **kwargs: Any) -> None:
        initial = {"planned_on": milestone.planned_on, "version": milestone.version, "shifts_rest": True}
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_planned_on(self) -> date | None:
        return held_to_years(self.cleaned_data["planned_on"], self.today)


class ApproveForm(forms.Form):
    """The customer's word on what came out, and how content it is."""

    score = forms.TypedChoiceField(
        label=_("How content are you with it?"),
        choices=[
            ("", _("I would rather not say")),
            ("5", _("5: very content")),
            ("4", _("4: content")),
            ("3", _("3: neither")),
            ("2", _("2: not content")),
            ("1", _("1: not at all")),
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )
    comment = forms.CharField(
        label=_("A word with it"),
        max_length=2000,
        required=False,
        widget=words_area(2),
        help_text=_("Both sides read this."),
    )


class RejectForm(forms.Form):
    """What is missing before the customer can approve."""

    comment = forms.CharField(
        label=_("What is missing?"),
        max_length=2000,
        widget=words_area(),
        help_text=_("The milestone is opened again, and the specialist reads this."),
    )
