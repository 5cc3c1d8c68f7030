"""Forms of a person's own account."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts import organisations
from fasttrack_portal.accounts.models import ZONES, Invitation, Membership, User
from fasttrack_portal.refusals import Invalid


class NameForm(forms.Form):
    """What sign-up asks beside mail and password."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class PreferencesForm(forms.Form):
    """How the portal looks and speaks to one person."""

    TOPICS = [
        ("assistance", _("Requests")),
        ("engagements", _("Engagements and milestones")),
        ("meetings", _("Meetings")),
        ("migrations", _("Migration events")),
        ("reports", _("Reports")),
    ]

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "tel"})
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(zone, zone.replace("_", " ")) for zone in ZONES],
        help_text=_("All times are shown in this zone."),
    )
    theme = forms.ChoiceField(label=_("Appearance"), choices=User.THEMES, widget=forms.RadioSelect)
    mail_topics = forms.MultipleChoiceField(
        label=_("Send me mail about"),
        choices=TOPICS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("You find everything in the portal under notifications, whatever you choose here."),
    )
    reminder = forms.ChoiceField(
        label=_("Remind me of meetings"),
        choices=User.REMINDERS,
        widget=forms.RadioSelect,
        help_text=_("By mail, as long as you get mail about meetings. Nobody is reminded of a meeting that is off."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, user: User) -> "PreferencesForm":
        return cls(
            initial={
                "name": user.name,
                "phone": user.phone,
                "time_zone": user.time_zone,
                "theme": user.theme,
                "mail_topics": [topic for topic, _label in cls.TOPICS if topic not in user.muted_topics],
                "reminder": user.reminder,
                "version": user.version,
            }
        )

    def clean_time_zone(self) -> str:
        return zoneinfo.ZoneInfo(self.cleaned_data["time_zone"]).key

    def changes(self) -> dict[str, Any]:
        """The fields of User that the form sets."""
        data = self.cleaned_data
        muted = [topic for topic, _label in self.TOPICS if topic not in data["mail_topics"]]
        kept = {name: data[name] for name in ("name", "phone", "time_zone", "theme", "reminder")}
        return {**kept, "muted_topics": muted}


class _RoleForm(forms.Form):
    """A form whose roles are those of one kind of organisation."""

    def offer(self, kind: str) -> None:
        names = dict(Membership.Role.choices)
        roles = [(role, f"{names[role]}: {_MEANING[role]}") for role in organisations.ROLES[kind]]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]

    def refuse(self, refusal: Invalid) -> None:
        """The domain's no, at the field it is about."""
        field = str(refusal.details.get("field", ""))
        self.add_error(field if field in self.fields else None, str(refusal.reason))


class InviteForm(_RoleForm):
    """Who is invited, and to which role."""

    email = forms.EmailField(
        label=_("Work e-mail"),
        max_length=254,
        help_text=_("The invitation works for this address alone."),
        widget=forms.EmailInput(attrs={"class": "w-l", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, organisation: models.Model, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(organisations.kind_of(organisation))


class RoleForm(_RoleForm):
    """Another role in the same organisation."""

    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(organisations.named_in(membership)[0])


_MEANING = {
    "lead": _("asks for assistance, decides on partners, invites people"),
    "project_manager": _("runs the engagement from the customer’s side"),
    "technical_lead": _("does and answers what is technical"),
    "viewer": _("reads along and changes nothing"),
    "partner_admin": _("works for the partner’s customers and invites people"),
    "partner_member": _("works for the partner’s customers"),
    "specialist": _("guides engagements"),
    "manager": _("sees to the work of the centre"),
}


class JoinForm(forms.Form):
    """What somebody new tells us to accept an invitation; the address is the invited one."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password1 = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        help_text=_("At least 12 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("The same password again"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, second = data.get("password1"), data.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ."))
        elif first:
            try:
                validate_password(first, User(email=self.invitation.email, name=data.get("name", "")))
            except forms.ValidationError as refused:
                self.add_error("password1", refused)
        return data
