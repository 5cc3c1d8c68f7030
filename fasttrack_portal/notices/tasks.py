"""The jobs that send mail."""

import logging
import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone

from fasttrack_portal.accounts.models import Invitation, User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory import operations as directory
from fasttrack_portal.directory.models import ConsentRequest
from fasttrack_portal.jobs.engine import JobRun
from fasttrack_portal.jobs.registry import Later, Park, job
from fasttrack_portal.notices.mail import compose, compose_invitation, why_not

log = logging.getLogger(__name__)


@job("notices.mail", atomic=False)
def send_mail(run: JobRun) -> None:
    """Sends one mail. A kill between sending and "done" may repeat it, with the same Message-ID (F6)."""
    person = User.objects.get(pk=run.payload["user"])
    event = Event.objects.visible_to(person).filter(pk=run.payload["event"]).select_related("actor").first()
    if not person.is_active or event is None:
        return  # the role, link or person ended since (A2)
    if reason := why_not(event, person):
        log.warning("mail dropped: %s to %s: %s", event.kind, person.public_id, reason)
        return
    host = urlsplit(settings.PUBLIC_URL).hostname
    message = compose(event, person, f"<{run.job.public_id}@{host}>")
    _deliver(message, person.email)


@job("notices.letter", atomic=False)
def send_letter(run: JobRun) -> None:
    """Sends a mail that was written when it was asked for, such as a sign-in code, and forgets its words."""
    told, host = run.payload, urlsplit(settings.PUBLIC_URL).hostname
    if not told:
        return  # sent, and forgotten
    headers = {"Message-ID": f"<{run.job.public_id}@{host}>"}
    message = EmailMultiAlternatives(told["subject"], told["body"], told["from"], told["to"], headers=headers)
    if told["html"]:
        message.attach_alternative(told["html"], "text/html")
    _deliver(message, ", ".join(told["to"]))
    with run.finishing():
        run.forget_payload()


@job("notices.invitation", atomic=False)
def send_invitation(run: JobRun) -> None:
    """Sends an invitation that is still open; sent again meanwhile, it carries the newest link (S2)."""
    rows = Invitation.objects.select_related("customer", "partner", "centre", "invited_by")
    invitation = rows.get(pk=run.payload["invitation"])
    if not invitation.is_open(at=timezone.now()):
        return  # withdrawn, accepted or over since (A2)
    host = urlsplit(settings.PUBLIC_URL).hostname
    _deliver(compose_invitation(invitation, f"<{run.job.public_id}@{host}>"), invitation.email)


@job("directory.deliver_consent")
def deliver_consent(run: JobRun) -> None:
    """Finds out whether there is a customer to ask, and asks it; the directory stands below the jobs."""
    directory.deliver_consent(ConsentRequest.objects.get(pk=run.payload["consent"]), at=timezone.now())


def _deliver(message: EmailMultiAlternatives, whom: str) -> None:
    """Raises Later while the server is away or will not take it now, Park when it never will."""
    message.connection = get_connection()
    try:
        message.connection.open()
    except OSError as fault:
        raise Later(f"the mail server is away: {fault}") from fault
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as fault:
        if all(code >= 500 for code, _text in fault.recipients.values()):
            raise Park(f"the mail server refused {whom}: {fault}") from fault
        raise Later(f"the mail server does not take {whom} now: {fault}") from fault
    except smtplib.SMTPResponseException as fault:
        if fault.smtp_code >= 500:
            raise Park(f"the mail server refused the mail: {fault}") from fault
        raise Later(f"the mail server does not take the mail now: {fault}") from fault
    finally:
        message.connection.close()
