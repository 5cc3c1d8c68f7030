"""Values by day, as a line with a forecast."""

import math
from collections.abc import Sequence
from datetime import date

from reports.charts.drawing import (
    AXIS,
    LARGEST,
    LINE,
    WIDTH,
    Drawing,
    Scale,
    clipped,
    full_day,
    length_of,
    number,
    short_day,
    ticks,
)

MOST_POINTS = 400


def velocity(
    points: Sequence[tuple[date, float]],
    forecast: Sequence[tuple[date, float]] = (),
    *,
    unit: str = "a day",
    title: str = "Velocity",
    ident: str = "",
) -> str:
    """A line of values by day, continued by a dashed forecast. Many points are thinned out, the last one is kept.
    ValueError for values that are negative, endless or no numbers."""
    done, ahead = _checked_points(points), _checked_points(forecast)
    drawing = Drawing()
    if not done and not ahead:
        drawing.text("chart-label-soft", 0, 16, "Nothing was measured yet")
        return drawing.finish(title, "Nothing was measured yet.", 24, ident)
    every = done + ahead
    top, bottom, left = 16.0, 200.0, 64.0
    marks = _nice(max(value for _day, value in every))
    ordinals = [day.toordinal() for day, _value in every]
    scale = Scale(min(ordinals), max(*ordinals, min(ordinals) + 1), left, WIDTH - 70)

    def place(day: date, value: float) -> tuple[float, float]:
        x = left + (scale.right - left) * (day.toordinal() - scale.first) / (scale.last - scale.first)
        return x, bottom - (bottom - top) * value / marks[-1]

    for mark in marks:
        y = place(every[0][0], mark)[1]
        drawing.line("chart-grid" if mark else "chart-axis", left, y, scale.right, y, LINE if mark else AXIS, 1)
        drawing.text("chart-label-soft", left - 8, y + 4, number(mark), anchor="end")
    free = 0.0
    for day, label in list(ticks(scale.first, scale.last)) or [(every[0][0], short_day(every[0][0]))]:
        x = place(day, 0)[0]
        if x >= free and x + length_of(label) <= WIDTH:
            drawing.text("chart-label-soft", x, bottom + 18, label)
            free = x + length_of(label) + 14
    line = [place(*point) for point in done]
    if len(line) > 1:
        drawing.area([(line[0][0], bottom), *line, (line[-1][0], bottom)])
        drawing.path("chart-line", line)
    dashed = line[-1:] + [place(*point) for point in ahead]
    if ahead and len(dashed) > 1:
        drawing.path("chart-line chart-line-forecast", dashed)
    for (x, y), (day, value) in zip(line, done, strict=True):
        if len(line) <= 40 or (day, value) == done[-1]:
            drawing.dot("chart-1 chart-dot", x, y, f"{full_day(day)}: {number(value)} {unit}")
    x, y = place(*every[-1])
    drawing.text("chart-label-strong", x + 8, y + 4, clipped(number(every[-1][1]), 62))
    told = [f"{full_day(day)} {number(value)}" for day, value in _thinned(done, 30)]
    sentence = f"Values {unit}: {', '.join(told)}." if told else ""
    if ahead:
        sentence += f" Forecast: {number(ahead[-1][1])} on {full_day(ahead[-1][0])}."
    return drawing.finish(title, sentence.strip(), bottom + 28, ident)


def _checked_points(points: Sequence[tuple[date, float]]) -> list[tuple[date, float]]:
    for day, value in points:
        if not (math.isfinite(value) and 0 <= value <= LARGEST):
            raise ValueError(f"{value} on {day.isoformat()} is no value between 0 and {LARGEST:,}.")
    return _thinned(sorted(points), MOST_POINTS)


def _thinned(points: Sequence[tuple[date, float]], most: int) -> list[tuple[date, float]]:
    step = -(-len(points) // most) or 1
    # Counted from the end, so that the newest one stays.
    return list(points[::-1][::step][::-1])


def _nice(largest: float) -> list[float]:
    """Marks from zero to just above the largest value, in steps of 1, 2 or 5."""
    if largest < 1e-6:
        return [0.0, 1.0]
    rough = largest / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((factor * power for factor in (1, 2, 5) if factor * power >= rough), 10 * power)
    return [round(step * k, 12) for k in range(math.ceil(largest / step - 1e-9) + 1)]
