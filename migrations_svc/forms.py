"""What people fill in to plan and conduct a migration event; a file is read where it is checked."""

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fasttrack_portal.accounts.models import ZONES
from fasttrack_portal.refusals import Invalid
from migrations_svc import recordfile
from migrations_svc.models import Issue, MigrationEvent, MigrationProject
from migrations_svc.recordfile import DEFAULT_LIMITS, FileRefused, Limits, Plan, RowError, States

# A cell of the list has to fit its column; messages among the states may be longer.
LIST_LIMITS = Limits(cell=320)
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


class _FileForm(_Form):
    """A form with a CSV file that is read while it is checked: `cleaned_data["file"]` is what the file says."""

    line_errors: list[RowError]
    left_out = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line_errors = []

    def read(self, stream: UploadedFile) -> Plan | States:
        return recordfile.read(stream, LIST_LIMITS)  # type: ignore[arg-type]

    def clean_file(self) -> Plan | States | None:
        upload = self.cleaned_data.get("file")
        if not upload:
            return None
        if upload.size > DEFAULT_LIMITS.bytes:
            raise forms.ValidationError(_("The file is larger than 20 MB. Please split it."))
        try:
            found = self.read(upload)
        except FileRefused as refused:
            raise forms.ValidationError(refused.sentence) from None
        if found.errors:
            self._show(found.errors, found.errors_left_out)
            raise forms.ValidationError(self._nothing_stored())
        if not found.rows:
            raise forms.ValidationError(_("The file has a header, but no lines below it."))
        return found

    def refuse(self, refusal: Invalid) -> None:
        errors = refusal.details.get("errors")
        if not errors:
            super().refuse(refusal)
            return
        self._show(errors, int(refusal.details.get("left_out", 0)))
        self.add_error("file", self._nothing_stored())

    @property
    def error_count(self) -> int:
        return len(self.line_errors) + self.left_out

    def _show(self, errors: list[RowError], left_out: int) -> None:
        self.line_errors, self.left_out = errors, left_out

    def _nothing_stored(self) -> str:
        return ngettext(
            "Nothing was stored: %(count)s cell needs correcting. The table shows its line and column.",
            "Nothing was stored: %(count)s cells need correcting. The table shows line and column.",
            self.error_count,
        ) % {"count": f"{self.error_count:,}"}


def _file(label: Any, *, required: bool, help_text: Any) -> forms.FileField:
    return forms.FileField(
        label=label,
        required=required,
        help_text=help_text,
        allow_empty_file=True,
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    )


_LIST_HELP = gettext_lazy("A CSV file with the columns of the template, up to 100,000 lines and 20 MB.")


class CreateForm(_FileForm):
    """A new event, with its list or without."""

    key = forms.UUIDField(widget=forms.HiddenInput)
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


class ListForm(_FileForm):
    """The list of a draft; `replace` is asked for where there is one already."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    version = _version()
    file = _file(gettext_lazy("List of what moves"), required=True, help_text=_LIST_HELP)
    replace = forms.BooleanField(
        label=gettext_lazy("Replace the list that is there"),
        help_text=gettext_lazy("The old lines go, the new ones come; there is no mixing of the two."),
        error_messages={"required": gettext_lazy("Tick this to replace the list that is there.")},
    )

    def __init__(self, *args: Any, event: MigrationEvent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A second click on the same form asks nothing: its list is the one that is there.
        is_sent_again = self.is_bound and self.data.get("key") == str(event.list_key)
        if not event.record_count or is_sent_again:
            del self.fields["replace"]


class StatesForm(_FileForm):
    """The states of the records, as the migration tools export them."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    file = _file(
        gettext_lazy("States"),
        required=True,
        help_text=gettext_lazy(
            "A CSV file with an address and a state in each line; items, errors and message if you have them. "
            "Exports of Exchange fit as they are."
        ),
    )

    def read(self, stream: UploadedFile) -> States:
        return recordfile.read_states(stream)  # type: ignore[arg-type]


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


class IssueForm(_Form):
    """What went wrong; only FastTrack chooses the lane."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=gettext_lazy("What went wrong"), max_length=200)
    details = forms.CharField(
        label=gettext_lazy("Details"),
        max_length=4000,
        required=False,
        widget=_text(5),
        help_text=gettext_lazy("Which records, since when, and what you see. Please no passwords."),
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


class ResolveForm(_Form):
    """How an issue was resolved."""

    resolution = forms.CharField(label=gettext_lazy("How it was resolved"), max_length=2000, widget=_text(3))
