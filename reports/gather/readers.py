"""For whom a snapshot is gathered: what such a reader may see is all that is asked of the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from fasttrack_portal.accounts.models import Audience as Belongs
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.sentences import sentence_of
from fasttrack_portal.directory.models import PartnerLink
from reports.models import Audience, Report

# Facts of an event that name a person.
_PEOPLE = ("name", "signer", "owner", "person", "who", "reviewer", "giver", "assignee", "record")


@dataclass(frozen=True)
class Reader:
    """`user` sees what any reader of the edition sees. `known` are the people whose names the edition may say; None
    stands for everybody's. Records are the lines of a migration with their addresses, notes what people wrote to each
    other, items the single lines of plans."""

    user: User
    known: frozenset[int] | None
    reads_records: bool = True
    reads_notes: bool = True
    reads_items: bool = True
    is_internal: bool = False

    def name(self, person: User | None, as_written: str = "") -> str:
        """The name, as it was written at the time where that is known; "" for nobody and for whom it may not name."""
        if person is None or (self.known is not None and person.pk not in self.known):
            return ""
        return as_written or str(person)

    def note(self, text: str, limit: int = 400) -> str:
        return text[:limit] if self.reads_notes else ""

    def sentence(self, kind: str, data: Mapping[str, Any]) -> str:
        """What happened, without the names of people where the edition names none."""
        if self.known is None:
            return sentence_of(kind, data)
        somebody = {fact: _("Somebody") for fact in _PEOPLE if data.get(fact)}
        return sentence_of(kind, {**data, **somebody})


def reader_of(report: Report) -> Reader:
    """The reader that the edition of a report is for."""
    centre, customer = report.centre, report.customer
    assert centre is not None
    assert customer is not None
    if report.audience == Audience.STAFF:
        return Reader(_seeing(report, centre_ids=(centre.pk,)), None, is_internal=True)
    if report.audience == Audience.PARTNER:
        links = PartnerLink._base_manager.filter(customer=customer, status=PartnerLink.Status.ACTIVE)
        partners = tuple(links.values_list("partner", flat=True))
        own = Membership._base_manager.filter(partner__in=partners).values_list("user", flat=True)
        return Reader(_seeing(report, partner_ids=partners), _with_fasttrack(report, own))
    reader = _seeing(report, customer_ids=(customer.pk,))
    if report.audience == Audience.EXECUTIVE:
        return Reader(reader, _with_fasttrack(report), reads_records=False, reads_notes=False, reads_items=False)
    return Reader(reader, None)


def _with_fasttrack(report: Report, others: Any = ()) -> frozenset[int]:
    """The specialist is named to everybody: it is whom one turns to."""
    specialist = [report.engagement.specialist_id] if report.engagement else []
    return frozenset([*specialist, *others])


def _seeing(
    report: Report,
    centre_ids: tuple[int, ...] = (),
    customer_ids: tuple[int, ...] = (),
    partner_ids: tuple[int, ...] = (),
) -> User:
    """Nobody in particular, who belongs where such readers belong."""
    customer = report.customer
    assert customer is not None
    reader = User(name="", language=customer.language, time_zone=customer.zone)
    reader.audience = Belongs(is_admin=False, centre_ids=centre_ids, customer_ids=customer_ids, partner_ids=partner_ids)
    reader.all_memberships = []
    return reader


def language_of(report: Report) -> str:
    """The customer's language where the portal speaks it."""
    wanted = report.customer.language if report.customer else getattr(report.requested_by, "language", "")
    return wanted if wanted in {code for code, _name in settings.LANGUAGES} else settings.LANGUAGE_CODE
