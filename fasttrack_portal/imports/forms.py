"""The form that takes a list in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.imports.reading import LIMITS
from fasttrack_portal.tabular import FileRefused, lines_at_most


class UploadForm(forms.Form):
    """A CSV file or a workbook; what is wrong with the file as a whole is said at the field."""

    file = forms.FileField(
        label=_("List of customers"),
        help_text=_("CSV or Excel (.xlsx), up to 100,000 lines and 10 MB. You see what it does before it is written."),
        allow_empty_file=True,
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,text/csv,text/plain"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    lines = 0

    def is_too_large(self) -> bool:
        upload = self.files.get("file")
        return upload is not None and (upload.size or 0) > LIMITS.bytes

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if self.is_too_large():
            raise forms.ValidationError(_("The file is larger than 10 MB. Please split it."))
        try:
            self.lines = lines_at_most(upload.file)
        except FileRefused as refused:
            raise forms.ValidationError(refused.sentence) from None
        if self.lines > LIMITS.rows + 2:
            raise forms.ValidationError(_("The file has more than 100,000 lines. Please split it."))
        return upload
