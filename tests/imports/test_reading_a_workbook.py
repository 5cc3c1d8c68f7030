"""The texts of a workbook stand in a table of their own, as Excel writes it, and are no way around the caps (B2)."""

import io
import time as clock
import zipfile

import openpyxl
import pytest

from fasttrack_portal.tabular import DEFAULT_LIMITS, FileRefused, Limits, Reading, is_read_at_once, opened

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
_ROWS = "".join(
    f'<row r="{row}"><c r="A{row}" t="s"><v>{first}</v></c><c r="B{row}" t="s"><v>{first + 1}</v></c></row>'
    for row, first in ((1, 0), (2, 2))
)


def workbook(*texts: str) -> io.BytesIO:
    """Two lines of two cells, whose texts are the first four."""
    plain, found = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(plain)
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            data = before.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = f'<worksheet xmlns="{_MAIN}"><sheetData>{_ROWS}</sheetData></worksheet>'.encode()
            if name == "[Content_Types].xml":
                override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}"/></Types>'
                data = data.replace(b"</Types>", override.encode())
            if name != "xl/sharedStrings.xml":
                after.writestr(name, data)
        items = "".join(f"<si>{text}</si>" for text in texts)
        after.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{items}</sst>')
    return found


def read(content: io.BytesIO, limits: Limits = DEFAULT_LIMITS) -> list[tuple[int, list[str]]]:
    return list(opened(content, limits, Reading(), ("name", "tpid"), ("name",), {}, is_strict=True).lines())


def test_a_text_is_whole_whatever_it_looks_like_and_however_it_is_said() -> None:
    runs = "<r><rPr><b/></rPr><t>Con</t></r><r><t>toso</t></r><rPh sb='0' eb='1'><t>kontoso</t></rPh>"
    assert read(workbook("<t>name</t>", "<t>tpid</t>", runs, "<t/>")) == [(2, ["Contoso", ""])]


def test_the_header_is_as_wide_as_its_names_and_what_stands_beside_them_is_a_fault() -> None:
    assert read(workbook("<t>name</t>", "<t/>", "<t>Contoso</t>", "<t/>")) == [(2, ["Contoso"])]
    into = Reading()
    beside = workbook("<t>name</t>", "<t/>", "<t>Contoso</t>", "<t>640114</t>")
    assert not list(opened(beside, Limits(), into, ("name",), ("name",), {}, is_strict=True).lines())
    assert [(error.line, error.message) for error in into.errors] == [(2, "This line has 2 cells, the header has 1.")]


def test_a_workbook_that_asks_for_more_texts_than_a_list_can_have_is_refused() -> None:
    far = workbook("<t>name</t>", "<t>tpid</t>", "<t>x</t>", "<t>y</t>", *["<t>z</t>"] * 9)
    assert read(far, Limits(texts=4)) == [(2, ["x", "y"])], "what no line shows is not read"
    with pytest.raises(FileRefused, match="unpacks to far more"):
        read(far, Limits(texts=3))


def test_texts_that_no_line_shows_are_for_a_job_and_no_reason_to_wait() -> None:
    names = "<t>name</t>", "<t>tpid</t>", "<t>x</t>", "<t>y</t>"
    for short in (workbook(*names), io.BytesIO(b"name\n" * 10)):
        assert is_read_at_once(short, 10, most=9)
        assert not is_read_at_once(short, 10, most=8)
    heavy = workbook(*names, *["<t/>"] * 400_000)
    assert not is_read_at_once(heavy, 3, most=9)
    began = clock.monotonic()
    assert read(heavy) == [(2, ["x", "y"])]
    assert clock.monotonic() - began < 1, "a million of them took four seconds"


@pytest.mark.parametrize("name", ["xl/styles2.xml", "xl/worksheets/book.xml"])
def test_megabytes_that_would_be_read_as_a_whole_are_refused_before(name: str) -> None:
    """Under a name of their own, or under one by which only lines go."""
    found = io.BytesIO()
    with zipfile.ZipFile(workbook(*["<t>x</t>"] * 4)) as before, zipfile.ZipFile(found, "w", 8) as after:
        for each in before.namelist():
            after.writestr(each, before.read(each).replace(b"/xl/workbook.xml", b"/" + name.encode()))
        after.writestr(name, "<a/>" * 300_000)
    with pytest.raises(FileRefused, match="unpacks to far more"):
        read(found)


def test_a_text_that_is_not_there_breaks_the_workbook_and_nothing_else() -> None:
    with pytest.raises(FileRefused, match="cannot be read"):
        read(workbook("<t>name</t>", "<t>tpid</t>"))
