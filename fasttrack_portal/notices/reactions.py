"""Mail and notices that follow what happens to people and in the directory, which stand below the mail."""

from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import on
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.notices.operations import notify


@on("accounts.invited", "accounts.invitation_sent_again")
def mail_the_invitation(event: Event) -> None:
    """To an address, whoever reads it: the letter is written when it goes out, so its secret is kept nowhere."""
    enqueue("notices.invitation", key=str(event.public_id), payload={"invitation": event.subject_id})


@on("directory.consent_noted")
def find_whom_to_ask(event: Event) -> None:
    """Later, and not in the partner's request: how long it takes tells nothing."""
    enqueue("directory.deliver_consent", key=str(event.public_id), payload={"consent": event.subject_id})


@on("directory.consent_asked", "directory.partner_suggested")
def tell_the_leads(event: Event) -> None:
    if event.customer is not None:
        notify(event.customer.people(Membership.Role.LEAD), event)


@on("directory.consent_agreed")
def tell_who_asked(event: Event) -> None:
    """The partner's person may have gone since: then there is nobody to tell."""
    asked_by = User.objects.filter(pk=event.fact("requested_by"), memberships__partner=event.partner_id)
    notify(asked_by, event)
