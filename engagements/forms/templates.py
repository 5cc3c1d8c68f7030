"""The forms of the template editor."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from engagements import versions
from engagements.forms.engagement import version_field, words_area
from engagements.matrix import CHOICES, CONDITIONS, MODES, PARTIES
from engagements.milestones import PHASE_TITLES
from engagements.models import Template, TemplateItem

_FARTHEST = 250


class _LineForm(forms.Form):
    """What both a new line and an old one have."""

    text = forms.CharField(
        label=_("What"), max_length=500, widget=words_area(2), help_text=_("A few words, without a full stop.")
    )
    why = forms.CharField(
        label=_("Why"),
        max_length=1000,
        widget=words_area(2),
        help_text=_("One sentence that answers “why me?” to whoever has to do it."),
    )
    mode = forms.ChoiceField(label=_("How"), choices=list(MODES.items()))
    condition = forms.ChoiceField(label=_("Applies"), choices=[("", _("Always")), *CONDITIONS.items()], required=False)
    choice = forms.ChoiceField(
        label=_("What has to be required"),
        choices=[("", _("Nothing")), *CHOICES.items()],
        required=False,
        help_text=_("Only for items that come if required."),
    )
    due_from = forms.ChoiceField(label=_("Due counted from"), choices=TemplateItem.DueFrom.choices, required=False)
    due_offset = forms.IntegerField(
        label=_("Working days after it"),
        min_value=-_FARTHEST,
        max_value=_FARTHEST,
        initial=0,
        help_text=_("Below zero: before it. Counted on the calendar of the side that does it."),
    )

    def clean(self) -> dict[str, Any]:
        facts = self.cleaned_data
        if {"condition", "choice"} <= set(facts) and (fault := versions.fault_of(facts["condition"], facts["choice"])):
            raise ValidationError({"choice": fault})
        return facts


class NewLineForm(_LineForm):
    """A new line; its code follows from where it stands. `key` is its public id to be."""

    phase = forms.ChoiceField(label=_("Phase"), choices=list(PHASE_TITLES.items()))
    party = forms.ChoiceField(label=_("Whose"), choices=list(PARTIES.items()))
    parent_code = forms.ChoiceField(
        label=_("Part of"), required=False, help_text=_("A part has the phase and the side of what it is part of.")
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    field_order = ["phase", "party", "parent_code"]

    def __init__(self, *args: Any, template: Template, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": uuid.uuid4(), "due_offset": 0})
        super().__init__(*args, **kwargs)
        lines = [(line.code, f"{line.code} {line.text}") for line in template.items.all() if line.code.count(".") < 2]
        self.fields["parent_code"].choices = [("", _("Nothing: it stands by itself")), *lines]  # type: ignore[attr-defined]


class LineForm(_LineForm):
    """An old line of a draft."""

    twin_code = forms.ChoiceField(
        label=_("Hand in hand with"), required=False, help_text=_("The hands-on item that a guided one belongs to.")
    )
    version = version_field()

    def __init__(self, *args: Any, line: TemplateItem, **kwargs: Any) -> None:
        names = ("text", "why", "mode", "condition", "choice", "due_from", "due_offset", "twin_code", "version")
        kwargs["initial"] = {name: getattr(line, name) for name in names}
        super().__init__(*args, **kwargs)
        others = line.template.items.exclude(party=line.party)
        named = [(other.code, f"{other.code} {other.text}") for other in others]
        self.fields["twin_code"].choices = [("", _("No other item")), *named]  # type: ignore[attr-defined]


class PublishForm(forms.Form):
    """What changed, in the admin's own words."""

    note = forms.CharField(
        label=_("What changed"),
        max_length=2000,
        widget=words_area(3),
        help_text=_("Specialists read this before they take the version over."),
    )
