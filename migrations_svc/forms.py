"""What people fill in to plan and conduct a migration event; a file is read where it is checked."""

from datetime import date
from typing import Any, BinaryIO, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fasttrack_portal.accounts.models import ZONES
from fasttrack_portal.refusals import Invalid
from migrations_svc.models import Issue, MigrationProject, MigrationRecord
from migrations_svc.operations.issues import MOST_OPTIONS, MOST_RECORDS
from migrations_svc.operations.lists import LIST_LIMITS
from migrations_svc.recordfile import FileRefused, RowError, lines_at_most

_ZONES = [(zone, zone.replace("_", " ")) for zone in ZONES]


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _version() -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)


class _Form(forms.Form):
    def refuse(self, refusal: Invalid) -> None:
        """The domain's no, at the field it is about."""
        field = str(refusal.details.get("field", ""))
        self.add_error(field if field in self.fields else None, str(refusal.reason))


def _counted(upload: UploadedFile) -> int:
    """The lines that the file has at most; a file with far too many is refused before a line of it is read."""
    lines = lines_at_most(cast(BinaryIO, upload.file))
    if lines > LIST_LIMITS.rows + 2:
        raise FileRefused(_("The file has more than 100,000 lines. Please split it."))
    return lines


def _file(label: Any, *, required: bool, help_text: Any) -> forms.FileField:
    return forms.FileField(
        label=label,
        required=required,
        help_text=help_text,
        allow_empty_file=True,
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,text/csv,text/plain"}),
    )


class _FileForm(_Form):
    """A file that operations take in; here it is only measured."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    lines = 0

    def clean_file(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["file"]
        if not upload:
            return None
        if self.is_too_large():
            raise forms.ValidationError(_("The file is larger than 20 MB. Please split it."))
        try:
            self.lines = _counted(upload)
        except FileRefused as refused:
            raise forms.ValidationError(refused.sentence) from None
        return upload

    def content(self) -> dict[str, Any]:
        """The file as the operations take it; nothing where none was chosen."""
        upload: UploadedFile | None = self.cleaned_data["file"]
        if not upload:
            return {}
        name = (upload.name or "").replace("\x00", "")[:200]
        return {"content": cast(BinaryIO, upload.file), "name": name, "lines_at_most": self.lines}

    def is_too_large(self) -> bool:
        upload = self.files.get("file")
        return upload is not None and (upload.size or 0) > LIST_LIMITS.bytes


class StatesForm(_FileForm):
    """The states of the records, as the migration tools export them."""

    file = _file(
        gettext_lazy("States"),
        required=True,
        help_text=gettext_lazy(
            "CSV or Excel (.xlsx) with an address and a state in each line; items, errors and message if you have "
            "them. Exports of Exchange and of Migration Manager fit as they are."
        ),
    )

    line_errors: list[RowError]
    left_out = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line_errors = []

    def refuse(self, refusal: Invalid) -> None:
        errors = refusal.details.get("errors")
        if not errors:
            super().refuse(refusal)
            return
        self.line_errors, self.left_out = errors, int(refusal.details.get("left_out", 0))
        self.add_error("file", self._nothing_stored())

    @property
    def error_count(self) -> int:
        return len(self.line_errors) + self.left_out

    def _nothing_stored(self) -> str:
        return ngettext(
            "Nothing was stored: %(count)s cell needs correcting. The table shows its line and column.",
            "Nothing was stored: %(count)s cells need correcting. The table shows line and column.",
            self.error_count,
        ) % {"count": f"{self.error_count:,}"}


_LIST_HELP = gettext_lazy(
    "CSV or Excel (.xlsx), up to 100,000 lines and 20 MB: our template, or the export of Exchange, Google, IMAP and "
    "other tools as it is."
)


class ListForm(_FileForm):
    """A file with what moves; it becomes a plan, and nothing else yet."""

    file = _file(gettext_lazy("List of what moves"), required=True, help_text=_LIST_HELP)


class CreateForm(ListForm):
    """A new event, with its list or without."""

    field_order = ("key", "title", "source", "zone", "file")
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=120,
        help_text=gettext_lazy("What both sides will call it, such as “Sales, first wave”."),
    )
    source = forms.ChoiceField(
        label=gettext_lazy("Where the data is now"), choices=MigrationProject.Source.choices, widget=forms.Select
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone of the event"),
        choices=_ZONES,
        help_text=gettext_lazy("The start of the event and the end of its window are counted in this zone."),
    )
    file = _file(gettext_lazy("List of what moves"), required=False, help_text=_LIST_HELP)


class EditForm(_Form):
    """Title and zone of an event that is not scheduled yet."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    zone = forms.ChoiceField(label=gettext_lazy("Time zone of the event"), choices=_ZONES)
    version = _version()


class ScheduleForm(_Form):
    """Day and hour, on the clock of the event's zone."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    wall = forms.TimeField(label=gettext_lazy("Start"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, *args: Any, first: date, last: date, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = self.fields["day"]
        day.validators += [
            MinValueValidator(first, _("The first day that leaves time for every deadline is %(limit_value)s.")),
            MaxValueValidator(last, _("That is too far away. The last day is %(limit_value)s.")),
        ]
        day.widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}
        day.help_text = _("From %(day)s on.") % {"day": date_format(first, "j F Y")}
        self.fields["wall"].help_text = _("On the clock in %(zone)s.") % {"zone": zone.replace("_", " ")}


class ReasonForm(_Form):
    """Why an event does not take place, or came to nothing."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=_text(3),
        help_text=gettext_lazy("The other side reads it."),
    )


def _addresses(help_text: Any, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Records it is about"),
        max_length=8000,
        required=required,
        widget=_text(3),
        help_text=help_text,
    )


class LinkForm(_Form):
    """Which records an issue is about, too."""

    addresses = _addresses(gettext_lazy("Source addresses as they stand on the list, one a line."), required=True)

    def clean_addresses(self) -> list[str]:
        found = [line.strip() for line in self.cleaned_data["addresses"].splitlines() if line.strip()]
        if len(found) > MOST_RECORDS:
            raise forms.ValidationError(_("At most %(count)s records fit an issue.") % {"count": MOST_RECORDS})
        return found


class IssueForm(LinkForm):
    """What went wrong; only FastTrack chooses the lane."""

    field_order = ("key", "title", "details", "addresses", "lane")

    key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=gettext_lazy("What went wrong"), max_length=200)
    details = forms.CharField(
        label=gettext_lazy("Details"),
        max_length=4000,
        required=False,
        widget=_text(5),
        help_text=gettext_lazy("Which records, since when, and what you see. Please no passwords."),
    )
    addresses = _addresses(
        gettext_lazy("Source addresses as they stand on the list, one a line; others can follow."), required=False
    )
    lane = forms.ChoiceField(
        label=gettext_lazy("Who takes it on"), choices=Issue.Lane.choices, widget=forms.RadioSelect, required=False
    )

    def __init__(self, *args: Any, chooses_lane: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not chooses_lane:
            del self.fields["lane"]


class LaneForm(_Form):
    """Who takes an issue on."""

    lane = forms.ChoiceField(
        label=gettext_lazy("Who takes it on"), choices=Issue.Lane.choices, widget=forms.RadioSelect
    )
    version = _version()


class OptionsForm(_Form):
    """Ways out that FastTrack offers."""

    texts = forms.CharField(
        label=gettext_lazy("Options"),
        max_length=6000,
        widget=_text(4),
        help_text=gettext_lazy("One a line. With the first one it is the customer’s turn to choose."),
    )
    version = _version()

    def clean_texts(self) -> list[str]:
        found = [line.strip() for line in self.cleaned_data["texts"].splitlines() if line.strip()]
        if any(len(text) > 500 for text in found):
            raise forms.ValidationError(_("An option has at most 500 characters."))
        if len(found) > MOST_OPTIONS:
            raise forms.ValidationError(_("At most %(count)s options fit an issue.") % {"count": MOST_OPTIONS})
        return found


class RecordForm(_Form):
    """The state of one record, by hand."""

    status = forms.ChoiceField(label=gettext_lazy("State"), choices=MigrationRecord.Status.choices)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=_text(2),
        help_text=gettext_lazy("It stands beside the record, and both sides read it."),
    )
    version = _version()


class HandBackForm(_Form):
    """Why an issue goes back to FastTrack."""

    reason = forms.CharField(
        label=gettext_lazy("Why it goes back"),
        max_length=2000,
        widget=_text(3),
        help_text=gettext_lazy("Such as what would have to be different. FastTrack reads it."),
    )


class ResolveForm(_Form):
    """How an issue was resolved."""

    resolution = forms.CharField(label=gettext_lazy("How it was resolved"), max_length=2000, widget=_text(3))
