"""The forms of the remediation checklist, the plan that both sides sign, and the success plan."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements import remediation
from engagements.forms.engagement import VERSION_LIMIT, held_to_years
from engagements.matrix import PARTIES
from engagements.models import Court, Engagement, RemediationItem, SuccessItem
from engagements.operations.responsibilities import people_of_all
from engagements.permissions.engagement import is_centre_staff
from fasttrack_portal.accounts.models import User

Line = RemediationItem | SuccessItem


def _words(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ChecklistForm(forms.Form):
    """Which workloads were assessed."""

    workloads = forms.MultipleChoiceField(
        label=_("Workloads"),
        choices=(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each brings six to eight things to look at. What stands on the list already is not doubled."),
    )

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        suggested = remediation.suggested(engagement.services)
        kwargs.setdefault("initial", {"workloads": suggested})
        super().__init__(*args, **kwargs)
        field: Any = self.fields["workloads"]
        field.choices = [
            (code, label if code in suggested else _("%(workload)s (no service of it in scope)") % {"workload": label})
            for code, label in RemediationItem.Workload.choices
            if code in remediation.NEEDED_BY
        ]


class _LineForm(forms.Form):
    """Who does a line, and by when; `version` where it is there already, `key` where it is new."""

    party = forms.ChoiceField(label=_("Which side does it"), choices=list(PARTIES.items()), initial="customer")
    assignee = forms.ModelChoiceField(
        label=_("Who does it"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("Nobody yet"),
        help_text=_("Somebody of the side that does it."),
    )
    due_on = forms.DateField(
        label=_("Due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "w-m"}, format="%Y-%m-%d"),
    )
    NAMES: tuple[str, ...] = ()

    def __init__(self, *args: Any, engagement: Engagement, user: User, line: Line | None, today: date, **kwargs: Any):
        kwargs["initial"] = self._first(line) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.line, self.today = line, today
        keeper = forms.UUIDField() if line is None else forms.IntegerField(min_value=1, max_value=VERSION_LIMIT)
        keeper.widget = forms.HiddenInput()
        self.fields["key" if line is None else "version"] = keeper
        assignee: Any = self.fields["assignee"]
        assignee.queryset = _people(engagement, line)
        if not is_centre_staff(user, engagement):
            party: Any = self.fields["party"]
            party.choices = [("customer", PARTIES["customer"])]

    def _first(self, line: Line | None) -> dict[str, Any]:
        if line is None:
            return {"key": uuid.uuid4()}
        assignee = line.assignee.public_id if line.assignee else None
        return {name: getattr(line, name) for name in (*self.NAMES, "party", "due_on", "version")} | {
            "assignee": assignee
        }

    def clean_due_on(self) -> date | None:
        found: date | None = self.cleaned_data["due_on"]
        # An old day that nobody touched may stay.
        return found if self.line and found == self.line.due_on else held_to_years(found, self.today)


def _people(engagement: Engagement, line: Line | None) -> Any:
    """Both sides' people: the operation holds the choice against the side, because the form may change that too."""
    people = people_of_all(engagement)
    if line is not None and line.assignee_id:
        # Somebody who has left since stays named until another is chosen.
        people = User.objects.filter(Q(pk__in=people.values("pk")) | Q(pk=line.assignee_id))
    return people.order_by("name")


class RemediationForm(_LineForm):
    """Something to put right."""

    field_order = ("title", "workload", "severity", "detail")
    NAMES = ("title", "workload", "severity", "detail")

    title = forms.CharField(label=_("What is to be put right"), max_length=200)
    workload = forms.ChoiceField(label=_("Workload"), choices=RemediationItem.Workload.choices)
    severity = forms.TypedChoiceField(
        label=_("Severity"), coerce=int, choices=RemediationItem.Severity.choices, initial=2
    )
    detail = forms.CharField(
        label=_("How to tell that it is right"),
        max_length=4000,
        required=False,
        widget=_words(4),
        help_text=_("What somebody can look at or try. The specialist verifies it by this."),
    )


class SuccessForm(_LineForm):
    """One line of the success plan."""

    field_order = ("title", "track", "criterion", "measure", "result")
    NAMES = ("title", "track", "criterion", "measure", "result")

    title = forms.CharField(label=_("What is planned"), max_length=200)
    track = forms.ChoiceField(label=_("Track"), choices=SuccessItem.Track.choices)
    criterion = forms.CharField(
        label=_("How success is told"),
        max_length=2000,
        required=False,
        widget=_words(),
        help_text=_("What is true when it has worked."),
    )
    measure = forms.CharField(
        label=_("Measure"),
        max_length=200,
        required=False,
        help_text=_("The number or the sign you look at, and what it should be."),
    )
    result = forms.CharField(label=_("What came out"), max_length=200, required=False)


class WaitForm(forms.Form):
    """For whom a line waits, and why."""

    waits_for = forms.ChoiceField(label=_("Waits for"), choices=(), help_text=_("The clock runs on that side."))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        required=False,
        widget=_words(),
        help_text=_("What is it waiting for? Both sides read this."),
    )

    def __init__(self, *args: Any, line: Line, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["waits_for"]
        field.choices = [choice for choice in Court.choices if choice[0] != line.party]


class RiskForm(forms.Form):
    """Who answers for a risk, and why it can be borne."""

    owner = forms.CharField(
        label=_("Who answers for the risk"), max_length=200, help_text=_("Name and role, as the plan will show it.")
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=_words(),
        help_text=_("Why the risk can be borne, and until when. Both sides read this."),
    )


class SignForm(forms.Form):
    """A name under the plan."""

    comment = forms.CharField(
        label=_("Comment"),
        max_length=2000,
        required=False,
        widget=_words(2),
        help_text=_("It is kept with your name, your role and the time."),
    )


class WithdrawForm(forms.Form):
    """Why the plan is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=_words(2), help_text=_("Both sides read this."))
