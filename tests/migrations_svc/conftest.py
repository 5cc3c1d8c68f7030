"""Contoso's engagement, in which FastTrack moves mail, and Fabrikam's, in which it guides."""

import pytest

from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership
from tests.conftest import person
from tests.migrations_svc.migration_scene import brought_to, engagement_of, event_in


@pytest.fixture
def engagement(cast):
    return engagement_of(cast.contoso, cast.lead, cast.specialist, partner=cast.northwind)


@pytest.fixture
def guided(cast):
    return engagement_of(
        cast.fabrikam,
        cast.fabrikam_lead,
        cast.apac_specialist,
        is_migration_eligible=False,
        eligibility_sentence="With 499 seats, FastTrack guides you and your own team moves the data.",
    )


@pytest.fixture
def event(cast, engagement):
    """A draft with two mailboxes."""
    return event_in(engagement, cast.lead)


@pytest.fixture
def bring(cast, event):
    """`bring("running")`: the event in that state, by the people whose steps they are."""

    def to(status, **kwargs):
        brought_to(event, status, customer=cast.lead, specialist=cast.specialist, **kwargs)
        event.refresh_from_db()
        return event

    return to


@pytest.fixture
def viewer(cast):
    """An executive of Contoso, who only looks."""
    found = person("viewer@contoso.example", "Vera Viewer")
    add_membership(found, role=Membership.Role.VIEWER, customer=cast.contoso, by=None)
    return found
