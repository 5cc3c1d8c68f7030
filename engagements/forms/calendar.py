"""What narrows a calendar; its state stands in the address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements import diary
from engagements.calendar_page import VIEWS
from engagements.models import Engagement
from fasttrack_portal.accounts.models import User

# A longer list is no choice any more; who comes from an engagement's page finds its own chosen.
_MOST = 200


class CalendarFilter(forms.Form):
    """Whose calendar (for staff), of which engagement, and what kind of thing."""

    whose = forms.ChoiceField(
        label=_("Whose"), choices=[("", _("My engagements")), ("all", _("All that I may see"))], required=False
    )
    engagement = forms.ChoiceField(label=_("Engagement"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    view = forms.ChoiceField(choices=[(view, view) for view in VIEWS], required=False, widget=forms.HiddenInput)
    on = forms.DateField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        if not user.audience.is_staff:
            del self.fields["whose"]
        self.fields["kind"].choices = [("", _("Everything")), *diary.kinds()]  # type: ignore[attr-defined]
        visible = Engagement.objects.visible_to(user).select_related("customer")
        theirs = diary.own(user).exclude(status="cancelled").select_related("customer")
        rows = list(theirs.order_by("customer__name", "pk")[:_MOST])
        asked = str(data.get("engagement", ""))
        if asked and asked not in {str(row.public_id) for row in rows} and _is_id(asked):
            rows += visible.filter(public_id=asked)
        self.found = {str(row.public_id): row for row in rows}
        labels = [(key, f"{row.customer.name}, {row.number}") for key, row in self.found.items()]
        self.fields["engagement"].choices = [("", _("All")), *labels]  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def chosen(self) -> Engagement | None:
        return self.found.get(self.said("engagement"))

    def said(self, name: str) -> str:
        """What was chosen; "" where nothing was, or nothing that there is."""
        return str(getattr(self, "cleaned_data", {}).get(name) or "")


def _is_id(text: str) -> bool:
    try:
        forms.UUIDField().clean(text)
    except forms.ValidationError:
        return False
    return True
