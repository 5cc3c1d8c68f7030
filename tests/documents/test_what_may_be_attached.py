"""Which files may be attached: what the bytes say is held against the name."""

import io
import zipfile

import pytest

from fasttrack_portal.documents.filetypes import NotTaken, kind_of, safe_name


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "<x/>")
    return out.getvalue()


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
PROGRAM = b"MZ\x90\x00\x03" + b"\x00" * 60
WORD = archive("[Content_Types].xml", "word/document.xml")
EXCEL = archive("[Content_Types].xml", "xl/workbook.xml")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("plan.pdf", PDF, "application/pdf"),
        ("PLAN.PDF", PDF, "application/pdf"),
        ("plan.docx", WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("plan.xlsx", EXCEL, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("shot.png", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("shot.jpeg", b"\xff\xd8\xff\xe0....", "image/jpeg"),
        ("notes.txt", "Grüße, 100 %".encode(), "text/plain"),
        ("notes.txt", "Grüße".encode("cp1252"), "text/plain"),
        ("notes.txt", "Grüße".encode("utf-16"), "text/plain"),
        ("list.csv", b"a,b\r\n1,2\r\n", "text/csv"),
    ],
)
def test_what_is_what_it_says(name, content, media_type):
    assert kind_of(name, content).media_type == media_type


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("invoice.pdf", PROGRAM, "by its content it is a program"),
        ("invoice.pdf", b"\x7fELF\x02\x01\x01", "a program"),
        ("invoice.pdf", b"#!/bin/sh\nrm -rf /", "a text file"),
        ("invoice.pdf", WORD, "Word document"),
        ("invoice.pdf", b"  %PDF-1.7", "a text file"),
        ("invoice.pdf", b"\x00\x01\x02", "not that of a PDF"),
        ("invoice.pdf.exe", PROGRAM, "cannot be attached"),
        ("setup.exe", PDF, "cannot be attached"),
        ("page.html", b"<script>alert(1)</script>", "cannot be attached"),
        ("drawing.svg", b"<svg onload='x'/>", "cannot be attached"),
        ("bundle.zip", archive("setup.exe"), "cannot be attached"),
        ("plan.docx", archive("setup.exe"), "an archive"),
        ("plan.docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "macros"),
        ("plan.docx", EXCEL, "Excel workbook"),
        ("plan.docx", b"PK\x03\x04" + b"\x00" * 40, "damaged archive"),
        ("plan.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "older or encrypted"),
        ("notes.txt", PROGRAM, "a program"),
        ("notes.txt", b"a\x00b", "not that of a text file"),
        ("notes.txt", b"", "empty"),
        ("shot.png", b"GIF89a....", "GIF picture"),
        ("noending", PDF, "cannot be attached"),
        (".pdf", PDF, ""),
        ("x.pdf\u202etxt.exe", PROGRAM, "cannot be attached"),
    ],
)
def test_what_is_not_what_it_says_is_refused_in_a_sentence(name, content, words):
    if not words:
        assert kind_of(name, content)
        return
    with pytest.raises(NotTaken, match=words):
        kind_of(name, content)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\plan.pdf", "plan.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ('"><img>.png', "_img_.png"),
        ("gpj.\u202eexe.pdf", "gpj.exe.pdf"),
        ("con.txt", "_con.txt"),
        ("....pdf", "file.pdf"),
        ("\x00", "file"),
        ("é" * 300 + ".pdf", "é" * 116 + ".pdf"),
        ("x" * 200, "x" * 120),
    ],
)
def test_names_are_kept_safe(given, kept):
    assert safe_name(given) == kept
    assert len(safe_name(given)) <= 120
