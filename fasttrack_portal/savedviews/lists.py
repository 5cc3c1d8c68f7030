"""What a page of a list shows of the views that somebody keeps of it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import Resolver404, ResolverMatch, resolve

from fasttrack_portal.access import Reason
from fasttrack_portal.accounts.models import User
from fasttrack_portal.http import Request
from fasttrack_portal.lists.kept import LISTS
from fasttrack_portal.savedviews.models import QUERY_LIMIT, SavedView

# What moves through a list and does not say what is in it.
_PASSING = ("page", "per_page", "as", "key", "csrfmiddlewaretoken")


class Tool(NamedTuple):
    """Something more that can be done with a list as it is looked at, as a link."""

    label: Reason
    href: str
    icon: str


# By the name of a list, what apps above offer there; each is given the query of the list, and None leaves it out.
TOOLS: dict[str, list[Callable[[Request, QueryDict], Tool | None]]] = {}


class Choice(NamedTuple):
    """One saved view as a link."""

    view: SavedView
    href: str
    is_current: bool


@dataclass(frozen=True)
class Shown:
    """What the component says: the views there are, and whether what is looked at now could be one more."""

    choices: list[Choice]
    current: SavedView | None
    back: str
    query: str
    key: uuid.UUID
    may_save: bool


def shown(request: Request) -> Shown:
    """The person's views of the list that is being looked at."""
    match = request.resolver_match
    page = match.view_name if match else ""
    query = settled(request.META.get("QUERY_STRING", ""))
    views = _views_of(request.user, page) if page in LISTS else []
    choices = [Choice(view, f"{request.path}?{view.query}", bool(query) and view.query == query) for view in views]
    current = next((choice.view for choice in choices if choice.is_current), None)
    may_save = page in LISTS and bool(query) and current is None
    return Shown(choices, current, request.path, query, uuid.uuid4(), may_save)


def _views_of(user: User, page: str) -> list[SavedView]:
    """One's own of the list. Who keeps none, as most do, is not asked for those of each list."""
    if not getattr(user, "has_views", True):
        return []
    return list(SavedView.objects.visible_to(user).filter(page=page))


def settled(query: str) -> str:
    """The query as it is kept: nothing that is empty or only passes, always in the same order."""
    asked = QueryDict(query[: 4 * QUERY_LIMIT])
    kept = QueryDict(mutable=True)
    for name in sorted(asked):
        values = [value.replace("\x00", "") for value in asked.getlist(name)]
        if name not in _PASSING and any(values):
            kept.setlist(name.replace("\x00", ""), [value for value in values if value])
    return kept.urlencode() if len(kept.urlencode()) <= QUERY_LIMIT else ""


def list_at(path: str) -> ResolverMatch | None:
    """The list of the portal that stands at this address; None for everything else (S3)."""
    try:
        match = resolve(urlsplit(path).path)
    except (Resolver404, ValueError):
        return None
    return match if match.view_name in LISTS else None
