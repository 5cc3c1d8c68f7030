"""The forms of the board and of who works on an engagement: asking for news, handing over, helping."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.models import BoardSettings, CoSpecialist, Engagement
from engagements.operations.team import staff
from fasttrack_portal.accounts.models import Membership

_VERSION_LIMIT = 2**31 - 1


def _version() -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=_VERSION_LIMIT)


class NudgeForm(forms.Form):
    """What the customer reads; the words that are ready can be changed."""

    text = forms.CharField(
        label=_("What they read"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 15}),
        help_text=_("Your own words. They get it as a notice in the portal and by mail, in your name."),
    )


class StaffField(forms.ModelChoiceField):
    """Somebody who works at a FastTrack Center, by name and centre."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Membership.objects.none(), to_field_name="public_id", **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.user}, {obj.centre}"


class ChooseForm(forms.Form):
    """To whom; what follows from it is shown before it happens."""

    to = StaffField(label=_("To whom?"), empty_label=_("Choose a specialist"))

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = staff().exclude(user=engagement.specialist_id, centre=engagement.centre_id)
        self.fields["to"].queryset = others  # type: ignore[attr-defined]


class TransferForm(ChooseForm):
    """Why, and whether the last specialist goes on helping."""

    reason = forms.CharField(
        label=_("Why?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Both sides read this."),
    )
    stays = forms.BooleanField(
        label=_("The last specialist goes on as a co-specialist"),
        required=False,
        help_text=_("Sees the engagement and works on it, also from another centre."),
    )
    version = _version()

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, engagement=engagement, **kwargs)
        self.fields["to"].widget = forms.HiddenInput()


class CoSpecialistForm(forms.Form):
    """Who helps."""

    to = StaffField(label=_("Who helps?"), empty_label=_("Choose a specialist"))

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        helping = engagement.co_specialists.values("user")
        rows = staff().exclude(user=engagement.specialist_id).exclude(user__in=helping)
        self.fields["to"].queryset = rows  # type: ignore[attr-defined]


class RemoveForm(forms.Form):
    """Who no longer helps."""

    person = forms.ModelChoiceField(queryset=CoSpecialist._base_manager.none(), to_field_name="user__public_id")

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = engagement.co_specialists.select_related("user")  # type: ignore[attr-defined]


class BoardSettingsForm(forms.Form):
    """The numbers of the board."""

    cold_days = forms.IntegerField(
        label=_("A customer is going cold after so many working days of silence"), min_value=1, max_value=250
    )
    nudge_days = forms.IntegerField(label=_("It is reminded at most once in so many days"), min_value=1, max_value=365)
    version = _version()

    @classmethod
    def values_of(cls, row: BoardSettings) -> dict[str, int]:
        return {"cold_days": row.cold_days, "nudge_days": row.nudge_days, "version": row.version}
