"""What people fill in about an event beside its list: decisions, changes after the freeze, tests, the rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from migrations_svc.deadlines import MOST_DAYS_BEFORE
from migrations_svc.forms import _Form, _text, _version
from migrations_svc.models import ChangeRequest, PlanningRules, Scenario


class GoForm(_Form):
    """Go, although access is missing."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is a go all the same"),
        max_length=1000,
        widget=_text(3),
        help_text=gettext_lazy("It stands beside your name, and the other side reads it."),
    )


class DeclineForm(_Form):
    """No-go, and what becomes of the event."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What happens with the event"),
        choices=[
            ("scheduled", gettext_lazy("It needs another day")),
            ("cancelled", gettext_lazy("It is cancelled")),
        ],
        widget=forms.RadioSelect,
        initial="scheduled",
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=_text(3),
        help_text=gettext_lazy("The other side reads it."),
    )


class ChangeForm(_Form):
    """A change after the freeze; another day is named."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=gettext_lazy("What changes"), choices=ChangeRequest.Kind.choices, widget=forms.RadioSelect, initial="list"
    )
    day = forms.DateField(
        label=gettext_lazy("The other day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "w-m"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Only if the day changes."),
    )
    wall = forms.TimeField(
        label=gettext_lazy("Start on that day"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "class": "w-m"}, format="%H:%M"),
    )
    what = forms.CharField(label=gettext_lazy("What is to change"), max_length=2000, widget=_text(3))
    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=2000,
        widget=_text(3),
        help_text=gettext_lazy("FastTrack decides by this whether the event can still follow."),
    )


class AnswerForm(_Form):
    """FastTrack's answer to a change after the freeze."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("Answer"),
        choices=[("agree", gettext_lazy("Agree: the event follows at once")), ("refuse", gettext_lazy("Refuse"))],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=gettext_lazy("What you say to it"),
        max_length=2000,
        required=False,
        widget=_text(3),
        help_text=gettext_lazy("The customer reads it. A refusal needs it."),
    )


class ScenarioForm(_Form):
    """One more thing to try after the event."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=gettext_lazy("What is tried"), max_length=200)
    expected = forms.CharField(
        label=gettext_lazy("What should be seen"), max_length=1000, required=False, widget=_text(3)
    )


class ResultForm(_Form):
    """What came of a test."""

    result = forms.ChoiceField(label=gettext_lazy("Result"), choices=Scenario.Result.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=2000,
        required=False,
        widget=_text(3),
        help_text=gettext_lazy("What you saw instead, if it failed."),
    )
    version = _version()


class RulesForm(_Form):
    """The numbers that events are planned by."""

    list_freeze_days = forms.IntegerField(
        label=gettext_lazy("List freeze, working days before the event"), min_value=0, max_value=MOST_DAYS_BEFORE
    )
    access_check_days = forms.IntegerField(
        label=gettext_lazy("Access check, working days before the event"), min_value=0, max_value=MOST_DAYS_BEFORE
    )
    go_no_go_days = forms.IntegerField(
        label=gettext_lazy("Go or no-go, working days before the event"), min_value=0, max_value=MOST_DAYS_BEFORE
    )
    events_per_day = forms.IntegerField(
        label=gettext_lazy("Events that a centre conducts on one day"),
        min_value=1,
        max_value=1000,
        help_text=gettext_lazy("For centres without a number of their own."),
    )
    version = _version()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        days = [data.get(name) for name in PlanningRules.FIELDS[:3]]
        if None not in days and days != sorted(days, reverse=True):  # type: ignore[type-var]
            raise forms.ValidationError(_("The list freezes first, then access is checked, then both sides decide."))
        return data


class CapacityForm(_Form):
    """How many events one centre conducts on one day."""

    events_per_day = forms.IntegerField(label=gettext_lazy("Events on one day"), min_value=1, max_value=1000)
    version = _version()
