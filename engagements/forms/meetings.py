"""Forms of checkpoints and single meetings."""

import uuid
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement, Meeting, MeetingSeries
from engagements.operations.series import first_week
from fasttrack_portal.accounts.models import ZONES

_VERSION_LIMIT = 2**31 - 1
_WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]


def _version(*, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput, required=required, min_value=1, max_value=_VERSION_LIMIT)


class SeriesForm(forms.Form):
    """The rhythm of an engagement's checkpoints; `on` is the person's day, from which dates are bounded."""

    every_weeks = forms.TypedChoiceField(
        label=_("How often"),
        choices=[(1, _("Every week")), (2, _("Every two weeks"))],
        coerce=int,
        widget=forms.RadioSelect,
    )
    weekday = forms.TypedChoiceField(
        label=_("Weekday"), choices=_WEEKDAYS, coerce=int, widget=forms.Select(attrs={"class": "w-m"})
    )
    wall_time = forms.TimeField(
        label=_("Time"),
        help_text=_("When the meeting begins, in the time zone given here. It lasts 30 minutes."),
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "w-s"}),
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(zone, zone.replace("_", " ")) for zone in ZONES],
        help_text=_("The time stays the same on a clock there, in summer and in winter."),
        widget=forms.Select(attrs={"class": "w-m"}),
    )
    starts_on = forms.DateField(
        label=_("From the week of"),
        help_text=_("The first checkpoint is on the chosen weekday on or after this day."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "w-m"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = _version(required=False)

    def __init__(self, *args: Any, on: date, kept: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        earliest = min(on - timedelta(days=366), kept or on)
        latest = on + timedelta(days=5 * 366)
        self.fields["starts_on"].validators += [
            MinValueValidator(earliest, _("Choose a day from %(limit_value)s on.")),
            MaxValueValidator(latest, _("Choose a day up to %(limit_value)s.")),
        ]

    @classmethod
    def of(cls, engagement: Engagement, series: MeetingSeries | None, *, on: date, data: Any = None) -> "SeriesForm":
        """For a new series of the engagement, or for a change of the one it has."""
        if series:
            initial: dict[str, Any] = {
                "every_weeks": series.every_weeks,
                "weekday": series.weekday,
                "wall_time": series.wall_time,
                "zone": series.zone,
                "starts_on": first_week(engagement) or series.starts_on,
                "version": series.version,
            }
        else:
            monday = on + timedelta(days=7 - on.weekday())
            initial = {
                "every_weeks": 2,
                "weekday": 1,
                "wall_time": "10:00",
                "zone": engagement.centre.zone,
                "starts_on": monday,
                "key": uuid.uuid4(),
            }
        return cls(data, initial=initial, on=on, kept=initial["starts_on"])

    def changes(self) -> dict[str, Any]:
        """What the operation takes."""
        names = ("every_weeks", "weekday", "wall_time", "zone", "starts_on", "version", "key")
        return {name: self.cleaned_data[name] for name in names}


class FollowingForm(SeriesForm):
    """The rhythm from one meeting on: it begins in that meeting's week."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["starts_on"]

    @classmethod
    def of_meeting(cls, series: MeetingSeries, *, on: date, data: Any = None) -> "FollowingForm":
        initial = {name: getattr(series, name) for name in ("every_weeks", "weekday", "wall_time", "zone", "version")}
        return cls(data, initial={**initial, "key": uuid.uuid4()}, on=on)

    def changes(self) -> dict[str, Any]:
        names = ("every_weeks", "weekday", "wall_time", "zone", "version", "key")
        return {name: self.cleaned_data[name] for name in names}


class CancelForm(forms.Form):
    """Which meetings do not take place, and why."""

    scope = forms.ChoiceField(
        label=_("Which meetings"),
        choices=[
            ("one", _("Only this one")),
            ("following", _("This one and those that follow")),
            ("all", _("All checkpoints that are to come")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Everybody who is invited reads it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @classmethod
    def of(cls, meeting: Meeting, data: Any = None) -> "CancelForm":
        """What belongs to no series that goes on is cancelled alone."""
        form = cls(data, initial={"scope": "one"})
        if not (meeting.series and meeting.series.status == MeetingSeries.Status.ACTIVE and meeting.nominal_on):
            del form.fields["scope"]
        return form

    def clean(self) -> dict[str, Any]:
        return {**self.cleaned_data, "scope": self.cleaned_data.get("scope") or "one"}
