"""What the list of courts shows."""

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.models import Court


class CourtForm(forms.Form):
    """Stands in the address; a value that cannot be asks for nothing."""

    court = forms.ChoiceField(label=_("Whose court"), choices=[("", _("Every court")), *Court.choices], required=False)

    def wanted(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("court") or "")
