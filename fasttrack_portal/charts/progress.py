"""Bars of records by state."""

import re
from collections.abc import Iterable, Mapping

from fasttrack_portal.charts.drawing import FILLS, LABELS, LARGEST, ROW, WIDTH, Drawing, clipped, length_of

# The colour of a state, by its code; a label that says the same finds it too.
TONES: dict[str, str] = {
    "queued": "neutral",
    "validating": "waiting",
    "syncing": "progress",
    "synced": "2",
    "completing": "1",
    "completed": "success",
    "completed_with_warnings": "warning",
    "failed": "danger",
    "skipped": "6",
    "stopped": "3",
    "open": "neutral",
    "in_progress": "progress",
    "waiting": "waiting",
    "blocked": "danger",
    "done": "success",
    "verified": "2",
    "not_applicable": "6",
}


def progress_by_state(
    counts: Mapping[str, int],
    *,
    title: str = "Progress by state",
    tones: Mapping[str, str] | None = None,
    ident: str = "",
) -> str:
    """One bar of all records, cut by state, with a legend that carries the numbers. `tones` gives the colour of a label
    (`success`, `danger`, ... or `1` to `6`) where its words do not say it. ValueError for a count below zero."""
    total = _checked_total(counts)
    drawing = Drawing()
    if not total:
        drawing.rect("chart-track", 0, 0, WIDTH, 20)
        drawing.text("chart-label-soft", 0, 40, "Nothing to show yet")
        return drawing.finish(title, "There are no records yet.", 48, ident)
    _stack(drawing, counts, total, 0, 0, WIDTH, tones)
    height = _legend(drawing, counts, total, 40, tones)
    return drawing.finish(title, _told(counts, total), height, ident)


def progress_by_group(
    groups: Mapping[str, Mapping[str, int]],
    *,
    title: str = "Progress by group",
    tones: Mapping[str, str] | None = None,
    ident: str = "",
) -> str:
    """One bar for each group, all of the same length, with one legend. ValueError for a count below zero."""
    drawing = Drawing()
    sums: dict[str, int] = {}
    told = []
    y = 0
    for name, counts in groups.items():
        total = _checked_total(counts)
        drawing.text("chart-label", 0, y + 15, clipped(name, LABELS - 10), hover=name)
        if total:
            _stack(drawing, counts, total, LABELS, y, WIDTH - LABELS - 70, tones)
        else:
            drawing.rect("chart-track", LABELS, y, WIDTH - LABELS - 70, 20)
        drawing.text("chart-label-strong", WIDTH, y + 15, f"{total:,}", anchor="end")
        told.append(f"{name}: {_told(counts, total)}" if total else f"{name}: no records yet.")
        for label, count in counts.items():
            sums[label] = sums.get(label, 0) + count
        y += ROW
    if not any(sums.values()):
        drawing.text("chart-label-soft", 0, y + 14, "Nothing to show yet")
        return drawing.finish(title, " ".join(told) or "There are no records yet.", y + 22, ident)
    height = _legend(drawing, sums, sum(sums.values()), y + 16, tones)
    return drawing.finish(title, " ".join(told), height, ident)


def _checked_total(counts: Mapping[str, int]) -> int:
    for label, count in counts.items():
        if not 0 <= count <= LARGEST:
            raise ValueError(f"“{label}” counts {count}; a count lies between 0 and {LARGEST:,}.")
    return sum(counts.values())


def _classes(labels: Iterable[str], tones: Mapping[str, str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for place, label in enumerate(labels):
        code = re.sub(r"[\W_]+", "_", label.casefold()).strip("_")
        tone = (tones or {}).get(label) or TONES.get(code) or str(place % 6 + 1)
        if f"chart-{tone}" not in FILLS:
            raise ValueError(f"There is no tone “{tone}”.")
        found[label] = f"chart-{tone}"
    return found


def _stack(
    drawing: Drawing,
    counts: Mapping[str, int],
    total: int,
    left: float,
    top: float,
    width: float,
    tones: Mapping[str, str] | None,
) -> None:
    classes = _classes(counts, tones)
    shown = [(label, count) for label, count in counts.items() if count]
    # A single failure among a hundred thousand has to be seen: three units at least, the others give way.
    gap, least = 2.0, 3.0
    room = width - gap * (len(shown) - 1) - least * len(shown)
    x = left
    for label, count in shown:
        length = least + max(0.0, room) * count / total
        drawing.rect(classes[label], x, top, length, 20, hover=f"{label}: {count:,} ({_share(count, total)})")
        x += length + gap


def _legend(
    drawing: Drawing, counts: Mapping[str, int], total: int, top: float, tones: Mapping[str, str] | None
) -> float:
    classes = _classes(counts, tones)
    columns, column = 3, WIDTH / 3
    y = top
    for place, (label, count) in enumerate(counts.items()):
        x, y = place % columns * column, top + place // columns * 22
        drawing.rect(classes[label], x, y, 10, 10, radius=2)
        number = f"{count:,} ({_share(count, total)})"
        name = clipped(label, column - 34 - length_of(number))
        drawing.text("chart-label-soft", x + 16, y + 9.5, f"{name} {number}", hover=label)
    return y + 18


def _told(counts: Mapping[str, int], total: int) -> str:
    parts = [f"{label} {count:,} ({_share(count, total)})" for label, count in counts.items()]
    return f"{total:,} in all: {', '.join(parts)}."


def _share(count: int, total: int) -> str:
    percent = 100 * count / total
    if 0 < percent < 1:
        return "<1%"
    if 99 < percent < 100:
        return ">99%"
    # A half goes up, as in the tables beside the pictures.
    return f"{(200 * count + total) // (2 * total)}%"
