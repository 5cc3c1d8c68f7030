"""Charts as SVG text, drawn on the server: the same picture on the page, in a PDF and in a mail.

Colours stand twice: as classes, which the page's stylesheets paint for light, dark and paper, and as presentation
attributes, for places without stylesheets. Every number of a picture is also in its description."""

from fasttrack_portal.charts.courts import Load, court_days
from fasttrack_portal.charts.progress import TONES, progress_by_group, progress_by_state
from fasttrack_portal.charts.timeline import Point, Span, phase_timeline
from fasttrack_portal.charts.trend import velocity

__all__ = [
    "TONES",
    "Load",
    "Point",
    "Span",
    "court_days",
    "phase_timeline",
    "progress_by_group",
    "progress_by_state",
    "velocity",
]
