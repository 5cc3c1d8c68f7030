"""The form of the admin centre's link."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assistance import doors
from assistance.forms import number
from assistance.section_forms import ServicesWidget
from assistance.services import SERVICE_FAMILIES, SERVICES
from fasttrack_portal.directory.lookup import typed_exactly
from fasttrack_portal.directory.models import SEATS_LIMIT, Tenant


class DoorForm(forms.Form):
    """What a link of the admin centre opens: a tenant, named by its id or its domain, and what is wanted there."""

    tenant = forms.CharField(
        label=_("Which tenant?"),
        help_text=_("Its id, such as 00000000-0000-0000-0000-0000000000c0, or one of its verified domains."),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "w-l", "autocomplete": "off"}),
    )
    services = forms.MultipleChoiceField(
        label=_("Services that are filled in"),
        choices=[
            (family.label, [(code, SERVICES[code]) for code in family.services]) for family in SERVICE_FAMILIES.values()
        ],
        required=False,
        widget=ServicesWidget,
    )
    seats = number(_("Seats that are filled in"), _("Leave it empty where the portal knows them."), limit=SEATS_LIMIT)
    days = forms.IntegerField(
        label=_("The link works for so many days"),
        min_value=1,
        max_value=doors.MOST_DAYS,
        initial=doors.MOST_DAYS,
        widget=forms.NumberInput(attrs={"class": "w-s"}),
    )

    def clean_tenant(self) -> Tenant:
        typed = self.cleaned_data["tenant"]
        if (found := _tenant_named(typed)) is None:
            raise ValidationError(_("No tenant has this id or this verified domain."))
        return found


def _tenant_named(typed: str) -> Tenant | None:
    """FastTrack knows every tenant, so there is nothing to keep back here."""
    rows = Tenant.objects.select_related("customer__centre")
    try:
        return rows.filter(guid=uuid.UUID(typed.strip())).first()
    except ValueError:
        exact = typed_exactly(typed)
    if exact is None or exact.kind != "domain":
        return None
    return rows.filter(domains__name__iexact=exact.value, domains__is_verified=True).first()
