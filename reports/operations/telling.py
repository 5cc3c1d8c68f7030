"""The Events of reports: in the story of the engagement, seen by those who may read what they tell of."""

from typing import Any

from engagements.models import Engagement
from engagements.operations.moving import happened
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import record
from fasttrack_portal.directory.models import Partner, PartnerLink
from reports.models import Audience, Bundle, Report


def tell(kind: str, report: Report, *, by: User | None, internal: bool = False, **facts: Any) -> Event:
    """The Event of a write to a report. A partner hears of the editions that it may read, and nobody but FastTrack of
    those that are for FastTrack."""
    number, title = report.about
    known = {"number": report.number, "kind": str(report.get_kind_display()), "about": number, "title": title, **facts}
    engagement = report.engagement
    hidden = internal or report.audience == Audience.STAFF
    if engagement is None:
        return record(kind, subject=report, by=by, centre=report.centre, internal=True, data=known)
    if report.audience in (Audience.PARTNER, Audience.ALL):
        partner = _partner_of(report, engagement) if report.audience == Audience.PARTNER else None
        return happened(kind, report, engagement, by, internal=hidden, to_partner=partner, **known)
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


def _partner_of(report: Report, engagement: Engagement) -> Partner | None:
    """Who asked for the edition, else the partner of the engagement, else the first that the customer agrees to."""
    person = report.requested_by
    own = [row.partner for row in person.all_memberships if row.partner] if person else []
    links = PartnerLink._base_manager.filter(customer=engagement.customer, status=PartnerLink.Status.ACTIVE)
    linked = [link.partner for link in links.select_related("partner").order_by("pk")]
    wished = [*own, *([engagement.partner] if engagement.partner else []), *linked]
    return next((partner for partner in wished if partner in linked), None)


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
