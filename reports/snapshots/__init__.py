"""What a report says, as typed values, and their one way into text that can be hashed and back."""

from typing import Any

from reports.snapshots.canonical import canonical, digest, hash_of, read, to_plain
from reports.snapshots.common import FORM, EventFacts, Head, ListFile, MeetingLine, Number, Since, Told
from reports.snapshots.engagement import (
    CourtLine,
    EngagementReport,
    EventLine,
    GateLine,
    HolderLine,
    ItemLine,
    MatrixCell,
    MilestoneLine,
    MinutesLine,
    PhaseLine,
    RemediationCell,
    RemediationLine,
    SuccessLine,
)
from reports.snapshots.event import Before, Day, EventReport, ExceptionLine, IssueLine, Totals
from reports.snapshots.minutes import (
    ActionLine,
    DecisionLine,
    MinutesReport,
    NameLine,
    PersonLine,
    PointLine,
    PointPart,
)
from reports.snapshots.portfolio import Filter, PortfolioEvent, PortfolioLine, PortfolioReport, ReachedLine

Snapshot = EventReport | EngagementReport | MinutesReport | PortfolioReport
_KINDS: dict[str, type] = {
    "engagement": EngagementReport,
    "minutes": MinutesReport,
    "portfolio": PortfolioReport,
    "status": EventReport,
    "final": EventReport,
}


def from_plain(plain: dict[str, Any]) -> Snapshot:
    """The typed values of a stored snapshot."""
    found: Snapshot = read(_KINDS[plain["head"]["kind"]], plain)
    return found


__all__ = [
    "FORM",
    "ActionLine",
    "Before",
    "CourtLine",
    "Day",
    "DecisionLine",
    "EngagementReport",
    "EventFacts",
    "EventLine",
    "EventReport",
    "ExceptionLine",
    "Filter",
    "GateLine",
    "Head",
    "HolderLine",
    "IssueLine",
    "ItemLine",
    "ListFile",
    "MatrixCell",
    "MeetingLine",
    "MilestoneLine",
    "MinutesLine",
    "MinutesReport",
    "NameLine",
    "Number",
    "PersonLine",
    "PhaseLine",
    "PointLine",
    "PointPart",
    "PortfolioEvent",
    "PortfolioLine",
    "PortfolioReport",
    "ReachedLine",
    "RemediationCell",
    "RemediationLine",
    "Since",
    "Snapshot",
    "SuccessLine",
    "Told",
    "Totals",
    "canonical",
    "digest",
    "from_plain",
    "hash_of",
    "read",
    "to_plain",
]
