"""What follows for access tokens when somebody leaves."""

from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import on
from fasttrack_portal.rest.operations import withdraw_all


@on("accounts.deactivated")
def withdraw_tokens(event: Event) -> None:
    """They would open nothing in any case; now they say so themselves."""
    withdraw_all(event.subject_id, at=event.at)
