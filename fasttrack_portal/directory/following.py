"""What follows in apps above when a centre or a customer changes: they say it before it is saved."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fasttrack_portal.directory.models import Customer, FastTrackCenter

# Each is given the centre or customer as it would be, and answers with what a page includes: `template`, and whether
# it `has_consequences` that somebody is to see first.
Foreseer = Callable[[Customer | FastTrackCenter, datetime], Any]
foreseers: list[Foreseer] = []


def follows(changed: Customer | FastTrackCenter, *, at: datetime) -> list[Any]:
    return [found for foresee in foreseers if (found := foresee(changed, at)).has_consequences]
