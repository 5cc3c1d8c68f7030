"""What each specialist has in hand; engagements stand above this app and are counted by whom they register."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language_info

from assistance import queue
from assistance.models import AssistanceRequest, TriageSettings
from assistance.queue import Load
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.statements import once

# What else people have in hand, as rows with the field that names the person: registered from above, as the frame's
# navigation is.
InHand = Callable[[], tuple[QuerySet[Any], str]]
engagement_providers: list[InHand] = []

# What of a person is shown, and asked of whoever is given work; in the order of the fields, as `from_db` wants them.
_PERSON = ("id", "public_id", "version", "email", "name", "is_active", "is_admin", "language", "time_zone")

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
    rows = _everywhere() if centres is None else _at(tuple(centres))
    by_person: dict[int, list[Any]] = {}
    for row in rows:
        by_person.setdefault(row[0], []).append(row)
    return [_load(same) for same in by_person.values()]


def _carried() -> QuerySet[Any, Any]:
    members = Membership._base_manager.filter(user__is_active=True, role__in=Membership.CENTRE_ROLES)
    asks = AssistanceRequest._base_manager.filter(status__in=queue.WAITING)
    members = members.annotate(
        asks=count_of(asks, "reviewer", OuterRef("user")),
        engagements=sum((count_of(*provider(), OuterRef("user")) for provider in engagement_providers), Value(0)),
        capacity=Coalesce(
            "user__capacity__engagements", TriageSettings.number("capacity"), output_field=IntegerField()
        ),
    )
    shown = ("role", "centre__name", "asks", "engagements", "capacity", "user__capacity__languages")
    return members.order_by("user__name", "pk").values_list(*(f"user__{name}" for name in _PERSON), *shown)


_everywhere = once(_carried)
_at = once(lambda centres: _carried().filter(centre__in=centres))


def count_of(rows: QuerySet[Any], field: str, whose: OuterRef) -> Coalesce:
    """How many of the rows have that value in the field; no column is counted, so that an index alone can answer."""
    theirs = rows.filter(**{field: whose}).order_by().values(field)
    return Coalesce(Subquery(theirs.annotate(count=Count("*")).values("count"), output_field=IntegerField()), 0)


def _load(rows: list[tuple[Any, ...]]) -> Load:
    """The load of the person whose memberships these are."""
    person = User.from_db(connection.alias, _PERSON, rows[0][: len(_PERSON)])
    asks, engagements, capacity, languages = rows[0][-4:]
    roles, centres = zip(*(row[len(_PERSON) : -4] for row in rows), strict=True)
    return Load(
        person=person,
        role="specialist" if Membership.Role.SPECIALIST in roles else "manager",
        asks=asks,
        engagements=engagements,
        capacity=capacity,
        languages=frozenset({person.language, *(languages or [])}),
        centres=tuple(sorted(centres)),
    )


def candidates(centre: FastTrackCenter, language: str) -> list[Load]:
    """Who of the centre could take a request in that language, the best suggestion first."""
    return queue.ranked(of_centres([centre.pk]), language)
