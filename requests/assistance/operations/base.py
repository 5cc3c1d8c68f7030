"""What every step of a request does beside the step itself."""

from typing import Any

from django.utils.translation import gettext as _

from assistance.models import AskService, AssistanceRequest
from assistance.permissions import partner_at_work
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import record
from fasttrack_portal.refusals import Invalid


def words_of(text: str, field: str) -> str:
    if not text.strip():
        raise Invalid(_("Please say it in a few words."), field=field)
    return text.strip()


def note(verb: str, ask: AssistanceRequest, by: User | None, *, internal: bool = False, **data: Any) -> Event:
    """What was never submitted belongs to no organisation, so that nobody reads of it; a partner reads while linked.

    A request that is open no longer lets go of its services here, where every step ends.
    """
    if not ask.is_open:
        AskService.objects.filter(ask=ask).delete()
    if ask.is_private:
        return record(f"assistance.{verb}", subject=ask, by=by, thread=ask.public_id, data={"number": ask.number})
    return record(
        f"assistance.{verb}",
        subject=ask,
        by=by,
        thread=ask.public_id,
        customer=ask.customer,
        partner=partner_at_work(ask),
        centre=ask.centre,
        internal=internal,
        data={"number": ask.number, "customer": ask.customer.name, "kind": ask.kind, **data},
    )
