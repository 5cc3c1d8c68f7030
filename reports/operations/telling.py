"""The Events of reports: in the story of the engagement, seen by those who may read what they tell of."""

from typing import Any

from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import record
from reports.models import Audience, Bundle, Report


def tell(kind: str, report: Report, *, by: User | None, internal: bool = False, **facts: Any) -> Event:
    """The Event of a write to a report. It names no partner: each hears of the editions that it may read (see
    `sections.editions_for_partners`), and nobody but FastTrack of those that are for FastTrack."""
    number, title = report.about
    known = {"number": report.number, "kind": str(report.get_kind_display()), "about": number, "title": title, **facts}
    engagement = report.engagement
    hidden = internal or report.audience == Audience.STAFF
    if engagement is None:
        return record(kind, subject=report, by=by, centre=report.centre, internal=True, data=known)
    return record(
        kind,
        subject=report,
        by=by,
        thread=engagement.public_id,
        customer=engagement.customer,
        centre=engagement.centre,
        internal=hidden,
        data={"customer": engagement.customer.name, **known},
    )


def tell_of_bundle(kind: str, bundle: Bundle, *, by: User | None, **facts: Any) -> Event:
    """The Event of a write to a bundle, in the organisation of who asked for it; FastTrack alone reads of its own."""
    engagement, person = bundle.engagement, bundle.requested_by
    place: Any = next(iter(person.all_memberships), None)
    return record(
        kind,
        subject=bundle,
        by=by,
        thread=engagement.public_id if engagement else None,
        customer=engagement.customer if engagement else getattr(place, "customer", None),
        partner=None if engagement else getattr(place, "partner", None),
        centre=engagement.centre if engagement else getattr(place, "centre", None),
        internal=person.audience.is_staff,
        data={
            "number": bundle.number,
            "kind": str(bundle.get_kind_display()),
            "about": engagement.number if engagement else bundle.number,
            **facts,
        },
    )
