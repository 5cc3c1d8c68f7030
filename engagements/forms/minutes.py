"""The forms of a running meeting: agenda points, notes, decisions, actions, attendance, and correcting the minutes."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.forms.engagement import VERSION_LIMIT, day_field, held_to_years, version_field, words_area
from engagements.models import Action, AgendaPoint, Attendance, Decision, Engagement, Meeting, Minutes
from engagements.operations.agenda import print_of
from engagements.operations.outcomes import people_of_both_sides
from fasttrack_portal.accounts.models import User

_LONGEST = 10_000


class _OnePage(forms.Form):
    """Several forms stand on the page of a meeting, so each has ids of its own."""

    def __init__(self, *args: Any, name: str = "", **kwargs: Any) -> None:
        if name:
            kwargs["auto_id"] = f"id_{name}_%s"
        super().__init__(*args, **kwargs)


def _key_field() -> forms.UUIDField:
    return forms.UUIDField(widget=forms.HiddenInput)


class PointForm(_OnePage):
    """A new point (`key`) or other words for one (`version`)."""

    title = forms.CharField(
        label=_("What is to be spoken about"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, point: AgendaPoint | None = None, title: str = "", **kwargs: Any) -> None:
        first = {"title": title, "version": point.version} if point else {"key": uuid.uuid4()}
        super().__init__(*args, initial=first, **kwargs)
        self.fields["version" if point else "key"] = version_field() if point else _key_field()


class VersionForm(forms.Form):
    """A step that was offered by a page."""

    version = version_field()


class NotesForm(_OnePage):
    """Notes on a point, or on the meeting; `base` is the print of what the field was made from."""

    notes = forms.CharField(max_length=_LONGEST, required=False, strip=False, widget=words_area(3))
    version = version_field()
    base = forms.CharField(widget=forms.HiddenInput, max_length=16, required=False)

    def __init__(self, *args: Any, of: AgendaPoint | Meeting, label: Any = "", **kwargs: Any) -> None:
        first = {"notes": of.notes, "version": of.version, "base": print_of(of.notes)}
        super().__init__(*args, initial=first, **kwargs)
        self.fields["notes"].label = label or _("Notes")

    def clean_notes(self) -> str:
        # A browser sends CRLF; the text is kept as it is typed.
        return str(self.cleaned_data["notes"]).replace("\r\n", "\n").rstrip()


class _WithPeople(_OnePage):
    """A form in which somebody of either side is chosen."""

    def _offer(self, name: str, engagement: Engagement, also: User | None = None) -> None:
        people = people_of_both_sides(engagement)
        if also is not None:
            people = User.objects.filter(pk__in=[*people.values_list("pk", flat=True), also.pk]).order_by("name", "pk")
        field: Any = self.fields[name]
        field.queryset = people


class DecisionForm(_WithPeople):
    text = forms.CharField(label=_("What was decided"), max_length=500, widget=words_area(2))
    decided_by = forms.ModelChoiceField(
        label=_("Decided by"), queryset=User.objects.none(), to_field_name="public_id", empty_label=_("Choose")
    )
    decided_on = day_field(label=_("On"))

    def __init__(
        self, *args: Any, engagement: Engagement, today: date, decision: Decision | None = None, **kwargs: Any
    ):
        first: dict[str, Any] = {"decided_on": today, "key": uuid.uuid4()}
        if decision:
            first = {"text": decision.text, "decided_by": decision.decided_by.public_id,
                     "decided_on": decision.decided_on, "version": decision.version}  # fmt: skip
        super().__init__(*args, initial=first, **kwargs)
        self.today = today
        self.fields["version" if decision else "key"] = version_field() if decision else _key_field()
        self._offer("decided_by", engagement, decision.decided_by if decision else None)

    def clean_decided_on(self) -> date | None:
        return held_to_years(self.cleaned_data["decided_on"], self.today)


class ActionForm(_WithPeople):
    title = forms.CharField(
        label=_("What is to be done"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    assignee = forms.ModelChoiceField(
        label=_("Who does it"), queryset=User.objects.none(), to_field_name="public_id", empty_label=_("Choose")
    )
    due_on = day_field(label=_("Due"), required=False, help_text=_("Left empty: in 5 working days of their side."))

    def __init__(self, *args: Any, engagement: Engagement, today: date, action: Action | None = None, **kwargs: Any):
        first: dict[str, Any] = {"key": uuid.uuid4()}
        if action:
            assignee = action.assignee.public_id if action.assignee else None
            first = {"title": action.title, "assignee": assignee, "due_on": action.due_on, "version": action.version}
        super().__init__(*args, initial=first, **kwargs)
        self.today, self.action = today, action
        self.fields["version" if action else "key"] = version_field() if action else _key_field()
        if action:
            self.fields["due_on"].required = True
            self.fields["due_on"].help_text = ""
        self._offer("assignee", engagement, action.assignee if action else None)

    def clean_due_on(self) -> date | None:
        found: date | None = self.cleaned_data["due_on"]
        return found if self.action and found == self.action.due_on else held_to_years(found, self.today)


class AttendanceForm(_WithPeople):
    """Who is there; `version` 0 is a sheet that nobody has filled in."""

    present = forms.ModelMultipleChoiceField(
        label=_("Who is there"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    guests = forms.CharField(
        label=_("Also there"), max_length=300, required=False, help_text=_("People who are not in the portal.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=VERSION_LIMIT)

    def __init__(self, *args: Any, engagement: Engagement, sheet: Attendance | None, people: Any, **kwargs: Any):
        here = [person.public_id for person in sheet.present.all()] if sheet else []
        first = {"present": here, "guests": sheet.guests if sheet else "", "version": sheet.version if sheet else 0}
        super().__init__(*args, initial=first, **kwargs)
        keys = [person.pk for person in people]
        if sheet:
            keys += [person.pk for person in sheet.present.all()]
        field: Any = self.fields["present"]
        field.queryset = User.objects.filter(pk__in=keys).order_by("name", "pk")


class ConfirmForm(_OnePage):
    """One's name under the minutes as they were read."""

    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=VERSION_LIMIT)
    comment = forms.CharField(label=_("Comment"), max_length=2000, required=False, widget=words_area(2))


class CorrectionForm(forms.Form):
    """The minutes in other words: one field for each text, who was there, and what is corrected."""

    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=VERSION_LIMIT)

    def __init__(self, *args: Any, minutes: Minutes, **kwargs: Any) -> None:
        record = minutes.snapshot
        kwargs["initial"] = {"edition": minutes.edition}
        super().__init__(*args, **kwargs)
        self._points = {f"point-{each['key']}": each for each in record["points"]}
        self._decided = {f"text-{each['id']}": each for each in record["decisions"]}
        self._taken = {f"text-{each['id']}": each for each in record["actions"]}
        people = [*record["present"], *record["absent"]]
        self.fields["present"] = forms.MultipleChoiceField(
            label=_("Who was there"),
            choices=[(person["id"], person["name"]) for person in people],
            initial=[person["id"] for person in record["present"]],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["guests"] = forms.CharField(
            label=_("Also there"), max_length=300, required=False, initial=record["guests"]
        )
        for name, point in self._points.items():
            self.fields[name] = self._words(_("Notes on “%(title)s”") % {"title": point["title"]}, point["notes"])
        self.fields["notes"] = self._words(_("Notes on the meeting"), record["notes"])
        for number, (name, each) in enumerate(self._decided.items(), 1):
            self.fields[name] = self._line(_("Decision %(number)s") % {"number": number}, each["text"], 500)
        for number, (name, each) in enumerate(self._taken.items(), 1):
            self.fields[name] = self._line(_("Action %(number)s") % {"number": number}, each["text"], 300)
        self.fields["reason"] = forms.CharField(
            label=_("What is corrected"),
            help_text=_("Both sides read this, and confirm the minutes anew."),
            max_length=1000,
            widget=words_area(2),
        )

    @staticmethod
    def _words(label: Any, text: str) -> forms.CharField:
        return forms.CharField(
            label=label, initial=text, max_length=_LONGEST, required=False, strip=False, widget=words_area(3)
        )

    @staticmethod
    def _line(label: Any, text: str, longest: int) -> forms.CharField:
        return forms.CharField(label=label, initial=text, max_length=longest)

    def changes(self) -> dict[str, Any]:
        """What the operation takes."""
        data = self.cleaned_data
        texts = {**self._decided, **self._taken}
        return {
            "notes": self._plain("notes"),
            "guests": data["guests"],
            "present": data["present"],
            "points": {each["key"]: self._plain(name) for name, each in self._points.items()},
            "texts": {each["id"]: data[name] for name, each in texts.items()},
        }

    def _plain(self, name: str) -> str:
        return str(self.cleaned_data[name]).replace("\r\n", "\n").rstrip()
