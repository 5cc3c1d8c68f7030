"""The lists of other tools mean what they mean there; whatever a file holds, each line is accounted for."""

import contextlib
import io
import time

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fasttrack_portal.copying import copied
from migrations_svc.operations.lists import LIST_LIMITS, _cells_of_line, _row_of_line
from migrations_svc.recordfile import (
    EXAMPLES,
    RECORD_STATES,
    VOCABULARIES,
    FileRefused,
    ListFile,
    is_backwards,
    lines_at_most,
    state_of,
    template,
)
from migrations_svc.recordfile.formats import FORMATS


def lines_of(content):
    return list(ListFile(io.BytesIO(content.encode() if isinstance(content, str) else content), LIST_LIMITS))


@pytest.mark.parametrize(
    ("header", "line", "expected"),
    [
        ("EmailAddress", "ada@x.example", ("ada@x.example", "ada@x.example", "mailbox")),
        ("EmailAddress,MailboxType", "ada@x.example,ArchiveOnly", ("ada@x.example", "ada@x.example", "archive")),
        ("EmailAddress,UserName", "ada@x.example,ada@g.example", ("ada@g.example", "ada@x.example", "mailbox")),
        ("EmailAddress,UserName", r"ada@x.example,OLD\ada", ("ada@x.example", "ada@x.example", "mailbox")),
        (
            "First Name [Required],Email Address [Required]",
            "Ada,ada@x.example",
            ("ada@x.example", "ada@x.example", "mailbox"),
        ),
        (
            "Source Email,Source Login Name,Destination Email,Destination Login Name",
            "ada@a.example,ada,ada@b.example,ada",
            ("ada@a.example", "ada@b.example", "mailbox"),
        ),
        (
            "FileSharePath,SharePointSite,DocLib",
            r"\\files\a,https://x.sharepoint.com/sites/a,Documents",
            (r"\\files\a", "https://x.sharepoint.com/sites/a", "site"),
        ),
        (
            "Source path,Destination path",
            "ada@box.example,https://x-my.sharepoint.com/personal/ada",
            ("ada@box.example", "https://x-my.sharepoint.com/personal/ada", "onedrive"),
        ),
        (
            "DisplayName,PrimarySmtpAddress,RecipientTypeDetails",
            "Room 1,r1@x.example,RoomMailbox",
            ("r1@x.example", "r1@x.example", "shared_mailbox"),
        ),
    ],
)
def test_what_a_tool_writes(header, line, expected):
    (found,) = lines_of(f"{header}\n{line}\n")
    assert found.errors == []
    assert (found.source_address, found.target_address, found.kind) == expected


def test_sizes_as_exchange_tells_them():
    (found,) = lines_of('EmailAddress,Size (GB)\na@b.example,"2 GB (2,147,483,648 bytes)"\n')
    assert found.size_gb == 2


@pytest.mark.parametrize("source", sorted(EXAMPLES))
def test_each_template_is_read_and_its_example_is_not_taken_for_a_record(source):
    (found,) = lines_of(template(source))
    assert [message for _column, _value, message in found.errors] == [
        "This is the example of the template; please delete it."
    ]
    assert (found.source_address, found.target_address, found.kind) == (
        EXAMPLES[source][0],
        EXAMPLES[source][1],
        EXAMPLES[source][4],
    )


def test_the_formats_are_told_apart_from_the_narrowest_on():
    for place, earlier in enumerate(FORMATS):
        assert not any(earlier.marks <= later.marks for later in FORMATS[place + 1 :])


def test_every_word_of_every_tool_is_one_of_our_states():
    for table in VOCABULARIES.values():
        for word, state in table.items():
            assert word == word.lower().replace(" ", "").replace("_", "")
            assert state in RECORD_STATES
            assert state_of(word) == state, "no two tools mean different things by one word"


@pytest.mark.parametrize(
    ("before", "now", "answer"),
    [
        ("completed", "syncing", True),
        ("synced", "queued", True),
        ("completed", "failed", True),
        ("completed", "completed_with_warnings", False),
        ("failed", "queued", False),
        ("stopped", "syncing", False),
        ("syncing", "failed", False),
        ("queued", "completed", False),
    ],
)
def test_what_goes_backwards(before, now, answer):
    assert is_backwards(before, now) is answer


_CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_LINE = st.lists(_CELL | st.sampled_from(["ada@x.example", "=1+1", "12,5", '"', "mailbox"]), max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_LINE, max_size=8), st.sampled_from(["EmailAddress", "source_address,target_address,size_gb"]))
def test_every_line_is_accounted_for_and_can_be_stored(rows, header):
    text = "\n".join([header, *(",".join(row).replace("\n", " ").replace("\r", " ") for row in rows)])
    try:
        found = lines_of(text.encode())
    except FileRefused:
        return
    numbers = [line.line for line in found]
    assert len(set(numbers)) == len(numbers)
    assert set(numbers) <= set(range(2, len(rows) + 2))
    for line in found:
        assert line.errors or (line.source_address and line.target_address and line.kind)
        cells, row = copied(_cells_of_line(1, line)), _row_of_line(1, line)
        assert "\0" not in cells
        assert cells == (row if isinstance(row, str) else copied(row))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_a_refusal(content):
    with contextlib.suppress(FileRefused):
        lines_at_most(io.BytesIO(content))
        assert all(line.errors or line.source_address for line in lines_of(content))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_line_counts_once_whatever_ends_it(encoding, ending):
    """Parts of a file end anywhere, between the two signs of a line end too."""
    content = ("EmailAddress" + ending + f"a@b.example{ending}" * 20_000).encode(encoding)
    assert 20_001 <= lines_at_most(io.BytesIO(content)) <= 20_003
    assert len(lines_of(content)) == 20_000


def test_a_workbook_with_far_too_many_rows_is_refused_in_time():
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["EmailAddress"])
    for _row in range(100_100):
        sheet.append(["a"])
    file = io.BytesIO()
    book.save(file)
    began = time.monotonic()
    assert lines_at_most(file) > LIST_LIMITS.rows
    assert time.monotonic() - began < 2
