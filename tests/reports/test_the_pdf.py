"""The real renderer: what a reader, a screen reader and an archive find in the file."""

import io

import pytest
from django.conf import settings
from pypdf import PdfReader

from fasttrack_portal import pdf
from fasttrack_portal.documents import operations as documents
from reports import operations, printing, snapshots
from tests.reports.scene import COMPLETED, fill, trouble

pytestmark = pytest.mark.slow


def printed(report, records=None):
    sheet = printing.sheet_of(report, records)
    return pdf.render(
        sheet.html,
        static_dirs=[*settings.STATICFILES_DIRS],
        variant=sheet.variant,
        attachments=sheet.attachments,
        dated=report.gathered_at,
    )


def frozen(kind, subject, by):
    report = operations.for_work(operations.request(kind, subject, by=by, at=COMPLETED).pk)
    return operations.freeze(report, at=COMPLETED)


def bookmarks(reader):
    return [entry.title for entry in reader.outline if not isinstance(entry, list)]


def test_a_status_report_is_tagged_bookmarked_and_the_same_every_time(cast, scene):
    trouble(scene.running, cast.lead)
    report = frozen("status", scene.running, cast.lead)
    content = printed(report)
    assert printed(report) == content
    reader = PdfReader(io.BytesIO(content))
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    for wanted in ("Contoso", "Status report", "17 April 2026", "Sam Specialist", "FastTrack Center EMEA"):
        assert wanted in text
    assert "4 of 10 records (40%)" in text
    assert "Shared calendar is empty" in text
    assert "fabrikam" not in text.lower()
    # Each page can be checked by itself.
    last = len(reader.pages)
    for number, page in enumerate(reader.pages, 1):
        words = " ".join(page.extract_text().split())
        assert report.seal.code in words
        assert settings.PUBLIC_URL in words
        assert number == 1 or f"Page {number} of {last}" in words
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalog
    assert catalog["/Lang"] == "en"
    assert reader.metadata.title == "Status report · Contoso · 17 April 2026"
    assert bookmarks(reader)[:3] == ["Summary", "Progress", "Records that need attention"]
    assert b"pdfuaid" in reader.xmp_metadata.stream.get_data()


def alternatives(node, found):
    """The alternative text of every figure in the structure tree."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for child in node:
            alternatives(child, found)
    elif (isinstance(node, dict) and "/S" in node) or (isinstance(node, dict) and "/K" in node):
        if node.get("/S") == "/Figure":
            found.append(node.get("/Alt"))
        alternatives(node.get("/K", []), found)
    return found


def test_every_picture_of_an_engagement_report_has_an_alternative(cast, scene):
    reader = PdfReader(io.BytesIO(printed(frozen("engagement", scene.engagement, cast.lead))))
    found = alternatives(reader.trailer["/Root"]["/StructTreeRoot"], [])
    assert len(found) >= 3
    assert all(found), found


def test_a_final_report_of_five_thousand_records_stays_short_and_carries_them_all(cast, scene):
    fill(scene.done, {"completed": 4_500, "completed_with_warnings": 300, "failed": 190}, mark="many")
    report = frozen("final", scene.done, cast.lead)
    records = documents.read(report.records)
    reader = PdfReader(io.BytesIO(printed(report, records)))
    assert len(reader.pages) < 15
    said = snapshots.from_plain(report.snapshot)
    assert list(reader.attachments) == [said.records.name]
    assert reader.attachments[said.records.name] == [records]
    assert records.count(b"\r\n") == 5_001
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    assert "5,000 planned" in text
    assert said.records.sha256 in text
    assert b"pdfaid" in reader.xmp_metadata.stream.get_data()
    assert "/StructTreeRoot" in reader.trailer["/Root"]


def test_a_report_loads_nothing_but_our_own_files(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    for address in ("http://127.0.0.1:1/", f"file://{tmp_path}/secret.txt", "static:../../secret.txt"):
        html = f'<html lang="en"><title>x</title><p><img src="{address}" alt="x">words</p>'
        assert b"secret" not in pdf.render(html, static_dirs=[tmp_path / "static"])


def test_a_child_that_takes_too_long_is_ended_with_a_reason():
    rows = "<tr><td>x</td></tr>" * 20_000
    with pytest.raises(pdf.RenderFailed, match="more than 0 seconds"):
        pdf.render(f"<html lang=en><title>x</title><table>{rows}</table>", static_dirs=[], wall=0)
