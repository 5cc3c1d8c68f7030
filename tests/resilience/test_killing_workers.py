"""An operator kills the worker group at any moment and nothing is lost or doubled (F1)."""

import time
from collections import Counter
from email import message_from_bytes

import pytest
from django.db import transaction
from django.utils import timezone

from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.jobs.operations import enqueue
from tests.world import ask_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MAILS = 40


def test_every_mail_goes_out_though_the_workers_are_killed_again_and_again(cast, workers, tmp_path):
    ask_of(cast.contoso, cast.lead, "Contoso", at=timezone.now())
    event = Event.objects.get(kind="assistance.submitted")
    people = [cast.specialist, cast.manager, cast.lead, cast.pm]
    with transaction.atomic():
        Job.objects.all().delete()
        for number in range(MAILS):
            person = people[number % len(people)]
            enqueue("notices.mail", key=f"{number}", payload={"event": event.pk, "user": person.pk})
    for life in (1.5, 0.5, 1.0):
        workers.start()
        workers.wait_for(lambda: Job.objects.exclude(status="waiting").exists(), 30)
        time.sleep(life)
        workers.kill()
    workers.start()
    workers.wait_for(lambda: not Job.objects.exclude(status="done").exists(), 60)

    sent = Counter(message_from_bytes(path.read_bytes())["Message-ID"] for path in (tmp_path / "mail").glob("*.eml"))
    assert len(sent) == MAILS, "none lost"
    # Mail is the one effect outside the database: a kill between sending and noting it repeats it, and says so.
    assert sum(sent.values()) <= MAILS + 3 * 2
    assert not Job.objects.filter(attempts__gt=4).exists()
