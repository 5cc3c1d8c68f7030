"""The forms of triage and of the partner leg."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assistance import loads, offering
from assistance.forms import WordsForm
from assistance.models import Capacity, Offer, TriageSettings
from assistance.queue import Load
from assistance.section_forms import ServicesWidget
from assistance.services import SERVICE_FAMILIES, SERVICES
from assistance.words import DECLINE_REASONS, STEP_WORDS
from fasttrack_portal.directory.models import FastTrackCenter, Partner

BULK_LIMIT = 100
_VERSION_LIMIT = 2**31 - 1
_FEW_WORDS = _("Please say it in a few words.")


def _version() -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=_VERSION_LIMIT)


class SpecialistForm(forms.Form):
    """Who gets it: the people of the centre, the best suggestion first and chosen already."""

    specialist = forms.ChoiceField(
        label=_("Who should have it?"),
        help_text=_("Who speaks the customer’s language and carries least comes first."),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, candidates: Iterable[Load], language: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(load.person.public_id): load.person for load in candidates}
        choices = [(str(load.person.public_id), _described(load, language)) for load in candidates]
        self.fields["specialist"].choices = choices  # type: ignore[attr-defined]
        if choices:
            self.fields["specialist"].initial = choices[0][0]

    @property
    def person(self) -> Any:
        return self.people[self.cleaned_data["specialist"]]


class ShareOutForm(SpecialistForm):
    version = _version()


def _described(load: Load, language: str) -> str:
    parts = [
        _now("carries %(carried)d of %(capacity)d") % {"carried": load.carried, "capacity": load.capacity},
    ]
    if language:
        name = loads.language_name(language)
        says = _now("speaks %(language)s") if load.speaks(language) else _now("does not speak %(language)s")
        parts.insert(0, says % {"language": name})
    return f"{load.person}: {', '.join(parts)}"


class MoveForm(forms.Form):
    """Where it goes, and why."""

    centre = forms.ChoiceField(label=_("Which FastTrack Center should have it?"))
    reason = forms.CharField(
        label=_("Why does it move?"),
        help_text=_("The other centre and the customer read this sentence."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "w-l"}),
        error_messages={"required": _FEW_WORDS},
    )

    def __init__(self, *args: Any, centres: Iterable[FastTrackCenter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.centres = {str(centre.public_id): centre for centre in centres}
        choices = [(key, centre.name) for key, centre in self.centres.items()]
        self.fields["centre"].choices = choices  # type: ignore[attr-defined]

    @property
    def chosen(self) -> FastTrackCenter:
        return self.centres[self.cleaned_data["centre"]]


class DeclineForm(WordsForm):
    """A reason that can be counted, and the words that the customer reads."""

    code = forms.ChoiceField(label=_("Reason"), choices=[("", _("Choose a reason")), *DECLINE_REASONS.items()])
    field_order = ("code", "text")


# --- Many at once ----------------------------------------------------------------------------------------------------
BULK_STEPS = {
    "take": _("Take into review"),
    "assign": _("Give to a specialist"),
    "ask": _("Ask for information"),
    "decline": _("Decline"),
}


class ChosenForm(forms.Form):
    """Which rows of the queue, and what is to be done with them."""

    do = forms.ChoiceField(label=_("With the chosen requests"), choices=list(BULK_STEPS.items()))

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.keys: list[uuid.UUID] = []

    def clean(self) -> dict[str, Any]:
        typed = dict.fromkeys(self.data.getlist("ask"))  # type: ignore[attr-defined]
        if not typed:
            raise ValidationError(_("Choose at least one request in the queue."))
        if len(typed) > BULK_LIMIT:
            raise ValidationError(
                ngettext(
                    "Choose at most %(limit)d request at a time.",
                    "Choose at most %(limit)d requests at a time.",
                    BULK_LIMIT,
                )
                % {"limit": BULK_LIMIT}
            )
        for key in typed:
            try:
                self.keys.append(uuid.UUID(key))
            except ValueError:
                raise ValidationError(_("One of the chosen requests could not be read. Choose again.")) from None
        return self.cleaned_data


def bulk_words(do: str, data: Any, candidates: Iterable[Load]) -> forms.Form:
    """What the step needs to know beside the rows."""
    if do == "assign":
        return SpecialistForm(data, candidates=list(candidates))
    if do == "take":
        return forms.Form(data)
    words = STEP_WORDS["ask_for_information" if do == "ask" else "decline"]
    kind = WordsForm if do == "ask" else DeclineForm
    return kind(data, label=words.label, help_text=words.hint)


# --- Numbers ---------------------------------------------------------------------------------------------------------
class CapacityForm(forms.Form):
    """How much one specialist can carry."""

    engagements = forms.IntegerField(
        label=_("How many engagements can you carry at a time?"),
        help_text=_("Open requests count too: each may become an engagement."),
        min_value=0,
        max_value=500,
        widget=forms.NumberInput(attrs={"class": "w-s"}),
    )
    languages = forms.MultipleChoiceField(
        label=_("Which languages do you speak with customers?"),
        help_text=_("The language of your own settings always counts."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    version = _version()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted((loads.language_name(code), code) for code in loads.LANGUAGES)
        self.fields["languages"].choices = [(code, name) for name, code in names]  # type: ignore[attr-defined]

    @staticmethod
    def values_of(capacity: Capacity | None) -> dict[str, Any]:
        if capacity is None:
            return {"engagements": TriageSettings.current().capacity, "languages": [], "version": 1}
        return {
            "engagements": capacity.engagements,
            "languages": capacity.languages,
            "version": capacity.version,
        }


def _days(label: Any, most: int = 60) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=1, max_value=most, widget=forms.NumberInput(attrs={"class": "w-s"})
    )


class TriageSettingsForm(forms.Form):
    """Every number of triage and of the partner leg."""

    review_days = _days(_("A request is overdue after so many working days with FastTrack"))
    first_reminder_days = _days(_("First reminder of a question, in working days"))
    second_reminder_days = _days(_("Second reminder of a question, in working days"))
    capacity = _days(_("Engagements a specialist can carry, where they say nothing else"), 500)
    offer_reminder_days = _days(_("Reminder of an offer to a partner, in working days"))
    offer_expiry_days = _days(_("An offer expires after so many days"))
    pause_days = _days(_("A partner’s pause lasts so many days"), 365)
    version = _version()

    NUMBERS = (
        "review_days", "first_reminder_days", "second_reminder_days", "capacity", "offer_reminder_days",
        "offer_expiry_days", "pause_days",
    )  # fmt: skip

    @classmethod
    def values_of(cls, row: TriageSettings) -> dict[str, Any]:
        return {name: getattr(row, name) for name in (*cls.NUMBERS, "version")}

    def numbers(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in self.NUMBERS}

    def clean(self) -> dict[str, Any]:
        first, second = (self.cleaned_data.get(f"{turn}_reminder_days") for turn in ("first", "second"))
        if first and second and second <= first:
            self.add_error("second_reminder_days", _("The second reminder comes after the first."))
        return self.cleaned_data


# --- The partner leg -------------------------------------------------------------------------------------------------
class OfferForm(forms.Form):
    """Which partner: one that the customer agrees to, in turn; or another by its name, about whom it is asked first."""

    partner = forms.ChoiceField(
        label=_("Which partner?"),
        help_text=_(
            "These companies work for the customer today. Whoever has waited longest for an offer comes first."
        ),
        required=False,
        widget=forms.RadioSelect,
    )
    other = forms.CharField(
        label=_("Another partner"),
        help_text=_("Its exact name. We ask the customer first; the offer goes out by itself when it agrees."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "w-l"}),
    )
    services = forms.MultipleChoiceField(
        label=_("Which services is it about?"),
        choices=[
            (family.label, [(code, SERVICES[code]) for code in family.services]) for family in SERVICE_FAMILIES.values()
        ],
        widget=ServicesWidget,
    )
    desired_on = forms.DateField(
        label=_("When is the start planned?"),
        help_text=_("The partner sees the month."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "w-m"}, format="%Y-%m-%d"),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: list[offering.Choice], of_request: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partners = {str(each.partner.public_id): each.partner for each in choices}
        self.fields["partner"].choices = [  # type: ignore[attr-defined]
            (str(each.partner.public_id), _offered_to(each)) for each in choices
        ]
        willing = [each for each in choices if not each.refusal]
        self.fields["partner"].initial = str(willing[0].partner.public_id) if willing else None
        if not choices:
            del self.fields["partner"]
        if of_request:
            del self.fields["services"], self.fields["desired_on"]

    def clean_desired_on(self) -> Any:
        day, today = self.cleaned_data["desired_on"], timezone.localdate()
        if day and not today - timedelta(days=365) <= day <= today + timedelta(days=5 * 365):
            raise ValidationError(_("Choose a day within the next five years."))
        return day

    def clean(self) -> dict[str, Any]:
        name = (self.cleaned_data.get("other") or "").strip()
        if name:
            self.cleaned_data["who"] = Partner.objects.filter(name__iexact=name).first()
            if self.cleaned_data["who"] is None:
                self.add_error("other", _("We know no partner of this name. Check how it is written."))
        elif key := self.cleaned_data.get("partner"):
            self.cleaned_data["who"] = self.partners[key]
        elif not self.errors:
            self.add_error("partner" if "partner" in self.fields else "other", _("Choose a partner."))
        return self.cleaned_data

    @property
    def typed_in(self) -> str:
        """The field that names the partner, for what the domain says of it."""
        return "other" if (self.cleaned_data.get("other") or "").strip() else "partner"


def _offered_to(choice: offering.Choice) -> str:
    if choice.refusal:
        return f"{choice.partner} ({choice.refusal})"
    told = ngettext("%(count)d person gets a mail", "%(count)d people get a mail", choice.people)
    return f"{choice.partner} ({told % {'count': choice.people}})"


class DeclineOfferForm(forms.Form):
    """Why not, and whether the partner is full for a while."""

    code = forms.ChoiceField(label=_("Why not?"), choices=[("", _("Choose a reason")), *Offer.Reason.choices])
    reason = forms.CharField(
        label=_("In your words"),
        help_text=_("FastTrack reads this."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "w-l"}),
    )
    pauses = forms.BooleanField(label=_("Send us no more offers for a while"), required=False)
