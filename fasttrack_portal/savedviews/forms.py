"""The form of a saved view."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.savedviews.lists import list_at, settled
from fasttrack_portal.savedviews.models import NAME_LIMIT


class SaveViewForm(forms.Form):
    """The name somebody gives to what they look at."""

    name = forms.CharField(
        label=_("Name of the view"),
        help_text=_("Only you see it. A view of the same name is replaced."),
        max_length=NAME_LIMIT,
        widget=forms.TextInput(attrs={"class": "w-m", "autocomplete": "off"}),
    )
    query = forms.CharField(max_length=4_000, required=False, widget=forms.HiddenInput)
    back = forms.CharField(max_length=300, widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def clean_query(self) -> str:
        query = settled(self.cleaned_data["query"])
        if not query:
            raise ValidationError(_("Filter or sort the list first: then there is something to keep."))
        return query

    def clean_back(self) -> Any:
        if (match := list_at(self.cleaned_data["back"])) is None:
            raise ValidationError(_("Views of this list cannot be kept."))
        return match
