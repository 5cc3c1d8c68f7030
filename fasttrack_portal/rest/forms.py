"""The form of an access token."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.refusals import Invalid
from fasttrack_portal.rest.scopes import choices


class TokenForm(forms.Form):
    """What it is called, what it is for, and for how long."""

    LASTS = [(30, _("30 days")), (90, _("90 days")), (366, _("A year"))]

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("By which you will know it again, such as “Nightly states of Exchange”."),
        widget=forms.TextInput(attrs={"class": "w-l", "autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it is for"),
        choices=choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("It can never do more than you can yourself. Choose as little as the program needs."),
    )
    days = forms.TypedChoiceField(
        label=_("How long it lasts"), choices=LASTS, coerce=int, initial=30, widget=forms.RadioSelect
    )
    nonce = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def refuse(self, refusal: Invalid) -> None:
        """The domain's no, at the field it is about."""
        field = str(refusal.details.get("field", ""))
        self.add_error(field if field in self.fields else None, str(refusal.reason))

    def facts(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
