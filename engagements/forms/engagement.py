"""The forms of an engagement's running: opening it, its steps, and the planning of items and milestones."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assistance.models import AssistanceRequest
from engagements.models import Responsibility
from engagements.operations.milestones import EARLIEST, LATEST
from engagements.operations.responsibilities import people_of
from fasttrack_portal.access import Reason
from fasttrack_portal.accounts.models import Membership, User

VERSION_LIMIT = 2**31 - 1


def day_field(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date", "class": "w-m"}, format="%Y-%m-%d"), **kwargs)


def words_area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def version_field(**kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=VERSION_LIMIT, **kwargs)


def held_to_years(value: date | None, today: date) -> date | None:
    """A day between a year ago and five years from now."""
    if value is not None and not today - EARLIEST <= value <= today + LATEST:
        raise forms.ValidationError(_("Choose a day between a year ago and five years from now."))
    return value


class AcceptForm(forms.Form):
    """Who guides the customer; `key` is the engagement's public id to be, so that a double click opens one."""

    specialist = forms.ModelChoiceField(
        label=_("Specialist"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        help_text=_("Guides the customer through the engagement and stays its contact."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, ask: AssistanceRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = User.objects.filter(
            is_active=True, memberships__centre=ask.centre_id, memberships__role__in=Membership.CENTRE_ROLES
        )
        self.fields["specialist"].queryset = staff.order_by("name")  # type: ignore[attr-defined]


class StepForm(forms.Form):
    """A step that is taken with a few words."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=words_area())

    def __init__(self, *args: Any, is_needed: bool, hint: Reason = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = is_needed
        self.fields["reason"].help_text = str(hint)


class VersionForm(forms.Form):
    """A step that only says what the person had before them."""

    version = version_field()


class CompleteForm(forms.Form):
    """What came out of a milestone, and when."""

    note = forms.CharField(
        label=_("Outcome in words"),
        max_length=2000,
        widget=words_area(4),
        help_text=_("What was agreed or found. The customer reads this."),
    )
    completed_on = day_field(label=_("Completed on"))
    asks_approval = forms.BooleanField(
        label=_("Ask the customer to approve it"),
        required=False,
        initial=True,
        help_text=_("Its lead and project manager are asked by mail, and answer on the milestone’s page."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["completed_on"].initial = today

    def clean_completed_on(self) -> date:
        found: date = self.cleaned_data["completed_on"]
        if not self.today - EARLIEST <= found <= self.today:
            raise forms.ValidationError(_("Choose a day within the last year, today at the latest."))
        return found


class ResponsibilityForm(forms.Form):
    """Who does an item, by when, and what shows that it is done."""

    assignee = forms.ModelChoiceField(
        label=_("Who does it"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("Nobody yet"),
        help_text=_("Somebody of the side that does this item, or of the partner that has it in hand."),
    )
    due_on = day_field(label=_("Due"), required=False)
    follows_plan = forms.BooleanField(
        label=_("Follow the planned days of the phase instead"),
        required=False,
        help_text=_("A day that you set yourself stays when the phase moves."),
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=2000,
        required=False,
        widget=words_area(4),
        help_text=_("What shows that it is done: a link, a document’s name, a sentence. Both sides read this."),
    )
    version = version_field()

    def __init__(self, *args: Any, item: Responsibility, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "assignee": item.assignee.public_id if item.assignee else None,
            "due_on": item.due_on,
            "evidence": item.evidence,
            "version": item.version,
        }
        super().__init__(*args, **kwargs)
        self.item, self.today = item, today
        if not item.due_from:
            del self.fields["follows_plan"]
        people = people_of(item)
        if item.assignee_id:
            # Somebody who has left since stays named until another is chosen.
            people = User.objects.filter(pk__in=[*people.values_list("pk", flat=True), item.assignee_id])
        self.fields["assignee"].queryset = people.order_by("name")  # type: ignore[attr-defined]

    def clean_due_on(self) -> date | None:
        found: date | None = self.cleaned_data["due_on"]
        # An old day that nobody touched may stay.
        return found if found == self.item.due_on else held_to_years(found, self.today)
