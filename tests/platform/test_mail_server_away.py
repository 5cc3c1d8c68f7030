"""Mail while the server is away, does not take it now, or refuses it for good (F6)."""

import smtplib
import uuid

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.jobs.operations import enqueue


class Troubled(EmailBackend):
    """A mail server that first does what it is told to do."""

    on_opening: list[Exception] = []
    on_sending: list[Exception] = []

    def open(self):
        if self.on_opening:
            raise self.on_opening.pop(0)

    def send_messages(self, messages):
        if self.on_sending:
            raise self.on_sending.pop(0)
        return super().send_messages(messages)


def refused(code):
    return smtplib.SMTPRecipientsRefused({"lena@contoso.example": (code, b"no")})


@pytest.fixture
def letter(cast, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Troubled"
    Troubled.on_opening, Troubled.on_sending = [], []
    event = Event.objects.create(
        kind="assistance.declined",
        subject_label="assistance.AssistanceRequest",
        subject_id=1,
        thread=uuid.uuid4(),
        customer=cast.contoso,
        data={"number": "REQ-000001", "customer": "Contoso", "reason": "Not yet"},
    )
    Job.objects.all().delete()
    return enqueue("notices.mail", key="x", payload={"event": event.pk, "user": cast.lead.pk})


def run_twenty_times(letter):
    for _time in range(20):
        Job.objects.filter(pk=letter.pk, status="waiting").update(due_at=timezone.now())
        engine.run_due()
    letter.refresh_from_db()


@pytest.mark.parametrize(
    ("opening", "sending"),
    [
        ([ConnectionRefusedError("refused")], []),
        ([smtplib.SMTPAuthenticationError(535, b"the password was changed")], []),
        ([], [refused(450)]),
        ([], [smtplib.SMTPDataError(452, b"no space")]),
    ],
)
def test_mail_waits_for_the_server_however_long_and_goes_out_once(letter, opening, sending):
    Troubled.on_opening, Troubled.on_sending = opening * 15, sending * 15
    run_twenty_times(letter)
    assert (letter.status, len(mail.outbox)) == ("done", 1)


@pytest.mark.parametrize("fault", [refused(550), smtplib.SMTPDataError(554, b"spam")])
def test_mail_that_is_refused_for_good_is_parked_for_staff_to_see(letter, fault):
    Troubled.on_sending = [fault]
    run_twenty_times(letter)
    assert (letter.status, letter.attempts, len(mail.outbox)) == ("parked", 1, 0)
    assert "refused" in letter.error
