"""Forms of a person's own account."""

import zoneinfo
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.models import ZONES, User


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
                "version": user.version,
            }
        )

    def clean_time_zone(self) -> str:
        return zoneinfo.ZoneInfo(self.cleaned_data["time_zone"]).key

    def changes(self) -> dict[str, Any]:
        """The fields of User that the form sets."""
        data = self.cleaned_data
        muted = [topic for topic, _label in self.TOPICS if topic not in data["mail_topics"]]
        kept = {name: data[name] for name in ("name", "phone", "time_zone", "theme")}
        return {**kept, "muted_topics": muted}
