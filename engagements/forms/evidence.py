"""The forms of what people attach: a file, a link, a note, a comment."""

from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from engagements.operations.evidence import too_large
from fasttrack_portal.documents.filetypes import ACCEPT


def _key() -> forms.UUIDField:
    return forms.UUIDField(widget=forms.HiddenInput)


def _title(help_text: Any) -> forms.CharField:
    return forms.CharField(label=_("Title"), max_length=200, required=False, help_text=help_text)


class FileForm(forms.Form):
    """One file. The size is looked at before a byte of it is read; one that was too long for the portal has none."""

    file = forms.FileField(
        label=_("File"), max_length=255, allow_empty_file=True, widget=forms.FileInput(attrs={"accept": ACCEPT})
    )
    title = _title(_("Empty takes the name of the file."))
    key = _key()
    content = b""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "PDF, Word, Excel, PowerPoint, a picture, text or CSV, up to %(most)s. Both sides can read it."
        ) % {"most": filesizeformat(settings.UPLOAD_MAX_BYTES)}

    def is_too_large(self) -> bool:
        upload = self.files.get("file")
        return upload is not None and (upload.size or 0) > settings.UPLOAD_MAX_BYTES

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if self.is_too_large():
            raise forms.ValidationError(too_large())
        self.content = upload.read()
        return upload


class LinkForm(forms.Form):
    """Where it is kept."""

    url = forms.CharField(
        label=_("Address"),
        max_length=1000,
        help_text=_("Begins with https://. Who opens it needs the right to read it there."),
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    title = _title(_("What one finds there."))
    key = _key()


class NoteForm(forms.Form):
    """What shows that it is done, in words."""

    text = forms.CharField(
        label=_("Note"),
        max_length=4000,
        help_text=_("What was done, where, and how one can see it. Both sides read this."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    title = _title(_("Empty takes the first line."))
    key = _key()


class CommentForm(forms.Form):
    """A question or an answer."""

    text = forms.CharField(
        label=_("Your comment"),
        max_length=4000,
        help_text=_("Both sides read this, and whoever takes part here is told."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    key = _key()
