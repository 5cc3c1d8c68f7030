"""What is written when somebody opens a door from the admin centre."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from assistance import doors
from assistance.services import SERVICES
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.directory.models import Tenant


@transaction.atomic
def make_door(tenant: Tenant, *, services: Sequence[str], seats: int | None, until: datetime, by: User) -> str:
    """The signed part of the link. It is kept nowhere; what it opens, until when and for whom stands in the audit."""
    require(by, "assistance.make_door")
    token = doors.make(tenant.guid, services, seats=seats, until=until)
    customer = tenant.customer
    record(
        "assistance.door_made",
        subject=tenant,
        by=by,
        customer=customer,
        centre=customer.centre,
        internal=True,
        url=customer.get_absolute_url(),
        data={
            "tenant": tenant.name,
            "customer": customer.name,
            "services": [SERVICES[code] for code in services],
            "seats": seats,
            "until": until.isoformat(),
        },
    )
    return token
