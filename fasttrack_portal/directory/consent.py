"""When the search offers to ask for consent: decided by what was typed and by what one sees, never by what there is."""

from collections.abc import Iterable

from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.lookup import typed_exactly
from fasttrack_portal.directory.search import Hit

EACH_HOUR = 10


def offers_consent(user: User, query: str, hits: Iterable[Hit]) -> bool:
    """For a whole TPID or domain that names none of the partner's own customers."""
    if user.audience.is_staff or not user.audience.partner_ids or typed_exactly(query) is None:
        return False
    return not any(hit.is_exact for hit in hits)
