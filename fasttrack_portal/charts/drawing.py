"""Drawing SVG: the elements, the scale of days, and the words and widths that every chart shares."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree

WIDTH = 720
LABELS = 190
ROW = 28
LARGEST = 10**12

INK, SOFT, LINE, AXIS, TODAY = "#1d2126", "#4d5560", "#dfe2e6", "#8a919b", "#b02a2a"
FILLS = {
    "chart-1": "#1f66b8",
    "chart-2": "#2a918f",
    "chart-3": "#8461b5",
    "chart-4": "#c58a1e",
    "chart-5": "#b8433f",
    "chart-6": "#9aa0a8",
    "chart-neutral": "#9aa0a8",
    "chart-progress": "#1f66b8",
    "chart-success": "#3a8f4c",
    "chart-warning": "#c58a1e",
    "chart-danger": "#b8433f",
    "chart-waiting": "#8461b5",
    "chart-track": LINE,
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028-\u202e\u2066-\u2069]")


class Drawing:
    """The elements of one picture, in order, built by the library so that all text is escaped."""

    def __init__(self) -> None:
        self.root = ElementTree.Element("svg")

    def _add(self, tag: str, classes: str, **attributes: float | str) -> ElementTree.Element:
        named = {name.replace("_", "-"): _attribute(value) for name, value in attributes.items()}
        return ElementTree.SubElement(self.root, tag, {"class": classes, **named})

    @staticmethod
    def _hint(element: ElementTree.Element, hover: str) -> None:
        if hover:
            ElementTree.SubElement(element, "title").text = clean(hover)

    def rect(
        self,
        tone: str,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        radius: float = 3,
        outline: bool = False,
        hover: str = "",
    ) -> None:
        radius = min(radius, width / 2)
        element = self._add("rect", tone, x=x, y=y, width=width, height=height, rx=radius, fill=FILLS[tone])
        if outline:
            element.set("stroke", AXIS)
        self._hint(element, hover)

    def line(self, kind: str, x1: float, y1: float, x2: float, y2: float, stroke: str, width: float) -> None:
        self._add("line", kind, x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width)

    def text(self, kind: str, x: float, y: float, words: str, *, anchor: str = "", hover: str = "") -> None:
        classes = f"{kind} chart-anchor-{anchor}" if anchor else kind
        element = self._add("text", classes, x=x, y=y, fill=SOFT if "soft" in kind else INK, font_size=12)
        element.set("font-family", "sans-serif")
        if anchor:
            element.set("text-anchor", anchor)
        if "strong" in kind:
            element.set("font-weight", "700")
        words = clean(words)
        element.text = words
        if hover and clean(hover) not in words:
            self._hint(element, hover)

    def diamond(self, kind: str, x: float, y: float, fill: str | None) -> None:
        corners = ((x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y))
        marks = " ".join(f"{_attribute(px)},{_attribute(py)}" for px, py in corners)
        element = self._add("polygon", kind, points=marks)
        element.set("fill", fill or "none")
        if fill is None:
            element.set("stroke", AXIS)
            element.set("stroke-width", "1.5")

    def path(self, kind: str, points: Sequence[tuple[float, float]]) -> None:
        element = self._add("path", kind, d=_route(points), fill="none", stroke=FILLS["chart-1"], stroke_width=2)
        if "forecast" in kind:
            element.set("stroke-dasharray", "5 4")

    def area(self, points: Sequence[tuple[float, float]]) -> None:
        self._add("path", "chart-area", d=_route(points) + "Z", fill=FILLS["chart-1"], opacity=0.14)

    def dot(self, kind: str, x: float, y: float, hover: str) -> None:
        element = self._add("circle", kind, cx=x, cy=y, r=4, fill=FILLS["chart-1"], stroke="#ffffff", stroke_width=2)
        self._hint(element, hover)

    def finish(self, title: str, description: str, height: float, ident: str) -> "Picture":
        """The whole picture as text, with a name and a description that a screen reader finds."""
        title, description = clean(title), clean(description)
        body = "".join(ElementTree.tostring(child, encoding="unicode") for child in self.root)
        # From the content: the same picture is the same text, and two pictures of one page do not share a name.
        digest = hashlib.sha256(f"{title}\n{description}\n{body}".encode()).hexdigest()[:10]
        ident = re.sub(r"[^A-Za-z0-9_-]", "-", ident) or f"chart-{digest}"
        root = self.root
        root.attrib = {
            "class": "chart",
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {_attribute(height)}",
            # As wide as its place, also where no stylesheet says so; the height follows from the view box.
            "width": "100%",
            "role": "img",
            "aria-labelledby": f"{ident}-title",
            "aria-describedby": f"{ident}-desc",
        }
        for place, (tag, words) in enumerate((("title", title), ("desc", description))):
            element = ElementTree.Element(tag, {"id": f"{ident}-{tag}"})
            element.text = words
            root.insert(place, element)
        return Picture(ElementTree.tostring(root, encoding="unicode"))


class Picture(str):
    """SVG text that templates print as it is: ElementTree escaped every word when it was written."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def _route(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_attribute(x)} {_attribute(y)}" for x, y in points)


def _attribute(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Scale:
    first: int
    last: int
    left: float
    right: float

    def x(self, day: date, *, is_end: bool = False) -> float:
        # A bar ends with its last day, not at its beginning.
        along = (day.toordinal() + is_end - self.first) / (self.last + 1 - self.first)
        return self.left + (self.right - self.left) * min(1.0, max(0.0, along))


def ticks(first: int, last: int) -> Iterator[tuple[date, str]]:
    """At most some twenty marks: the days of a week, Mondays of a few weeks, else firsts of months."""
    if last - first <= 9:
        for ordinal in range(first, last + 1):
            day = date.fromordinal(ordinal)
            yield day, f"{day.day} {MONTHS[day.month - 1]}"
        return
    if last - first <= 45:
        monday = first + (1 - first) % 7
        for ordinal in range(monday, last + 1, 7):
            day = date.fromordinal(ordinal)
            yield day, f"{day.day} {MONTHS[day.month - 1]}"
        return
    months = (last - first) // 30 + 1
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60, 120, 600, 1200, 6000) if months / step <= 15), 12_000)
    start = date.fromordinal(first)
    month = (start.year * 12 + start.month - 1) // step * step
    shown_year = 0
    while (year := month // 12) <= date.max.year:
        if year >= 1:
            day = date(year, month % 12 + 1, 1)
            if day.toordinal() > last:
                return
            if day.toordinal() >= first:
                yield day, f"{MONTHS[day.month - 1]} {year}" if year != shown_year else MONTHS[day.month - 1]
                shown_year = year
        month += step


def full_day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"


def day_count(count: int) -> str:
    return f"{count:,} day" if count == 1 else f"{count:,} days"


def number(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if value >= 1 else f"{value:.2g}" if value >= 0.0001 else "0"


def clean(text: str) -> str:
    """Text that may stand in XML: nothing unseen, on one line."""
    return " ".join(_NOT_XML.sub(" ", text).split())


def length_of(text: str) -> float:
    """About how wide a text of 12 units is; no font is asked, so that every machine draws the same."""
    return sum(12.5 if unicodedata.east_asian_width(char) in "WF" else 6.4 for char in text)


def clipped(text: str, width: float) -> str:
    text = clean(text)
    if length_of(text) <= width:
        return text
    while text and length_of(text) + 6.4 > width:
        text = text[:-1] if len(text) < 200 else text[:199]
    return text.rstrip() + "…"
