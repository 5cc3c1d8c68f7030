"""S3 and S4: reports on paper, beside what anybody would write first: one table of all columns in one piece."""

import resource
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from html import escape

from django.conf import settings

from benchmarks import crowd
from benchmarks.imports import a_draft
from benchmarks.measure import Measure, say
from fasttrack_portal import pdf
from fasttrack_portal.accounts.models import User
from fasttrack_portal.documents import operations as documents
from migrations_svc.models import Issue, MigrationEvent, MigrationRecord
from reports import operations, printing
from reports.gather.event import MOST_EXCEPTIONS
from reports.models import Report

_ROWS = 200  # of the status report: its exceptions, then issues
_AT = datetime(2026, 4, 17, 16, 30, tzinfo=UTC)
_GIGABYTE = 1024**3
_PLENTY = 8 * _GIGABYTE  # the naive form would be ended by the limit that every report has
_COLUMNS = ("source_address", "target_address", "display_name", "kind", "status", "size_bytes", "items_moved",
            "items_failed", "message", "status_at")  # fmt: skip


def run(sizes: Sequence[int] = (5_000,)) -> list[Measure]:
    """Some minutes, most of them for the naive form."""
    crowd.clear()
    lead = User.objects.create_user(f"{uuid.uuid4()}@bench.example", name="Lead")
    return [*_status(lead), *(measure for size in sorted(sizes) for measure in _final(lead, size))]


def _status(lead: User) -> list[Measure]:
    say(f"reports: a status report of {_ROWS} rows")
    event = an_event(lead, "running", _ROWS * 4, troubled=MOST_EXCEPTIONS)
    Issue.objects.bulk_create(
        Issue(event=event, title=f"Issue {n} of a mailbox", lane="options", status="open", reported_by=lead)
        for n in range(_ROWS - MOST_EXCEPTIONS)
    )
    report = _frozen("status", event)
    # The median of three, each beside the other: a machine that is busy is busy for both.
    ours, naive = [], []
    for _round in range(3):
        ours.append(_taken(lambda: _printed(report)))
        naive.append(_taken(lambda: _naive(event, _ROWS)))
    spent, floor = sorted(ours)[1], sorted(naive)[1]
    what = f"status report with {_ROWS} rows; floor: naive, the same rows"
    return [_times("S3.status", what, spent, floor, 0.7)]


def _final(lead: User, size: int) -> list[Measure]:
    say(f"reports: a final report of {size:,} records, to read and to keep")
    event = an_event(lead, "completed", size, troubled=min(size, MOST_EXCEPTIONS * 2))
    report = _frozen("final", event)
    spent = _taken(lambda: _printed(report))
    # The most that a child has held so far: the naive form, which holds most, comes last.
    held = _most_of_a_child()
    say(f"reports: every one of {size:,} records in print, in {printing.parts_of(size)} parts")
    parts = [_taken(lambda part=part: _part(report, part)) for part in range(1, printing.parts_of(size) + 1)]
    annex_held = _most_of_a_child()
    say(f"reports: the naive form of {size:,} records")
    naive = _taken(lambda: _naive(event, size))
    naive_held = _most_of_a_child()
    name = f"S4.{size}"
    return [
        _times(f"{name}.final", "both editions; floor: naive in one piece", spent, naive, 0.12),
        _holds(f"{name}.final.memory", "the renderer's most; floor: naive", held, naive_held),
        _times(f"{name}.annex", "every record in print, in parts; floor: naive", sum(parts), naive, 0.5),
        _holds(f"{name}.annex.memory", "the renderer's most; floor: naive", annex_held, naive_held),
        Measure(
            f"{name}.annex.part",
            "what another report waits for at most; floor: naive",
            max(parts),
            "s",
            naive,
            max(parts) / naive,
            "for the record",
            holds=True,
        ),
    ]


# --- What is printed --------------------------------------------------------------------------------------------------
def an_event(lead: User, status: str, size: int, *, troubled: int) -> MigrationEvent:
    """Records that arrived over a week; the troubled ones have something to say."""
    event = a_draft(lead)
    start = _AT - timedelta(days=7)
    event.status, event.scheduled_for, event.started_at = status, start, start
    if status == "completed":
        event.completed_at, event.window, event.window_closes_at = _AT, "open", _AT + timedelta(days=5)
    event.save()
    states = ("completed_with_warnings", "failed", "skipped")
    MigrationRecord.objects.bulk_create(
        (
            MigrationRecord(
                event=event,
                source_address=f"person.{n:06}@contoso.example",
                target_address=f"person.{n:06}@contoso.onmicrosoft.example",
                display_name=f"Person Number {n}",
                size_bytes=(n % 40 + 1) * 700_000_000,
                status=states[n % 3] if n < troubled else "completed",
                items_moved=n * 37 % 20_000,
                message="3 items larger than 150 MB were left out" if n < troubled else "",
                status_at=start + timedelta(hours=n * 17 % 160),
            )
            for n in range(size)
        ),
        batch_size=2_000,
    )
    return event


def _frozen(kind: str, event: MigrationEvent) -> Report:
    report = operations.request(kind, event, by=None, at=_AT)
    return operations.freeze(operations.for_work(report.pk), at=_AT)


def _printed(report: Report) -> None:
    """As the job does it, from the frozen snapshot to the bytes of each edition."""
    sheet = printing.sheet_of(report, documents.read(report.records) if report.records else None)
    _render(sheet.html, sheet.editions)


def _part(report: Report, part: int) -> None:
    assert report.records is not None
    sheet = printing.annex_sheet(report, documents.read(report.records), part)
    _render(sheet.html, sheet.editions)


def _naive(event: MigrationEvent, size: int) -> None:
    """A heading and a table whose columns are as wide as their cells want; tagged, as everything on paper has to be."""
    rows = event.records.order_by("source_address").values_list(*_COLUMNS)[:size]
    lines = "".join(f"<tr>{''.join(f'<td>{escape(str(cell or str()))}</td>' for cell in row)}</tr>" for row in rows)
    head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
    style = "@page{size:A4 landscape}body{font:8pt sans-serif}table{border-collapse:collapse}td{border:1px solid #ccc}"
    page = f"<style>{style}</style><h1>Every record</h1><table><thead><tr>{head}</tr></thead>{lines}</table>"
    _render(f'<!doctype html><html lang="en"><title>Report</title>{page}', [pdf.Edition()], memory=_PLENTY)


def _render(html: str, editions: Sequence[pdf.Edition], *, memory: int = 2 * _GIGABYTE) -> None:
    dirs = [*settings.STATICFILES_DIRS]
    pdf.render(html, editions=editions, static_dirs=dirs, dated=_AT, wall=3_600, memory=memory)


# --- Measuring --------------------------------------------------------------------------------------------------------
def _taken(work: Callable[[], object]) -> float:
    """Seconds of CPU, of this process and its children: each render is one thread, and a busy machine stretches the
    clock of the wall by what others do."""
    began = _cpu()
    work()
    return _cpu() - began


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def _most_of_a_child() -> float:
    """In MB, of all children that have ended."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _times(name: str, what: str, value: float, floor: float, most: float) -> Measure:
    return Measure(name, what, value, "s", floor, value / floor, f"<= {most} x", value / floor <= most)


def _holds(name: str, what: str, value: float, floor: float) -> Measure:
    return Measure(name, what, value, "MB", floor, value / floor, "<= 200 MB", value <= 200)
