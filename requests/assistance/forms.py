"""The request form, and the short forms of a question, an answer and a refusal."""

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from assistance.models import AssistanceRequest
from assistance.readiness import REQUIRED
from assistance.services import SERVICE_FAMILIES, SERVICES
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import SEATS_LIMIT, Customer, Tenant

# Ages of a date that can be meant; past them it is a slip of the keyboard.
_DAYS_BACK, _DAYS_AHEAD = 365, 5 * 365
_VERSION_LIMIT = 2**31 - 1


class ServicesWidget(forms.CheckboxSelectMultiple):
    """Checkboxes under the name of their family (F7)."""

    template_name = "assistance/_services_widget.html"


def _text(label: Any, help_text: Any = "", *, length: int, rows: int = 3, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "class": "w-l"})
    return forms.CharField(label=label, help_text=help_text, max_length=length, required=required, widget=widget)


class SeatsForm(forms.Form):
    """The number that the verdict is asked for."""

    seats = forms.IntegerField(label=_("Seats"), required=False, min_value=0, max_value=SEATS_LIMIT)


class AssistanceForm(forms.Form):
    """What FastTrack needs to know; a draft may leave out anything."""

    desired_on = forms.DateField(
        label=_("When do you plan to start?"),
        help_text=_("The day on which you want to deploy the services. A rough date is fine."),
        widget=forms.DateInput(attrs={"type": "date", "class": "w-m"}, format="%Y-%m-%d"),
    )
    services = forms.MultipleChoiceField(
        label=_("Which services do you want to launch?"),
        choices=[
            (family.label, [(code, SERVICES[code]) for code in family.services]) for family in SERVICE_FAMILIES.values()
        ],
        widget=ServicesWidget,
    )
    business_reason = _text(
        _("Why do you launch them?"),
        _("What should be better for the organisation or its people afterwards?"),
        length=4000,
        rows=4,
        required=True,
    )
    success_owners = _text(
        _("Who owns the success of the project?"),
        _("The people who answer for it. One on each line, with their role: Maria Graf, head of IT."),
        length=1000,
        required=True,
    )
    seats = forms.IntegerField(
        label=_("Seats"),
        help_text=_("Licences you have for eligible services. They decide what FastTrack can do for you."),
        required=False,
        min_value=1,
        max_value=SEATS_LIMIT,
        widget=forms.NumberInput(
            attrs={
                "class": "w-s",
                "inputmode": "numeric",
                "hx-get": reverse_lazy("assistance:eligibility"),
                "hx-trigger": "input changed delay:250ms",
                "hx-target": "#verdict",
                "hx-swap": "innerHTML",
                "hx-sync": "this:replace",
            }
        ),
    )
    tenant = forms.ModelChoiceField(
        label=_("Tenant"),
        queryset=Tenant.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("Not decided yet"),
        widget=forms.Select(attrs={"class": "w-m"}),
    )
    wants_migration = forms.BooleanField(
        label=_("We have mail or files to move"),
        help_text=_("FastTrack moves them for you if you have enough seats, and guides you if not."),
        required=False,
    )
    stakeholders = _text(
        _("Stakeholders"), _("Executive sponsors and champions you have, or want to win."), length=2000
    )
    scenarios = _text(
        _("Scenarios"), _("What people will do with it first, and how you will see that it works."), length=2000
    )
    awareness = _text(_("Awareness"), _("How people hear of it: a campaign, a launch event."), length=2000)
    training = _text(_("Training"), _("How people and your helpdesk learn it."), length=2000)
    contact_name = forms.CharField(
        label=_("Contact"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"class": "w-m", "autocomplete": "name"}),
    )
    contact_email = forms.EmailField(
        label=_("Work e-mail of the contact"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"class": "w-m", "autocomplete": "email"}),
    )
    notes = _text(_("Anything else we should know"), length=4000)

    FACTS = (
        *("desired_on", "services", "business_reason", "success_owners", "seats", "tenant", "wants_migration"),
        *("stakeholders", "scenarios", "awareness", "training", "contact_name", "contact_email", "notes"),
    )

    def __init__(self, *args: Any, customer: Customer, today: date, is_draft: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_draft = is_draft
        tenants = customer.tenants.all()
        if len(tenants) > 1:
            self.fields["tenant"].queryset = tenants  # type: ignore[attr-defined]
        else:
            # Never ask for what is known: with one tenant there is nothing to choose.
            del self.fields["tenant"]
        self.known = {} if len(tenants) > 1 else {"tenant": next(iter(tenants), None)}
        first = today - timedelta(days=_DAYS_BACK) if is_draft else today
        last = today + timedelta(days=_DAYS_AHEAD)
        self.fields["desired_on"].validators += [
            MinValueValidator(first, _("This day has passed. Choose a day from today on.")),
            MaxValueValidator(last, _("Choose a day within the next five years.")),
        ]
        self.fields["desired_on"].error_messages["required"] = _("Say when you plan to start.")
        self.fields["services"].error_messages["required"] = _("Choose at least one service.")
        self.fields["business_reason"].error_messages["required"] = _("Say why you launch these services.")
        self.fields["success_owners"].error_messages["required"] = _("Name at least one person who owns the success.")

    def full_clean(self) -> None:
        """A draft may leave out what is required, and still reads as required when it is shown again."""
        for name in REQUIRED:
            self.fields[name].required = not self.is_draft
        try:
            super().full_clean()
        finally:
            for name in REQUIRED:
                self.fields[name].required = True

    def facts(self) -> dict[str, Any]:
        """The fields of AssistanceRequest that the form sets, and no others."""
        given = {name: self.cleaned_data[name] for name in self.FACTS if name in self.cleaned_data}
        return {**given, **self.known}


class NewRequestForm(AssistanceForm):
    """The form of a request that is not there yet; `key` becomes its public id."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    @staticmethod
    def first_values(customer: Customer, user: User) -> dict[str, Any]:
        """What is known before anybody types."""
        return {
            "key": uuid.uuid4(),
            "seats": customer.seats or None,
            "contact_name": user.name,
            "contact_email": user.email,
        }


class DraftForm(AssistanceForm):
    """The form of a draft; `version` is the one it was shown from."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=_VERSION_LIMIT)

    @classmethod
    def values_of(cls, ask: AssistanceRequest) -> dict[str, Any]:
        tenant = ask.tenant.public_id if ask.tenant else None
        return {**{name: getattr(ask, name) for name in cls.FACTS}, "tenant": tenant, "version": ask.version}

    def over(self, version: int) -> None:
        """Shows what was typed again, made from the version that somebody saved meanwhile."""
        typed = QueryDict(mutable=True)
        typed.update(self.data)
        typed["version"] = str(version)
        self.data = typed

    def labels_of(self, names: Iterable[str]) -> dict[str, str]:
        return {name: str(self.fields[name].label) for name in names if name in self.fields}


class WordsForm(forms.Form):
    """One text: a question, an answer, a reason."""

    text = _text("", length=2000, rows=5, required=True)

    def __init__(self, *args: Any, label: Any, help_text: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].help_text = help_text
        self.fields["text"].error_messages["required"] = _("Please say it in a few words.")

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].strip()
        if not text:
            raise ValidationError(_("Please say it in a few words."))
        return text
