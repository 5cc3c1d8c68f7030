"""What people fill in to prepare a project: its source, findings, the statements, whose copies go."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagements.models import Engagement
from engagements.operations.responsibilities import people_of_all
from fasttrack_portal.accounts.models import User
from migrations_svc import statements
from migrations_svc.models import MigrationProject


class SourceForm(forms.Form):
    """Where the data is now."""

    source = forms.ChoiceField(
        label=gettext_lazy("Where the data is now"), choices=MigrationProject.Source.choices, widget=forms.Select
    )


class FindingForm(forms.Form):
    """What an assessment found, who fixes it and by when."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    report = forms.CharField(
        label=gettext_lazy("Assessment report"),
        max_length=120,
        help_text=gettext_lazy("Which report says so, such as “Migration Manager scan of 3 March”."),
    )
    title = forms.CharField(label=gettext_lazy("What is to be fixed"), max_length=200)
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Who fixes it"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=gettext_lazy("Nobody yet"),
    )
    due_on = forms.DateField(
        label=gettext_lazy("Due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "w-m"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        owner.queryset = people_of_all(engagement).order_by("name")

    def clean_due_on(self) -> date | None:
        found: date | None = self.cleaned_data["due_on"]
        if found and not 2000 <= found.year <= 2100:
            raise forms.ValidationError(_("Choose a day between 2000 and 2100."))
        return found


class AcknowledgeForm(forms.Form):
    """A tick at each statement; the name is that of who is signed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, words in statements.STATEMENTS.items():
            self.fields[code] = forms.BooleanField(
                label=words, error_messages={"required": gettext_lazy("Tick this if you acknowledge it.")}
            )


class DeletionForm(forms.Form):
    """Whose copies are to go."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    person = forms.CharField(
        label=gettext_lazy("Whose copies"),
        max_length=320,
        help_text=gettext_lazy("The address of the mailbox or the account. It is forgotten when the copies are gone."),
    )
