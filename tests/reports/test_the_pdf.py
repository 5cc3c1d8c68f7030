"""The real renderer: what a reader, a screen reader and an archive find in the file."""

import copy
import io
import json
import socket
import subprocess
import sys

import pytest
from django.conf import settings
from pypdf import PdfReader

from fasttrack_portal import pdf
from fasttrack_portal.documents import operations as documents
from migrations_svc.models import MigrationRecord
from reports import operations, papersizes, printing, snapshots
from tests.reports.scene import COMPLETED, fill, trouble

pytestmark = pytest.mark.slow

# Names as people have them: with letters that a font for English alone would leave out.
NAMES = ("Žofie Dvořáková", "Łukasz Świętosławski", "Ελένη Παπαδοπούλου", "Наталія Їжакевич", "Nguyễn Thị Hạnh")


def printed(report, records=None):
    """Each edition: the one to read, then the one to keep if there is one."""
    sheet = printing.sheet_of(report, records)
    return made(sheet, report)


def made(sheet, report):
    return pdf.render(
        sheet.html, editions=sheet.editions, static_dirs=[*settings.STATICFILES_DIRS], dated=report.gathered_at
    )


def frozen(kind, subject, by):
    report = operations.for_work(operations.request(kind, subject, by=by, at=COMPLETED).pk)
    return operations.freeze(report, at=COMPLETED)


def read(content):
    return PdfReader(io.BytesIO(content))


def words_of(page):
    return " ".join(page.extract_text().split())


def bookmarks(reader):
    return [entry.title for entry in reader.outline if not isinstance(entry, list)]


def fonts(reader):
    found = set()
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            held = font.get_object()
            below = held["/DescendantFonts"][0].get_object() if "/DescendantFonts" in held else held
            assert "/FontFile2" in below["/FontDescriptor"] or "/FontFile3" in below["/FontDescriptor"]
            found.add(held["/BaseFont"].partition("+")[2])
    return found


def elements(node, kind):
    """Every element of a kind in the structure tree."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [found for child in node for found in elements(child, kind)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("/S") == f"/{kind}" else []
    return own + elements(node.get("/K", []), kind)


def tree(reader):
    return reader.trailer["/Root"]["/StructTreeRoot"]


@pytest.fixture(scope="module")
def status(stage, made):
    """A status report with one issue and with names of all kinds, printed once for what is read in it."""
    scene = copy.deepcopy(made)
    trouble(scene.running, stage.lead)
    for place, name in enumerate(NAMES):
        record = scene.running.records.order_by("-pk")[place]
        MigrationRecord.objects.filter(pk=record.pk).update(display_name=name, status="failed")
    report = frozen("status", scene.running, stage.lead)
    (content,) = printed(report)
    return report, content


def test_a_status_report_is_tagged_bookmarked_and_can_be_checked_on_each_page(cast, status):
    report, content = status
    reader = read(content)
    text = " ".join(words_of(page) for page in reader.pages)
    for wanted in ("Contoso", "Status report", "Head office, wave 1", "Sam Specialist", "FastTrack Center EMEA"):
        assert wanted in text
    assert "4 of 10 records (40%)" in text
    assert "Shared calendar is empty" in text
    assert "fabrikam" not in text.lower()
    last = len(reader.pages)
    for number, page in enumerate(reader.pages, 1):
        words = words_of(page)
        assert report.seal.code in words
        assert settings.PUBLIC_URL in words
        # Whose report of which days it is, and where one is in it, stands on each page but the cover.
        assert number == 1 or "Contoso Status report · 17 April 2026" in words
        assert number == 1 or f"Page {number} of {last}" in words
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert catalog["/Lang"] == "en"
    assert reader.metadata.title == "Status report · Contoso · 17 April 2026"
    assert bookmarks(reader)[:3] == ["Summary", "Progress", "Records that need attention"]
    metadata = reader.xmp_metadata.stream.get_data()
    assert b"pdfuaid:part" in metadata.replace(b'="', b">")
    assert b"Status report \xc2\xb7 Contoso" in metadata
    # What a screen reader steps through: headings, and tables whose cells know their headers.
    assert len(elements(tree(reader), "H2")) == len(bookmarks(reader))
    heads = elements(tree(reader), "TH")
    assert heads
    assert all("/A" in head for head in heads)


def test_every_picture_has_an_alternative_with_its_numbers(cast, scene):
    figures = elements(tree(read(printed(frozen("engagement", scene.engagement, cast.lead))[0])), "Figure")
    told = [figure.get("/Alt") for figure in figures]
    assert all(told), told
    # The code at the foot of each page is told once, on the cover; what repeats is no part of the text.
    assert sum("QR code" in words for words in told) == 1
    assert any(words.startswith("Phases and milestones") or "General" in words for words in told)


def test_the_same_snapshot_is_the_same_bytes_in_another_process(cast, scene, status):
    """What is read and what is kept; each render is a process of its own, with a hash seed of its own."""
    report = frozen("final", scene.done, cast.lead)
    records = documents.read(report.records)
    first, again = printed(report, records), printed(operations.for_work(report.pk), records)
    assert len(first) == 2
    assert first == again
    # Another snapshot, another file: the promise is not about doing nothing.
    assert status[1] not in first


def test_the_copy_to_keep_carries_every_record_and_the_one_to_read_stays_light(cast, scene):
    fill(scene.done, {"completed": 500, "completed_with_warnings": 300, "failed": 190}, mark="many")
    report = frozen("final", scene.done, cast.lead)
    records = documents.read(report.records)
    said = snapshots.from_plain(report.snapshot)
    assert records.count(b"\r\n") == 1_001
    readable, kept = (read(content) for content in printed(report, records))
    assert not readable.attachments
    assert b"pdfuaid" in readable.xmp_metadata.stream.get_data()
    assert len(readable.pages) == len(kept.pages) < 15
    text = " ".join(words_of(page) for page in kept.pages)
    assert "1,000 planned" in text
    assert said.records.sha256 in text
    assert kept.attachments == {said.records.name: [records]}
    catalog = kept.trailer["/Root"]
    (file,) = catalog["/AF"]
    assert file["/AFRelationship"] == "/Data"
    assert file["/UF"] == said.records.name
    assert report.number in file["/Desc"]
    assert file["/EF"]["/F"]["/Subtype"] == "/text/csv"
    metadata = kept.xmp_metadata.stream.get_data()
    assert b"pdfaid:part" in metadata.replace(b'="', b">")
    assert catalog["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert catalog["/MarkInfo"]["/Marked"]
    assert "/Encrypt" not in kept.trailer
    # The heads of a long table stand on every page that it runs over.
    long = [words_of(page) for page in kept.pages if "larger than 150 MB" in words_of(page)]
    assert len(long) > 2
    assert all("What happened" in words for words in long)


def test_a_child_that_wants_too_much_memory_is_ended_with_a_reason():
    with pytest.raises(pdf.RenderFailed, match="the renderer ended with"):
        pdf.render("<html lang=en><title>x</title><p>x", static_dirs=[], memory=64 * 1024**2)


def test_every_record_is_printed_once_in_parts_that_are_whole(cast, scene, monkeypatch):
    monkeypatch.setattr(printing, "AT_ONCE", 6)
    report = frozen("final", scene.done, cast.lead)
    records = documents.read(report.records)
    found, parts = [], printing.parts_of(10)
    assert parts == 2
    for part in range(1, parts + 1):
        (content,) = made(printing.annex_sheet(report, records, part), report)
        reader = read(content)
        text = " ".join(words_of(page) for page in reader.pages)
        assert f"part {part} of 2" in text
        assert all(report.seal.code in words_of(page) for page in reader.pages)
        assert elements(tree(reader), "TD")
        # A long address is broken over two lines.
        found += [address for address in addresses(scene.done) if address in "".join(text.split())]
    assert sorted(found) == sorted(addresses(scene.done))


def addresses(event):
    return MigrationRecord.objects.filter(event=event).values_list("source_address", flat=True)


def test_names_in_latin_greek_and_cyrillic_are_set_in_the_font_of_the_setup(cast, status):
    reader = read(status[1])
    text = " ".join(words_of(page) for page in reader.pages)
    for name in NAMES:
        assert name in text
    assert fonts(reader) == {"Report-Sans", "Report-Sans-Semi-Bold"}


def test_each_weight_is_cut_out_of_the_font_once_and_not_letter_by_letter(cast, status):
    """Where the library for it is missing a report still comes, in twice the time and with the font as it is."""
    font = (pdf.font_folder() / "SourceSans3[wght].ttf").read_bytes()
    plain, strong = pdf._at_weight(font, 400), pdf._at_weight(font, 600)
    assert b"gvar" in font
    assert plain[:4] == strong[:4] == font[:4]
    assert plain != strong
    assert b"gvar" not in plain + strong


def test_a_report_fits_the_paper_of_its_country(cast, scene, status):
    fits(*status, "DE", (595, 842))
    scene.engagement.customer.country = "US"
    scene.engagement.customer.save()
    report = frozen("status", scene.running, cast.lead)
    fits(report, printed(report)[0], "US", (612, 792))


def fits(report, content, country, size):
    for page in read(content).pages:
        assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == size
        assert report.seal.code in words_of(page)
    assert papersizes.paper_of(country) == report.snapshot["head"]["paper"]


def test_a_report_loads_nothing_but_our_own_files(tmp_path):
    """A picture that may be loaded can be read in the text; those from anywhere else cannot."""
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="20"><text y="15">{}</text></svg>'
    ours = tmp_path / "static"
    ours.mkdir()
    (ours / "ours.svg").write_text(picture.format("ours"))
    (tmp_path / "theirs.svg").write_text(picture.format("theirs"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        addresses = ["static:ours.svg", f"http://127.0.0.1:{listener.getsockname()[1]}/", "static:../theirs.svg"]
        addresses += [f"file://{tmp_path}/theirs.svg", "font:../METADATA", f"{tmp_path}/theirs.svg"]
        images = "".join(f'<img src="{address}" alt="">' for address in addresses)
        (content,) = pdf.render(f'<html lang="en"><title>x</title><p>{images}words</p>', static_dirs=[ours])
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
    words = words_of(read(content).pages[0])
    assert "ours" in words
    assert "words" in words
    assert "theirs" not in words


def test_a_child_that_takes_too_long_is_ended_with_a_reason():
    rows = "<tr><td>x</td></tr>" * 20_000
    with pytest.raises(pdf.RenderFailed, match="more than 0 seconds"):
        pdf.render(f"<html lang=en><title>x</title><table>{rows}</table>", static_dirs=[], wall=0)


def test_a_child_whose_worker_is_gone_ends_and_leaves_no_file(tmp_path):
    """The pipe ends with the worker, however that was killed; what nobody waits for is not written."""
    rows, target, order = "<tr><td>x</td></tr>" * 20_000, tmp_path / "0.pdf", tmp_path / "order.json"
    edition = {"target": str(target), "variant": pdf.READABLE, "attachments": []}
    html, limits = f"<html lang=en><title>x</title><table>{rows}</table>", {"memory": 2 * 1024**3, "wall": 60}
    order.write_text(json.dumps({"html": html, "static_dirs": [], "dated": None, "editions": [edition], **limits}))
    child = subprocess.run(
        [sys.executable, pdf.__file__, str(order)], stdin=subprocess.DEVNULL, timeout=60, check=False
    )
    assert child.returncode == 1
    assert not target.exists()
