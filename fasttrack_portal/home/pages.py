"""What the home page of each role holds."""

from typing import Any, NamedTuple

from fasttrack_portal.accounts.models import User


class HomePage(NamedTuple):
    """A template and what it shows."""

    template: str
    context: dict[str, Any]


def page_for(user: User) -> HomePage:
    return HomePage("home/search.html", {"query": "", "groups": []})
