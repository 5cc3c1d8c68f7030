"""What each specialist has in hand; engagements stand above this app and are counted by whom they register."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language_info

from assistance import queue
from assistance.models import AssistanceRequest, TriageSettings
from assistance.queue import Load
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.directory.models import FastTrackCenter

# What else people have in hand, as rows with the field that names the person: registered from above, as the frame's
# navigation is.
InHand = Callable[[], tuple[QuerySet[Any], str]]
engagement_providers: list[InHand] = []

# Languages that a specialist can say to speak.
LANGUAGES = ("ar", "cs", "da", "de", "en", "es", "fi", "fr", "hu", "it", "ja", "ko", "nb", "nl", "pl", "pt", "ro",
             "sv", "th", "tr", "uk", "vi", "zh-hans")  # fmt: skip


def language_name(code: str) -> str:
    """`German` for `de`; the code itself where there is no name for it."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def of_centres(centres: Iterable[int] | None) -> list[Load]:
    """Everybody who works at one of the centres with what they carry, in one query; None: at any."""
    members = Membership._base_manager.filter(user__is_active=True, role__in=Membership.CENTRE_ROLES)
    if centres is not None:
        members = members.filter(centre__in=list(centres))
    asks = AssistanceRequest._base_manager.filter(status__in=queue.WAITING)
    members = members.select_related("user", "centre").annotate(
        asks=count_of(asks, "reviewer", OuterRef("user")),
        engagements=sum((count_of(*provider(), OuterRef("user")) for provider in engagement_providers), Value(0)),
        capacity=Coalesce(
            "user__capacity__engagements", TriageSettings.number("capacity"), output_field=IntegerField()
        ),
        languages=F("user__capacity__languages"),
    )
    by_person: dict[int, list[Any]] = {}
    for member in members.order_by("user__name", "pk"):
        by_person.setdefault(member.user_id, []).append(member)
    return [_load(same) for same in by_person.values()]


def count_of(rows: QuerySet[Any], field: str, whose: OuterRef) -> Coalesce:
    """How many of the rows have that value in the field; no column is counted, so that an index alone can answer."""
    theirs = rows.filter(**{field: whose}).order_by().values(field)
    return Coalesce(Subquery(theirs.annotate(count=Count("*")).values("count"), output_field=IntegerField()), 0)


def _load(members: list[Any]) -> Load:
    """The load of the person whose memberships these are."""
    first, roles = members[0], {member.role for member in members}
    return Load(
        person=first.user,
        role="specialist" if Membership.Role.SPECIALIST in roles else "manager",
        asks=first.asks,
        engagements=first.engagements,
        capacity=first.capacity,
        languages=frozenset({first.user.language, *(first.languages or [])}),
        centres=tuple(sorted(member.centre.name for member in members if member.centre)),
    )


def candidates(centre: FastTrackCenter, language: str) -> list[Load]:
    """Who of the centre could take a request in that language, the best suggestion first."""
    return queue.ranked(of_centres([centre.pk]), language)
