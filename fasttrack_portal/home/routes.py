"""The list of routes, read from the resolver itself."""

from collections.abc import Iterator
from typing import NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver


class Route(NamedTuple):
    """One address; `audience` is "public" where no sign-in is needed, else "signed-in"."""

    name: str
    pattern: str
    audience: str


def routes() -> list[Route]:
    """All named routes, in the resolver's order."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list[URLPattern | URLResolver], prefix: str, namespace: str) -> Iterator[Route]:
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry.url_patterns, path, inner)
        else:
            needs_login = getattr(entry.callback, "login_required", True)
            yield Route(f"{namespace}{entry.name}", path, "signed-in" if needs_login else "public")
