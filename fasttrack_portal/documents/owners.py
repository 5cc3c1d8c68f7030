"""Where a sealed document stands in the portal, for those who may read it; told by the app that owns it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User
    from fasttrack_portal.documents.models import Seal

# The address of a document's page, or "" for who may not read it and for what belongs to somebody else.
Owner = Callable[["User", "Seal"], str]
owners: list[Owner] = []


@dataclass(frozen=True)
class Further:
    """One more file that bears the code of a document; the label names nobody."""

    label: str
    sha256: str


# The other files of a sealed document, for everybody who has its code.
Shelf = Callable[["Seal"], list[Further]]
shelves: list[Shelf] = []


def page_of(user: "User", seal: "Seal") -> str:
    return next((found for owner in owners if (found := owner(user, seal))), "")


def further_files(seal: "Seal") -> list[Further]:
    return [each for shelf in shelves for each in shelf(seal)]
