"""Telling people: a notification in the portal and a mail that goes out as a job."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.operations import enqueue, enqueue_many
from fasttrack_portal.notices.models import Notification

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User


def notify(people: Iterable["User"], event: Event, *, mail: bool = True, also_actor: bool = False) -> None:
    """Nobody is told twice, nor of their own act unless `also_actor` asks for a receipt.

    Called from reactions, in the event's transaction.
    """
    told = {person.pk: person for person in people if person.is_active and (also_actor or person.pk != event.actor_id)}
    Notification.objects.bulk_create(
        [Notification(user=person, event=event) for person in told.values()], ignore_conflicts=True
    )
    topic = event.kind.split(".")[0]
    mailed = [person for person in told.values() if mail and topic not in person.muted_topics]
    enqueue_many(
        "notices.mail",
        [(f"{event.public_id}:{person.public_id}", {"event": event.pk, "user": person.pk}, None) for person in mailed],
    )


def notify_many(told: Iterable[tuple[Event, Iterable["User"], bool]]) -> None:
    """As `notify` for each (event, people, by mail), in a few statements: events of nobody's own act."""
    notes: list[Notification] = []
    letters: list[tuple[str, dict[str, int], datetime | None]] = []
    for event, people, mail in told:
        topic = event.kind.split(".")[0]
        for person in {person.pk: person for person in people if person.is_active}.values():
            notes.append(Notification(user=person, event=event))
            if mail and topic not in person.muted_topics:
                key = f"{event.public_id}:{person.public_id}"
                letters.append((key, {"event": event.pk, "user": person.pk}, None))
    Notification.objects.bulk_create(notes, ignore_conflicts=True, batch_size=1_000)
    enqueue_many("notices.mail", letters)


@transaction.atomic
def post(message: EmailMessage) -> None:
    """Sends a mail as a job that is not about an event: allauth's codes and links. Nothing of the portal is changed."""
    alternatives = getattr(message, "alternatives", [])
    enqueue(
        "notices.letter",
        key=str(uuid.uuid4()),
        payload={
            "subject": message.subject,
            "body": message.body,
            "html": alternatives[0][0] if alternatives else "",
            "from": message.from_email,
            "to": list(message.to),
        },
    )


def mark_read(user: "User") -> int:
    """All of a person's notifications become read; returns how many were not. A note of looking, not an Event."""
    return Notification.objects.visible_to(user).unread().update(read_at=timezone.now())
