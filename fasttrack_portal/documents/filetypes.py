"""What a file is, found out from its bytes and held against its name; what people may attach, and what not."""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fasttrack_portal.refusals import Reason


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that people may attach; `proof` is what its bytes have to be."""

    media_type: str
    word: Reason
    proof: str


_WORD = gettext_lazy("a Word document")
_EXCEL = gettext_lazy("an Excel workbook")
_SLIDES = gettext_lazy("a PowerPoint presentation")
_TEXT = gettext_lazy("a text file")
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
# By the ending of the name. Formats that can hold programs (macros, scripts, archives) are left out on purpose.
KINDS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", gettext_lazy("a PDF"), "pdf"),
    "docx": Kind(f"{_OPEN_XML}.wordprocessingml.document", _WORD, "word"),
    "xlsx": Kind(f"{_OPEN_XML}.spreadsheetml.sheet", _EXCEL, "excel"),
    "pptx": Kind(f"{_OPEN_XML}.presentationml.presentation", _SLIDES, "slides"),
    "png": Kind("image/png", gettext_lazy("a PNG picture"), "png"),
    "jpg": Kind("image/jpeg", gettext_lazy("a JPEG picture"), "jpeg"),
    "jpeg": Kind("image/jpeg", gettext_lazy("a JPEG picture"), "jpeg"),
    "gif": Kind("image/gif", gettext_lazy("a GIF picture"), "gif"),
    "webp": Kind("image/webp", gettext_lazy("a WebP picture"), "webp"),
    "txt": Kind("text/plain", _TEXT, "text"),
    "log": Kind("text/plain", _TEXT, "text"),
    "md": Kind("text/plain", _TEXT, "text"),
    "csv": Kind("text/csv", gettext_lazy("a CSV file"), "text"),
}
ACCEPT = ",".join(f".{ending}" for ending in KINDS)
LONGEST_NAME = 120
_MOST_PARTS = 20_000

_PROGRAM = gettext_lazy("a program")
# What bytes say of themselves: how they begin, what that is, and the word for it.
_MARKS: tuple[tuple[bytes, str, Reason], ...] = (
    (b"%PDF-", "pdf", KINDS["pdf"].word),
    (b"\x89PNG\r\n\x1a\n", "png", KINDS["png"].word),
    (b"\xff\xd8\xff", "jpeg", KINDS["jpg"].word),
    (b"GIF87a", "gif", KINDS["gif"].word),
    (b"GIF89a", "gif", KINDS["gif"].word),
    (b"MZ", "program", _PROGRAM),
    (b"\x7fELF", "program", _PROGRAM),
    (b"\xfe\xed\xfa", "program", _PROGRAM),
    (b"\xcf\xfa\xed\xfe", "program", _PROGRAM),
    (b"\xca\xfe\xba\xbe", "program", _PROGRAM),
    (b"\x4c\x00\x00\x00\x01\x14\x02\x00", "program", gettext_lazy("a shortcut to a program")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old office", gettext_lazy("an older or encrypted Office file")),
    (b"7z\xbc\xaf\x27\x1c", "archive", gettext_lazy("an archive")),
    (b"Rar!", "archive", gettext_lazy("an archive")),
    (b"\x1f\x8b", "archive", gettext_lazy("an archive")),
)
_OFFICE = {"word/": ("word", _WORD), "xl/": ("excel", _EXCEL), "ppt/": ("slides", _SLIDES)}
# A text has no control characters but the ones that move the pen.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])$", re.IGNORECASE)


class NotTaken(Exception):
    """The file is not attached; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def safe_name(name: str) -> str:
    """The name without folders, control characters and signs that turn the reading direction; never empty."""
    last = re.split(r"[\\/]", name)[-1]
    signs = unicodedata.normalize("NFC", last)
    shown = "".join(sign for sign in signs if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co"))
    stem, dot, ending = shown.strip().rstrip(" .").rpartition(".")
    stem = re.sub(r'[<>:"|?*;]+', "_", stem if dot else ending).strip(" .") or "file"
    if _RESERVED.match(stem.partition(".")[0]):
        stem = f"_{stem}"
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}" if dot and len(ending) <= 10 else stem[:LONGEST_NAME]


def kind_of(name: str, content: bytes) -> Kind:
    """The kind of file, when its bytes are what its name says. Raises NotTaken with a sentence for the person."""
    ending = safe_name(name).rpartition(".")[2].lower()
    kind = KINDS.get(ending)
    if kind is None:
        raise NotTaken(
            _("Files of this type cannot be attached. Take PDF, Word, Excel, PowerPoint, a picture, text or CSV.")
        )
    if not content:
        raise NotTaken(_("The file is empty."))
    found, word = _found(content)
    if found == kind.proof:
        return kind
    if found == "macros":
        raise NotTaken(_("The document holds macros. Save it without them, then attach it."))
    if not word:
        raise NotTaken(
            _("The file is called .%(ending)s, but its content is not that of %(kind)s. Open it and save it anew.")
            % {"ending": ending, "kind": kind.word}
        )
    raise NotTaken(
        _("The file is called .%(ending)s, but by its content it is %(found)s. It was not attached.")
        % {"ending": ending, "found": word}
    )


def _found(content: bytes) -> tuple[str, Reason]:
    for mark, proof, word in _MARKS:
        if content.startswith(mark):
            return proof, word
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp", KINDS["webp"].word
    if content[:2] == b"PK":
        return _in_archive(content)
    return ("text", _TEXT) if _is_text(content) else ("", "")


def _in_archive(content: bytes) -> tuple[str, Reason]:
    """An Office document is an archive with a table of contents; only the list of its parts is read, nothing is
    unpacked, so that a bomb stays what it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [entry.filename for entry in archive.infolist()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        return "archive", _("a damaged archive")
    if "[Content_Types].xml" not in names or len(names) > _MOST_PARTS:
        return "archive", _("an archive")
    if any(name.lower().endswith(("vbaproject.bin", ".exe", ".dll")) for name in names):
        return "macros", ""
    for folder, (proof, word) in _OFFICE.items():
        if any(name.startswith(folder) for name in names):
            return proof, word
    return "archive", _("an archive")


def _is_text(content: bytes) -> bool:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not _CONTROLS.search(text)
    return False
