"""Bars of the days that each side has held what was open."""

from collections.abc import Sequence
from dataclasses import dataclass

from fasttrack_portal.charts.drawing import LABELS, LARGEST, ROW, WIDTH, Drawing, clipped, day_count

NOTES = 190
_TONES = ("chart-1", "chart-2", "chart-3", "chart-6")


@dataclass(frozen=True, slots=True)
class Load:
    """One court: the days of all its items together, what lies there now, and the days of the oldest of them."""

    label: str
    days: int
    items: int
    oldest: int


def court_days(loads: Sequence[Load], *, title: str = "Days in each court", ident: str = "") -> str:
    """A bar for each court, as long as its days. ValueError for a count below zero."""
    drawing = Drawing()
    for load in loads:
        if not all(0 <= count <= LARGEST for count in (load.days, load.items, load.oldest)):
            raise ValueError(f"“{load.label}”: a count lies between 0 and {LARGEST:,}.")
    if not any(load.days for load in loads):
        drawing.text("chart-label-soft", 0, 16, "Nothing has waited yet")
        return drawing.finish(title, "Nothing has waited in any court yet.", 24, ident)
    most, room = max(load.days for load in loads), WIDTH - LABELS - NOTES
    told, y = [], 0.0
    for place, load in enumerate(loads):
        held = f"{load.items:,} {'item' if load.items == 1 else 'items'} now"
        note = f"{day_count(load.days)} · {held}"
        words = f"{load.label}: {day_count(load.days)}, {held}" + (
            f", the oldest for {day_count(load.oldest)}" if load.items else ""
        )
        drawing.text("chart-label", 0, y + 18, clipped(load.label, LABELS - 10), hover=load.label)
        drawing.rect("chart-track", LABELS, y + 4, room, 20)
        if load.days:
            length = max(3.0, room * load.days / most)
            drawing.rect(_TONES[place % len(_TONES)], LABELS, y + 4, length, 20, hover=words)
        drawing.text("chart-label-soft", WIDTH, y + 18, clipped(note, NOTES - 12), anchor="end")
        told.append(f"{words}.")
        y += ROW
    return drawing.finish(title, " ".join(told), y + 4, ident)
