"""A frozen snapshot as the pages that are sealed: the HTML, the editions of it, and its records in print."""

import csv
import io
import unicodedata
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from fasttrack_portal import design
from fasttrack_portal.pdf import LASTING, READABLE, Edition
from migrations_svc.models import MigrationRecord
from reports import links, snapshots
from reports.models import Report
from reports.pages import page_of, story_of
from reports.pages.head import head_of
from reports.pages.words import count, size, state

# Records on one part of an annex: some 15 pages, a few seconds and less than 200 MB of the renderer.
AT_ONCE = 600
# Whoever wants more than a shelf of paper takes the file.
MOST_IN_PRINT = 20_000


@dataclass(frozen=True)
class Sheet:
    """What the renderer is given; `records` is what an archive copy carries, by name with a description."""

    html: str
    records: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)

    @property
    def editions(self) -> list[Edition]:
        """The copy to read, tagged for assistive technology; where there are records also one to keep, with them."""
        readable = Edition(READABLE)
        return [readable, Edition(LASTING, self.records)] if self.records else [readable]


def sheet_of(report: Report, records: bytes | None) -> Sheet:
    """The same snapshot gives the same bytes: no clock is read, and nothing but the snapshot and its seal is shown."""
    assert report.snapshot is not None
    said = snapshots.from_plain(report.snapshot)
    with _as_its_reader(said):
        page = page_of(said)
        page["links"] = lists = links.of(report, base=settings.PUBLIC_URL)
        page["stats"] = links.traced(page["stats"], lists)
        page["story"] = story = story_of(said)
        html = _drawn(story.replace("/story/", "/paper/"), report, said, page)
        told = gettext("Every record of %(number)s") % {"number": report.number}
    file = said.records if isinstance(said, snapshots.EventReport) else None
    file = said.file if isinstance(said, snapshots.PortfolioReport) else file
    return Sheet(html, {file.name: (records, told)} if file is not None and records is not None else {})


def parts_of(rows: int) -> int:
    """How many parts the annex of so many records has."""
    return -(-rows // AT_ONCE)


def annex_sheet(report: Report, records: bytes, part: int) -> Sheet:
    """One part of the printed list of every record, counted from 1: the file's own rows, in its order."""
    assert report.snapshot is not None
    said = snapshots.from_plain(report.snapshot)
    lines = list(csv.DictReader(io.StringIO(records.decode("utf-8-sig"))))
    first = (part - 1) * AT_ONCE
    with _as_its_reader(said):
        seen = head_of(said.head)
        told = gettext("Records %(first)s to %(last)s of %(all)s as they stood on %(moment)s, by their first address.")
        numbers = [count(number) for number in (first + 1, min(first + AT_ONCE, len(lines)), len(lines))]
        page = {
            **seen,
            "part": part,
            "parts": parts_of(len(lines)),
            "sentence": told % {"first": numbers[0], "last": numbers[1], "all": numbers[2], "moment": seen["as_of"]},
            "rows": [_row(line) for line in lines[first : first + AT_ONCE]],
        }
        return Sheet(_drawn("reports/paper/annex.html", report, said, page))


def _row(line: dict[str, str]) -> dict[str, Any]:
    moved = line["items moved"]
    return {
        "name": line["name"],
        "source": line["source"],
        "target": line["target"],
        "state": state(MigrationRecord.Status, line["status"]).label,
        "message": line["message"],
        "size": size(int(line["size in bytes"] or 0)),
        "items": count(int(moved)) if moved else "–",
    }


def _as_its_reader(said: snapshots.Snapshot) -> ExitStack:
    """In the language and the time zone of whom it is for."""
    stack = ExitStack()
    stack.enter_context(translation.override(said.head.language))
    stack.enter_context(timezone.override(ZoneInfo(said.head.zone)))
    return stack


def _drawn(template: str, report: Report, said: snapshots.Snapshot, page: Mapping[str, Any]) -> str:
    assert report.seal is not None
    address = verify_address(report.seal.code)
    context = {
        **page,
        "customer": said.head.customer,
        "seal": report.seal,
        "snapshot_sha256": report.snapshot_sha256,
        "verify_address": address,
        "qr": _qr(address),
        "created": snapshots.to_plain(said.head.as_of),
        "is_paper": True,
        "is_letter": said.head.paper == "letter",
    }
    # Letters and their marks as one: see report.css.
    return design.with_print_styles(unicodedata.normalize("NFC", render_to_string(template, context)))


def _qr(address: str) -> str:
    """A bitmap: drawn on every page it costs a tenth of what the same picture costs as lines."""
    return segno.make(address, error="m", micro=False).png_data_uri(border=0, scale=8, dark="#1d2126")


def verify_address(code: str) -> str:
    """Where anybody can check the code; links on paper begin with PUBLIC_URL."""
    return settings.PUBLIC_URL + reverse("documents:verify", kwargs={"code": code})
