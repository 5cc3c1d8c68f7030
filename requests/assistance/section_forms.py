"""The pages of the request form, section by section."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from assistance.forms import SectionForm, line, number, text
from assistance.models import AssistanceRequest
from assistance.services import MIGRATION_SOURCES, PLATFORMS, SERVICE_FAMILIES, SERVICES
from fasttrack_portal.accounts.models import ZONES
from fasttrack_portal.directory.models import SEATS_LIMIT, Customer, Tenant

# Ages of a date that can be meant; past them it is a slip of the keyboard.
_DAYS_BACK, _DAYS_AHEAD = 365, 5 * 365
_GB_LIMIT = 2_000_000_000
OWNERS_LIMIT = 10


class ServicesWidget(forms.CheckboxSelectMultiple):
    """Checkboxes under the name of their family (F7)."""

    template_name = "assistance/_services_widget.html"


def _live() -> dict[str, Any]:
    """The verdict follows what is typed."""
    return {
        "hx-get": reverse_lazy("assistance:eligibility"),
        "hx-trigger": "input changed delay:250ms",
        "hx-include": "closest form",
        "hx-params": "seats,is_education,student_seats",
        "hx-target": "#verdict",
        "hx-swap": "innerHTML",
        "hx-sync": "closest form:replace",
    }


def _tenants(form: SectionForm, customer: Customer) -> None:
    """Never ask for what is known: with one tenant there is nothing to choose."""
    tenants = customer.tenants.all()
    if len(tenants) > 1:
        form.fields["tenant"].queryset = tenants  # type: ignore[attr-defined]
    else:
        del form.fields["tenant"]
        form.known = {"tenant": next(iter(tenants), None)}


def _tenant_field() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=_("Tenant"),
        queryset=Tenant.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("Not decided yet"),
        widget=forms.Select(attrs={"class": "w-m"}),
    )


class ServicesForm(SectionForm):
    services = forms.MultipleChoiceField(
        label=_("Which services do you want to launch?"),
        choices=[
            (family.label, [(code, SERVICES[code]) for code in family.services]) for family in SERVICE_FAMILIES.values()
        ],
        widget=ServicesWidget,
    )
    desired_on = forms.DateField(
        label=_("When do you plan to start?"),
        help_text=_("The day on which you want to deploy the services. A rough date is fine."),
        widget=forms.DateInput(attrs={"type": "date", "class": "w-m"}, format="%Y-%m-%d"),
    )

    NEEDED: ClassVar = {
        "desired_on": _("Say when you plan to start."),
        "services": _("Choose at least one service."),
    }

    def arrange(self, ask: AssistanceRequest) -> None:
        first = self.today - timedelta(days=_DAYS_BACK) if self.mode == "later" else self.today
        last = self.today + timedelta(days=_DAYS_AHEAD)
        self.fields["desired_on"].validators += [
            MinValueValidator(first, _("This day has passed. Choose a day from today on.")),
            MaxValueValidator(last, _("Choose a day within the next five years.")),
        ]


_OWNER_FIELD = re.compile(r"^owner_([0-9])_(name|email|role)$")
_NO_ADDRESS = _("Give the work e-mail, so that we can reach this person.")
_ADDRESS = re.compile(r"[^\s<>,;]+@[^\s<>,;]+")


class ReasonForm(SectionForm):
    """The reason, and the owners of the success: as many rows as there are people, and one that is free."""

    business_reason = text(
        _("Why do you launch them?"),
        _("What should be better for the organisation or its people afterwards?"),
        length=4000,
        rows=4,
        required=True,
    )

    NEEDED: ClassVar = {"business_reason": _("Say why you launch these services.")}

    def arrange(self, ask: AssistanceRequest) -> None:
        owners = owners_of(ask)
        sent = [int(found[1]) + 1 for name in self.data if (found := _OWNER_FIELD.match(name))]
        self.rows = min(max([len(owners) + 1, *sent]), OWNERS_LIMIT)
        for row in range(self.rows):
            owner = owners[row] if row < len(owners) else {}
            for part, field in self._row(row).items():
                self.fields[f"owner_{row}_{part}"] = field
                self.initial[f"owner_{row}_{part}"] = owner.get(part, "")
        self.fields["owner_0_name"].error_messages["required"] = _("Name at least one person who owns the success.")
        self.fields["owner_0_email"].error_messages["required"] = _NO_ADDRESS

    def needed(self) -> list[str]:
        return [*super().needed(), "owner_0_name", "owner_0_email"]

    @staticmethod
    def _row(row: int) -> dict[str, forms.Field]:
        email = forms.EmailField(
            label=_("Work e-mail"),
            max_length=254,
            required=False,
            widget=forms.EmailInput(attrs={"class": "w-m", "autocomplete": "off"}),
        )
        return {
            "name": line(_("Name"), length=120, autocomplete="off"),
            "email": email,
            "role": line(_("Role in the project"), length=80, autocomplete="off"),
        }

    @property
    def owner_rows(self) -> list[list[str]]:
        """The names of the fields, row by row, for the page."""
        return [[f"owner_{row}_{part}" for part in ("name", "email", "role")] for row in range(self.rows)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        owners = []
        for row in range(self.rows):
            owner = {part: values.get(f"owner_{row}_{part}", "") for part in ("name", "email", "role")}
            if not any(owner.values()):
                continue
            owners.append(owner)
            if self.mode == "later":
                continue
            if not owner["name"] and f"owner_{row}_name" not in self.errors:
                self.add_error(f"owner_{row}_name", _("Who is it? Give the name."))
            if not owner["email"] and f"owner_{row}_email" not in self.errors:
                self.add_error(f"owner_{row}_email", _NO_ADDRESS)
        return {**values, "owners": owners, "success_owners": owners_in_words(owners)}


def owners_of(ask: AssistanceRequest) -> list[dict[str, str]]:
    """The owners row by row; what was told in words is read as well as it can be."""
    if ask.owners:
        return [{part: str(owner.get(part, "")) for part in ("name", "email", "role")} for owner in ask.owners]
    lines = [line.strip() for line in ask.success_owners.splitlines() if line.strip()]
    return [_owner_of(line) for line in lines[:OWNERS_LIMIT]]


def _owner_of(line: str) -> dict[str, str]:
    found = _ADDRESS.search(line)
    rest = line.replace(found[0], "") if found else line
    name, _comma, role = (part.strip(" <>,;") for part in rest.partition(","))
    return {"name": name[:120], "email": found[0] if found else "", "role": role[:80]}


def owners_in_words(owners: Iterable[Mapping[str, str]]) -> str:
    """One a line: Maria Graf, head of IT, maria@contoso.example."""
    return "\n".join(
        ", ".join(part for part in (owner["name"], owner["role"], owner["email"]) if part) for owner in owners
    )


class OrganisationForm(SectionForm):
    plan_family = forms.ChoiceField(
        label=_("Which plan do you have?"),
        choices=[("", _("I do not know")), *((code, family.label) for code, family in SERVICE_FAMILIES.items())],
        required=False,
        widget=forms.Select(attrs={"class": "w-m"}),
    )
    is_education = forms.BooleanField(
        label=_("We are a school or university"),
        help_text=_("Then the seats of faculty and staff, and those of students, count differently."),
        required=False,
        widget=forms.CheckboxInput(attrs={**_live(), "hx-trigger": "change"}),
    )
    seats = number(
        _("Seats"),
        _("Licences you have for eligible services; at a school, those of faculty and staff."),
        limit=SEATS_LIMIT,
        **_live(),
    )
    student_seats = number(
        _("Student seats"), _("Schools and universities only."), limit=SEATS_LIMIT, least=0, **_live()
    )
    tenant = _tenant_field()
    country = line(
        _("Country"),
        _("Two letters: DE, AU, US."),
        length=2,
        width="w-s",
        autocomplete="country",
    )
    language = line(_("Language we talk in"), length=10, width="w-s")
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[("", _("Not chosen"))] + [(zone, zone) for zone in ZONES],
        required=False,
        widget=forms.Select(attrs={"class": "w-m"}),
    )
    tpid = forms.CharField(
        label=_("TPID"),
        help_text=_("The customer’s number in the programme, if you know it."),
        max_length=12,
        required=False,
        validators=[RegexValidator(r"^[0-9]{1,12}\Z", _("A TPID has 1 to 12 digits."))],
        widget=forms.TextInput(attrs={"class": "w-s", "inputmode": "numeric"}),
    )

    def arrange(self, ask: AssistanceRequest) -> None:
        _tenants(self, ask.customer)
        self.fields["country"].validators.append(RegexValidator(r"^[A-Za-z]{2}\Z", _("Give two letters, such as DE.")))
        for name in {"country", "language", "zone", "tpid"} - set(unknown_of(ask)):
            del self.fields[name]

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()


def unknown_of(ask: AssistanceRequest) -> list[str]:
    """What the directory does not know of the customer. Its number in the programme is asked of partners alone."""
    customer = ask.customer
    unknown = [name for name in ("country", "language") if not getattr(customer, name)]
    # UTC is what a customer has whose zone nobody has chosen.
    unknown += ["zone"] if customer.zone in ("", "UTC") else []
    return unknown + (["tpid"] if ask.partner_id and not customer.tpid else [])


class MigrationForm(SectionForm):
    wants_migration = forms.BooleanField(
        label=_("We have mail or files to move"),
        help_text=_("FastTrack moves them for you if you have enough seats, and guides you if not."),
        required=False,
    )
    migration_sources = forms.MultipleChoiceField(
        label=_("Where is it now?"),
        choices=list(MIGRATION_SOURCES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    mailboxes = number(_("How many mailboxes?"), _("A rough number is fine."), limit=SEATS_LIMIT, least=0)
    data_gb = number(
        _("How much data in all, in gigabytes?"), _("1 terabyte is 1,000 gigabytes."), limit=_GB_LIMIT, least=0
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        told = [values.get(name) for name in ("migration_sources", "mailboxes", "data_gb")]
        if any(told) and not values.get("wants_migration") and self.mode != "later":
            self.add_error("wants_migration", _("Tick this if it is to be moved; else empty the fields below."))
        return values


class PlansForm(SectionForm):
    stakeholders = text(_("Stakeholders"), _("Executive sponsors and champions you have, or want to win."), length=2000)
    scenarios = text(
        _("Scenarios"), _("What people will do with it first, and how you will see that it works."), length=2000
    )
    awareness = text(_("Awareness"), _("How people hear of it: a campaign, a launch event."), length=2000)
    training = text(_("Training"), _("How people and your helpdesk learn it."), length=2000)


class ContactForm(SectionForm):
    contact_name = line(_("Contact"), length=120, autocomplete="name")
    contact_email = forms.EmailField(
        label=_("Work e-mail of the contact"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"class": "w-m", "autocomplete": "email"}),
    )
    contact_phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        validators=[RegexValidator(r"^[0-9+()/. \-]*\Z", _("Give a phone number, such as +49 30 1234567."))],
        widget=forms.TextInput(attrs={"type": "tel", "class": "w-m", "autocomplete": "tel"}),
    )
    contact_role = line(_("Role of the contact"), length=80, autocomplete="organization-title")
    partner_name = line(_("Does a partner help you?"), _("Its name; leave it empty if none does."), length=200)
    partner_consent = forms.BooleanField(
        label=_("FastTrack may talk to this partner about the request"),
        help_text=_("Without this we talk to you alone. It opens nothing in the portal to the partner."),
        required=False,
    )
    notes = text(_("Anything else we should know"), length=4000)

    def arrange(self, ask: AssistanceRequest) -> None:
        if ask.partner_id or ask.is_app_assure:
            del self.fields["partner_name"], self.fields["partner_consent"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("partner_consent") and not values.get("partner_name") and self.mode != "later":
            self.add_error("partner_name", _("Name the partner that we may talk to."))
        return values


class ApplicationForm(SectionForm):
    """App Assure (F5)."""

    app_name = line(_("Which application is it?"), length=120)
    app_vendor = line(_("Who makes it?"), length=120)
    app_version = line(_("Which version?"), length=60, width="w-s")
    app_platform = forms.ChoiceField(
        label=_("On what does it fail?"),
        choices=[("", _("Choose")), *PLATFORMS.items()],
        widget=forms.Select(attrs={"class": "w-m"}),
    )
    tenant = _tenant_field()
    app_fails = text(
        _("What fails?"), _("What you do, what happens, and the words of the message."), length=4000, rows=4
    )
    app_users = number(_("How many people are affected?"), limit=SEATS_LIMIT)
    app_impact = text(_("What does it keep the organisation from doing?"), length=2000)
    app_steps = text(
        _("How can we see it ourselves?"), _("The steps from starting it to the fault, one a line."), length=4000
    )

    NEEDED: ClassVar = {
        "app_name": _("Name the application."),
        "app_platform": _("Say on what it fails."),
        "app_fails": _("Say what fails."),
        "app_impact": _("Say what it keeps you from doing."),
    }

    def arrange(self, ask: AssistanceRequest) -> None:
        _tenants(self, ask.customer)


FORMS: dict[str, type[SectionForm]] = {
    "services": ServicesForm,
    "reason": ReasonForm,
    "organisation": OrganisationForm,
    "migration": MigrationForm,
    "plans": PlansForm,
    "contact": ContactForm,
    "application": ApplicationForm,
}
