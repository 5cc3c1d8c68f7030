"""The form of an absence."""

import uuid
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.models import Membership, User


class AbsenceForm(forms.Form):
    """From when to when, and who: only managers and admins have a choice."""

    person = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none(), to_field_name="public_id")
    first_on = forms.DateField(
        label=_("First day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "w-m"}),
    )
    last_on = forms.DateField(
        label=_("Last day"),
        help_text=_("Whole days in the person’s own time zone. Nothing is planned with them on these days."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "w-m"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: QuerySet[User], on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        limits = [
            MinValueValidator(on - timedelta(days=366), _("Choose a day from %(limit_value)s on.")),
            MaxValueValidator(on + timedelta(days=3 * 366), _("Choose a day up to %(limit_value)s.")),
        ]
        for name in ("first_on", "last_on"):
            self.fields[name].validators += limits

    @classmethod
    def of(cls, user: User, *, on: date, data: Any = None) -> "AbsenceForm":
        people = people_of(user)
        form = cls(data, people=people, on=on, initial={"person": user.public_id, "key": uuid.uuid4()})
        if not (user.is_admin or user.has_role(Membership.Role.MANAGER)):
            form.fields["person"].widget = forms.HiddenInput()
        return form

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("first_on", "last_on")}


def people_of(user: User) -> QuerySet[User]:
    """Whose absences somebody may set: one's own, as a manager those of one's centre, as an admin all."""
    rows = Membership.objects.filter(role__in=Membership.CENTRE_ROLES)
    if not user.is_admin:
        led = [row.centre_id for row in user.all_memberships if row.role == Membership.Role.MANAGER]
        rows = rows.filter(centre__in=led) | rows.filter(user=user)
    return User.objects.filter(is_active=True, pk__in=rows.values("user")).order_by("name", "pk")
