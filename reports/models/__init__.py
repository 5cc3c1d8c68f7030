"""Reports, when they come by themselves, and the files that many of them leave in."""

from reports.models.annex import Annex, AnnexPart
from reports.models.bundle import Bundle, BundleQuerySet
from reports.models.report import Audience, Report, ReportQuerySet, managed_by
from reports.models.rhythm import EngagementRhythm, EventRhythm

__all__ = [
    "Annex",
    "AnnexPart",
    "Audience",
    "Bundle",
    "BundleQuerySet",
    "EngagementRhythm",
    "EventRhythm",
    "Report",
    "ReportQuerySet",
    "managed_by",
]
