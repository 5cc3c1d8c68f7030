"""Phases and milestones against the calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fasttrack_portal.charts.drawing import (
    AXIS,
    FILLS,
    LABELS,
    LINE,
    ROW,
    TODAY,
    WIDTH,
    Drawing,
    Scale,
    clipped,
    day_count,
    full_day,
    length_of,
    short_day,
    ticks,
)

NOTES = 140


@dataclass(frozen=True, slots=True)
class Span:
    """A phase on the timeline: from its first to its last day, both included, as planned and as it went."""

    label: str
    planned_start: date | None = None
    planned_end: date | None = None
    actual_start: date | None = None
    actual_end: date | None = None
    # How late it is, in the words of whoever counts in something else than days of the calendar.
    lateness: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A milestone on the timeline: the day it was planned for and the day it was reached."""

    label: str
    planned_on: date | None = None
    actual_on: date | None = None
    # The day that was planned first, where another is planned by now.
    baseline_on: date | None = None
    lateness: str = ""
    # It recurs and has begun: no day makes it late.
    goes_on: bool = False


def phase_timeline(
    phases: Sequence[Span],
    milestones: Sequence[Point] = (),
    today: date | None = None,
    *,
    title: str = "Timeline",
    ident: str = "",
    is_paused: bool = False,
) -> str:
    """Phases as bars (planned behind, actual in front) and milestones as diamonds (hollow: planned, filled: reached),
    with a line for today. A phase that started and has not ended is drawn up to today. What is not reached is late
    today, but for while all of it `is_paused`."""
    days = [
        day
        for span in phases
        for day in (span.planned_start, span.planned_end, span.actual_start, span.actual_end)
        if day is not None
    ]
    days += [day for point in milestones for day in _days_of(point) if day is not None]
    drawing = Drawing()
    if not days:
        drawing.text("chart-label-soft", 0, 16, "No dates are planned yet")
        return drawing.finish(title, "No dates are planned yet.", 24, ident)
    first, last = min(days).toordinal(), max(days).toordinal()
    pad = max(3, (last - first) // 25)
    # Far away from all of it, today would squeeze the plan into a corner: then it has no line.
    is_near = today is not None and first - 4 * pad <= today.toordinal() <= last + 4 * pad
    if today is not None and is_near:
        first, last = min(first, today.toordinal()), max(last, today.toordinal())
    scale = Scale(max(1, first - pad), min(date.max.toordinal(), last + pad), LABELS, WIDTH - NOTES)
    top, told = 30, []
    bottom = top + ROW * (len(phases) + len(milestones))
    _calendar(drawing, scale, top, bottom)
    y = top
    if today is not None and is_near:
        x = scale.x(today)
        drawing.line("chart-today", x, top - 8, x, bottom, TODAY, 1.5)
        drawing.text("chart-label-strong", x, bottom + 15, "Today", anchor="middle")
        told.append(f"Today is {full_day(today)}.")
    for span in phases:
        drawing.text("chart-label", 0, y + 18, clipped(span.label, LABELS - 10), hover=span.label)
        told.append(_draw_span(drawing, scale, span, y, today, is_paused=is_paused))
        y += ROW
    for point in milestones:
        drawing.text("chart-label", 0, y + 18, clipped(point.label, LABELS - 10), hover=point.label)
        told.append(_draw_point(drawing, scale, point, y, today, is_paused=is_paused))
        y += ROW
    return drawing.finish(title, " ".join(told), bottom + 22, ident)


def _days_of(point: Point) -> tuple[date | None, ...]:
    return point.baseline_on, point.planned_on, point.actual_on


def _calendar(drawing: Drawing, scale: Scale, top: float, bottom: float) -> None:
    free = scale.left
    for day, label in ticks(scale.first, scale.last):
        x = scale.x(day)
        drawing.line("chart-grid", x, top - 4, x, bottom, LINE, 1)
        if x >= free and x + length_of(label) <= WIDTH - NOTES:
            drawing.text("chart-label-soft", x, top - 12, label)
            free = x + length_of(label) + 10
    drawing.line("chart-axis", scale.left, bottom, scale.right, bottom, AXIS, 1)


def _draw_span(drawing: Drawing, scale: Scale, span: Span, y: float, today: date | None, *, is_paused: bool) -> str:
    words, note, is_late = [], "", False
    start, end = span.planned_start or span.planned_end, span.planned_end or span.planned_start
    if start is not None and end is not None:
        start, end = min(start, end), max(start, end)
        words.append(f"planned {full_day(start)} to {full_day(end)}")
        note = f"until {_when(end, today)}"
        left, right = scale.x(start), scale.x(end, is_end=True)
        drawing.rect("chart-track", left, y + 5, right - left, 18, outline=True, hover=f"{span.label}: {words[0]}")
    if span.actual_start is not None:
        begun, done = span.actual_start, span.actual_end
        until = max(begun, done or today or begun)
        words.append(f"went {full_day(begun)} to {full_day(until)}" if done else f"running since {full_day(begun)}")
        note = f"ended {_when(until, today)}" if done else note or "running"
        left = scale.x(begun)
        tone = "chart-success" if done else "chart-progress"
        length = max(2.0, scale.x(until, is_end=True) - left)
        drawing.rect(tone, left, y + 9, length, 10, hover=f"{span.label}: {words[-1]}")
        if end is not None and until > end and (done or not is_paused):
            over, is_late = day_count((until - end).days), True
            words.append(span.lateness or f"{over} {'late' if done else 'overdue'}")
            note = span.lateness or (f"{short_day(until)}, {over} late" if done else f"{over} overdue")
    _note(drawing, y, note or "no dates yet", is_strong=is_late)
    return f"{span.label}: {', '.join(words) or 'no dates yet'}."


def _draw_point(drawing: Drawing, scale: Scale, point: Point, y: float, today: date | None, *, is_paused: bool) -> str:
    planned, reached = point.planned_on, point.actual_on
    words, note, is_late = [], "no date yet", False
    if point.baseline_on is not None and point.baseline_on != (planned or reached):
        x, now = scale.x(point.baseline_on), scale.x(reached or planned or point.baseline_on)
        words.append(f"first planned {full_day(point.baseline_on)}")
        # How far it has moved: from a small mark on the first day to the day that counts now.
        drawing.line("chart-baseline", x, y + 14, now, y + 14, AXIS, 1)
        drawing.line("chart-baseline", x, y + 9, x, y + 19, AXIS, 2)
    if planned is not None:
        words.append(f"planned {full_day(planned)}")
        note = _when(planned, today)
        drawing.diamond("chart-axis", scale.x(planned), y + 14, None)
    if reached is not None:
        words.append(f"reached {full_day(reached)}")
        note = f"on {_when(reached, today)}"
        drawing.diamond("chart-success", scale.x(reached), y + 14, FILLS["chart-success"])
        if planned is not None and reached > planned:
            late = day_count((reached - planned).days)
            words.append(point.lateness or f"{late} late")
            note, is_late = point.lateness or f"{short_day(reached)}, {late} late", True
    elif point.goes_on:
        note = "goes on"
        words.append(note)
    elif planned is not None and today is not None and today > planned and not is_paused:
        note, is_late = point.lateness or f"{day_count((today - planned).days)} overdue", True
        words.append(note)
    _note(drawing, y, note, is_strong=is_late)
    return f"{point.label}: {', '.join(words) or note}."


def _when(day: date, today: date | None) -> str:
    """The year is said only where it is not this one."""
    return short_day(day) if today is not None and day.year == today.year else full_day(day)


def _note(drawing: Drawing, y: float, note: str, *, is_strong: bool) -> None:
    """The state of a row in words, in a column of its own where no line runs through it."""
    kind = "chart-label-strong" if is_strong else "chart-label-soft"
    drawing.text(kind, WIDTH, y + 18, clipped(note, NOTES - 8), anchor="end")
