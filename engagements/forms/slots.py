"""Forms that take one of the free times."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from engagements.models import Meeting, SlotRequest
from engagements.slots import Free
from fasttrack_portal.directory.calendars import local_to_utc


class TimeField(forms.TypedChoiceField):
    """A moment in ISO form. One that is not among the choices is for the operation to judge: a moment ago it was."""

    def __init__(self, *, without: Any = "", **kwargs: Any) -> None:
        """`without` is what it means to choose none, where that may be."""
        self.without = without
        super().__init__(coerce=moment, widget=forms.Select(attrs={"class": "w-l"}), **kwargs)

    def valid_value(self, value: Any) -> bool:
        return True

    def show(
        self,
        times: Sequence[Free],
        zone: ZoneInfo,
        across: ZoneInfo,
        names: dict[int, str],
        chosen: datetime | None = None,
    ) -> None:
        """The free times, day by day, on both sides' clocks; where several could come, with who would. What was
        `chosen` in other weeks stays among them."""

        def label(each: Free) -> str:
            start, end = each.start.astimezone(zone), each.end.astimezone(zone)
            # With its day: a closed list shows this line alone.
            clock = f"{date_format(start, 'D j M')}, {start:%H:%M}–{end:%H:%M}"
            if across.key != zone.key:
                clock += f" ({each.start.astimezone(across):%H:%M} {across.key.replace('_', ' ')})"
            return f"{clock} · {names[each.who[0]]}" if len(names) > 1 else clock

        days = groupby(times, key=lambda each: each.start.astimezone(zone).date())
        none = [] if self.required else [("", self.without)]
        if chosen and all(each.start != chosen for each in times):
            local = chosen.astimezone(zone)
            none.append((chosen.isoformat(), f"{date_format(local, 'D j M')}, {local:%H:%M}"))
        self.choices = none + [
            (date_format(day, "l j F"), [(each.start.isoformat(), label(each)) for each in of_day])
            for day, of_day in days
        ]


def moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if not 1970 < found.year < 2100:
        raise ValueError("Nobody meets then.")
    if found.tzinfo is None:
        raise ValueError("A time that is taken carries its zone.")
    return found


class BookForm(forms.Form):
    """A talk, a workshop or one of the named meetings, at a free time."""

    kind = forms.ChoiceField(
        label=_("What kind of meeting"),
        choices=[(kind.value, kind.label) for kind in Meeting.Kind if kind.value in Meeting.BOOKED],
        widget=forms.Select(attrs={"class": "w-l"}),
    )
    start = TimeField(label=_("When"), help_text=_("It lasts one hour."))
    key = forms.UUIDField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, data: Any = None, again: Meeting | None = None) -> "BookForm":
        return cls(data, initial={"kind": again.kind if again else "talk", "key": uuid.uuid4()})


class AskForm(forms.Form):
    """What a customer wishes for: up to three of the free times, or none for the next free one."""

    TIMES = ("first", "second", "third")

    kind = forms.ChoiceField(
        label=_("What kind of meeting"),
        choices=[(kind.value, kind.label) for kind in Meeting.Kind if kind.value in Meeting.BOOKED],
        widget=forms.Select(attrs={"class": "w-l"}),
    )
    wish = forms.CharField(
        label=_("What is it to be about?"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    first = TimeField(label=_("First choice"), without=_("The next free time"), required=False, empty_value=None)
    second = TimeField(label=_("Second choice"), without=_("No further choice"), required=False, empty_value=None)
    third = TimeField(label=_("Third choice"), without=_("No further choice"), required=False, empty_value=None)
    key = forms.UUIDField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, data: Any = None) -> "AskForm":
        return cls(data, initial={"kind": "talk", "key": uuid.uuid4()})

    def wishes(self) -> dict[str, Any]:
        """What the operation takes."""
        times = [self.cleaned_data[name] for name in self.TIMES if self.cleaned_data[name]]
        return {"preferred": times, **{name: self.cleaned_data[name] for name in ("kind", "wish", "key")}}


class _ThreeTimes(forms.Form):
    """Up to three of the free times; a name of its own, because two forms stand on the page of a request."""

    TIMES = AskForm.TIMES

    def times(self) -> list[datetime]:
        return [self.cleaned_data[name] for name in self.TIMES if self.cleaned_data[name]]


class ProposeForm(_ThreeTimes):
    """Other times than the customer asked for, and why."""

    first = TimeField(label=_("First time"))
    second = TimeField(label=_("Second time"), without=_("No further time"), required=False, empty_value=None)
    third = TimeField(label=_("Third time"), without=_("No further time"), required=False, empty_value=None)
    note = forms.CharField(
        label=_("Why other times?"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class DeclineForm(_ThreeTimes):
    """What would suit instead of the times that were proposed."""

    wish = AskForm.base_fields["wish"]
    first = AskForm.base_fields["first"]
    second = AskForm.base_fields["second"]
    third = AskForm.base_fields["third"]


class AcceptForm(forms.Form):
    """One of the times that were proposed."""

    start = forms.TypedChoiceField(
        label=_("When"),
        coerce=moment,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the times, or ask for others.")},
    )

    def __init__(self, *args: Any, asked: SlotRequest, zone: ZoneInfo, across: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["start"].choices = [  # type: ignore[attr-defined]
            (each.isoformat(), _on_both_clocks(each, zone, across)) for each in asked.proposed
        ]


def _on_both_clocks(start: datetime, zone: ZoneInfo, across: ZoneInfo) -> str:
    local, there = start.astimezone(zone), start.astimezone(across)
    clock = f"{date_format(local, 'D j M Y')}, {local:%H:%M %Z}"
    return f"{clock} · {there:%H:%M %Z}" if across.key != zone.key else clock


class ConfirmForm(forms.Form):
    """The time at which a wished-for meeting takes place."""

    start = TimeField(label=_("When"), help_text=_("It lasts one hour."))

    @classmethod
    def of(cls, asked: SlotRequest, data: Any = None) -> "ConfirmForm":
        """With the first time that one side named last."""
        named = asked.proposed if asked.status == SlotRequest.Status.PROPOSED else asked.preferred
        return cls(data, initial={"start": named[0].isoformat() if named else None})


class NextForm(forms.Form):
    """The next date as it is agreed in a meeting: on the clock of whoever writes it down."""

    kind = forms.ChoiceField(
        label=_("What kind of meeting"),
        choices=[(kind.value, kind.label) for kind in Meeting.Kind if kind.value in Meeting.BOOKED],
        widget=forms.Select(attrs={"class": "w-l"}),
    )
    day = forms.DateField(
        label=_("Next date"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "w-m"})
    )
    wall = forms.TimeField(
        label=_("At"),
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "w-s"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(self, data: Any = None, *, following: Meeting | None, zone: str, name: str) -> None:
        """With the one that follows it is moved; without one another is booked."""
        initial: dict[str, Any] = {"key": uuid.uuid4(), "kind": "talk"}
        if following:
            local = following.start.astimezone(ZoneInfo(zone))
            initial = {"day": local.date(), "wall": local.time(), "version": following.version}
        super().__init__(data, initial=initial, auto_id=f"id_{name}_%s")
        for field in ("kind", "key") if following else ("version",):
            del self.fields[field]
        self.fields["wall"].help_text = zone.replace("_", " ")
        self.zone = zone

    def start(self) -> datetime:
        """Raises ValueError at the far ends of the calendar."""
        return local_to_utc(datetime.combine(self.cleaned_data["day"], self.cleaned_data["wall"]), self.zone)


class RescheduleForm(forms.Form):
    """Another time for one meeting, and why."""

    start = TimeField(label=_("New time"))
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Everybody who is invited reads it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    @classmethod
    def of(cls, meeting: Meeting, data: Any = None) -> "RescheduleForm":
        return cls(data, initial={"version": meeting.version})
