"""A frozen snapshot as the pages that are sealed: the HTML, the kind of PDF and what is embedded in it."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from fasttrack_portal import design
from reports import snapshots
from reports.models import Report
from reports.pages import page_of

# Both are tagged for assistive technology; a final report is made to last and carries its records, so it is PDF/A-3.
READABLE = "pdf/ua-1"
LASTING = "pdf/a-3a"


_PAPERS: dict[type, str] = {
    snapshots.EngagementReport: "engagement",
    snapshots.MinutesReport: "minutes",
    snapshots.PortfolioReport: "portfolio",
}


@dataclass(frozen=True)
class Sheet:
    """What the renderer is given."""

    html: str
    variant: str
    attachments: dict[str, bytes] = field(default_factory=dict)


def sheet_of(report: Report, records: bytes | None) -> Sheet:
    """The same snapshot gives the same bytes: no clock is read, and nothing but the snapshot and its seal is shown."""
    assert report.snapshot is not None
    assert report.seal is not None
    said = snapshots.from_plain(report.snapshot)
    with translation.override(said.head.language), timezone.override(ZoneInfo(said.head.zone)):
        page = page_of(said)
        address = verify_address(report.seal.code)
        context = {
            **page,
            "customer": said.head.customer,
            "seal": report.seal,
            "snapshot_sha256": report.snapshot_sha256,
            "verify_address": address,
            "qr": segno.make(address, error="m", micro=False).svg_data_uri(border=0, dark="#1d2126"),
            "created": snapshots.to_plain(said.head.as_of),
            "is_paper": True,
        }
        name = _PAPERS.get(type(said), "event")
        html = design.with_print_styles(render_to_string(f"reports/paper/{name}.html", context))
    file = said.records if isinstance(said, snapshots.EventReport) else None
    file = said.file if isinstance(said, snapshots.PortfolioReport) else file
    if file is not None and records is not None:
        return Sheet(html, LASTING, {file.name: records})
    return Sheet(html, READABLE)


def verify_address(code: str) -> str:
    """Where anybody can check the code; links on paper begin with PUBLIC_URL."""
    return settings.PUBLIC_URL + reverse("documents:verify", kwargs={"code": code})
