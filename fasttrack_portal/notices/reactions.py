"""Mail and notices that follow what happens to people and in the directory, which stand below the mail."""

from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import on
from fasttrack_portal.jobs.operations import enqueue


@on("accounts.invited", "accounts.invitation_sent_again")
def mail_the_invitation(event: Event) -> None:
    """To an address, whoever reads it: the letter is written when it goes out, so its secret is kept nowhere."""
    enqueue("notices.invitation", key=str(event.public_id), payload={"invitation": event.subject_id})
