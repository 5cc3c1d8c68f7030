"""What the pages of the request form stand on, and the short forms of a question, an answer and a refusal."""

import uuid
from datetime import date
from typing import Any, ClassVar, Literal

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from assistance.models import AssistanceRequest
from assistance.readiness import REQUIRED_OF
from assistance.sections import Section, digest
from fasttrack_portal.directory.models import SEATS_LIMIT

_VERSION_LIMIT = 2**31 - 1

# How strictly a page is read: kept for later as it is; gone on from, where what is there must be right; or submitted.
Mode = Literal["later", "continue", "submit"]


def text(label: Any, help_text: Any = "", *, length: int, rows: int = 3, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "class": "w-l"})
    return forms.CharField(label=label, help_text=help_text, max_length=length, required=required, widget=widget)


def line(label: Any, help_text: Any = "", *, length: int, width: str = "w-m", **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": width, **attrs})
    return forms.CharField(label=label, help_text=help_text, max_length=length, required=False, widget=widget)


def number(label: Any, help_text: Any = "", *, limit: int, least: int = 1, **attrs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=least,
        max_value=limit,
        widget=forms.NumberInput(attrs={"class": "w-s", "inputmode": "numeric", **attrs}),
    )


class SeatsForm(forms.Form):
    """The numbers that the verdict is asked for."""

    seats = forms.IntegerField(label=_("Seats"), required=False, min_value=0, max_value=SEATS_LIMIT)
    is_education = forms.BooleanField(label=_("We are a school or university"), required=False)
    student_seats = forms.IntegerField(label=_("Student seats"), required=False, min_value=0, max_value=SEATS_LIMIT)


class StartForm(forms.Form):
    """The one press that begins a request; `key` becomes its public id."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class CheckForm(forms.Form):
    """The version that was checked before it was submitted."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=_VERSION_LIMIT)


class JoinForm(forms.Form):
    """What somebody wants to add to the request they join."""

    note = text(_("Anything to add?"), _("It stands with the request and reaches FastTrack."), length=2000)


class SectionForm(forms.Form):
    """One section. `version` and `base` say from what it was made, so that nothing saved meanwhile is overwritten."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=_VERSION_LIMIT)
    base = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    NEEDED: ClassVar[dict[str, Any]] = {}

    def __init__(
        self, *args: Any, ask: AssistanceRequest, section: Section, today: date, mode: Mode = "continue", **kwargs: Any
    ) -> None:
        self.ask, self.section, self.today, self.mode = ask, section, today, mode
        kwargs.setdefault("initial", self.values_of(ask))
        super().__init__(*args, **kwargs)
        self.known: dict[str, Any] = {}
        self.arrange(ask)
        for name, sentence in self.NEEDED.items():
            self.fields[name].error_messages["required"] = sentence

    def arrange(self, ask: AssistanceRequest) -> None:
        """Leaves out what is known, and sets limits that depend on the request."""

    def values_of(self, ask: AssistanceRequest) -> dict[str, Any]:
        values = {name: getattr(ask, name) for name in self.section.names}
        if "tenant" in values:
            values["tenant"] = ask.tenant.public_id if ask.tenant else None
        return {**values, "version": ask.version, "base": digest(self.section, stored(ask, self.section))}

    def needed(self) -> list[str]:
        return [name for name in REQUIRED_OF[self.ask.kind] if name in self.fields]

    def full_clean(self) -> None:
        """Only a submission asks for what is needed; it reads as needed all the same when it is shown."""
        for name in self.needed():
            self.fields[name].required = self.mode == "submit"
        try:
            super().full_clean()
        finally:
            for name in self.needed():
                self.fields[name].required = True

    def facts(self) -> dict[str, Any]:
        """The fields of AssistanceRequest that the page sets, and no others."""
        given = {name: self.cleaned_data[name] for name in self.section.names if name in self.cleaned_data}
        return {**given, **self.known}

    def over(self, ask: AssistanceRequest) -> None:
        """Shows what was typed again, made from what somebody saved meanwhile."""
        typed = QueryDict(mutable=True)
        typed.update(self.data)
        typed["version"] = str(ask.version)
        typed["base"] = digest(self.section, stored(ask, self.section))
        self.data = typed

    def label_of(self, name: str) -> str:
        return str(self.fields[name].label) if name in self.fields else name


def stored(ask: AssistanceRequest, section: Section) -> dict[str, Any]:
    return {name: getattr(ask, name) for name in section.names}


class WordsForm(forms.Form):
    """One text: a question, an answer, a reason."""

    text = text("", length=2000, rows=5, required=True)

    def __init__(self, *args: Any, label: Any, help_text: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].help_text = help_text
        self.fields["text"].error_messages["required"] = _("Please say it in a few words.")

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].strip()
        if not text:
            raise ValidationError(_("Please say it in a few words."))
        return text
