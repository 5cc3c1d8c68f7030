"""What each specialist has in hand; engagements stand above this app and are counted by whom they register."""

from collections.abc import Callable, Iterable

from django.db.models import Count
from django.utils.translation import get_language_info

from assistance import queue
from assistance.models import AssistanceRequest, Capacity, TriageSettings
from assistance.queue import Load
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.directory.models import FastTrackCenter

# How many engagements each person has in hand: registered from above, as the frame's navigation is.
EngagementsOf = Callable[[list[int]], dict[int, int]]
engagement_providers: list[EngagementsOf] = []

# Languages that a specialist can say to speak.
LANGUAGES = ("ar", "cs", "da", "de", "en", "es", "fi", "fr", "hu", "it", "ja", "ko", "nb", "nl", "pl", "pt", "ro",
             "sv", "th", "tr", "uk", "vi", "zh-hans")  # fmt: skip


def language_name(code: str) -> str:
    """`German` for `de`; the code itself where there is no name for it."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def of_people(members: Iterable[Membership]) -> list[Load]:
    """The load of everybody named, in a fixed number of queries, however many there are."""
    by_person: dict[int, list[Membership]] = {}
    for member in members:
        by_person.setdefault(member.user_id, []).append(member)
    ids = list(by_person)
    asks = dict(
        AssistanceRequest._base_manager.filter(reviewer__in=ids, status__in=queue.WAITING)
        .order_by()
        .values_list("reviewer")
        .annotate(count=Count("pk"))
    )
    engagements: dict[int, int] = {}
    for provider in engagement_providers:
        for person, count in provider(ids).items():
            engagements[person] = engagements.get(person, 0) + count
    said = {row.user_id: row for row in Capacity._base_manager.filter(user__in=ids)}
    usual = TriageSettings.current().capacity
    return [_load(members, asks, engagements, said.get(person), usual) for person, members in by_person.items()]


def _load(
    members: list[Membership], asks: dict[int, int], engagements: dict[int, int], said: Capacity | None, usual: int
) -> Load:
    person = members[0].user
    roles = {member.role for member in members}
    return Load(
        person=person,
        role="specialist" if Membership.Role.SPECIALIST in roles else "manager",
        asks=asks.get(person.pk, 0),
        engagements=engagements.get(person.pk, 0),
        capacity=said.engagements if said else usual,
        languages=frozenset({person.language, *(said.languages if said else [])}),
        centres=tuple(sorted(member.centre.name for member in members if member.centre)),
    )


def of_centres(centres: Iterable[int] | None) -> list[Load]:
    """Everybody who works at one of the centres; None: at any."""
    members = Membership._base_manager.filter(user__is_active=True, role__in=Membership.CENTRE_ROLES)
    if centres is not None:
        members = members.filter(centre__in=list(centres))
    return of_people(members.select_related("user", "centre").order_by("user__name", "pk"))


def candidates(centre: FastTrackCenter, language: str) -> list[Load]:
    """Who of the centre could take a request in that language, the best suggestion first."""
    return queue.ranked(of_centres([centre.pk]), language)
