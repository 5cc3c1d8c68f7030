"""What the writes to an event share: its row held, its Event recorded, its rows sent to the database in a stream."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.operations.moving import happened
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.copying import copy_in_parts
from fasttrack_portal.refusals import StaleVersion
from migrations_svc.models import ListPlan, MigrationEvent, StatesFile


def hold(event: MigrationEvent) -> None:
    """Nobody else writes to the event until this transaction ends; `event` shows what is true now."""
    held = MigrationEvent.objects.select_for_update().get(pk=event.pk)
    for field in event._meta.concrete_fields:
        setattr(event, field.attname, getattr(held, field.attname))


def in_words(moment: datetime, zone: str) -> str:
    """A moment in a zone, in full, as mails and the story of an event tell it."""
    return f"{date_format(moment.astimezone(ZoneInfo(zone)), 'l j F Y, H:i')} ({zone})"


def require_version(event: MigrationEvent, version: int) -> None:
    """Raises StaleVersion if somebody wrote to the held event after the form was opened (C1)."""
    if event.version != version:
        raise StaleVersion(
            _("Somebody else changed this event while you had the form open. Look at it again before you go on."),
            subject=event,
        )


def tell(kind: str, event: MigrationEvent, by: User | None, **data: Any) -> Event:
    """The Event of a write, in the story of the engagement."""
    return happened(
        f"migrations.{kind}", event, event.engagement, by, **{"number": event.number, "title": event.title, **data}
    )


def tell_of_file(kind: str, file: ListPlan | StatesFile, **data: Any) -> Event:
    """The Event of what a job did with a file, or could not do; who had it begun is told."""
    return tell(kind, file.event, None, name=file.name, **told_of(file), **data)


def told_of(file: ListPlan | StatesFile) -> dict[str, str]:
    """Of an Event that somebody waits for, where the outcome stands; nobody waits for what was done at once."""
    if file.job is None:
        return {}
    person = file.job.started_by or file.uploaded_by
    return {"url": file.get_absolute_url(), "waits": str(person.public_id)}


@contextmanager
def staged(
    table: str, rows: Iterable[Sequence[Any]], told: Callable[[int], None] = lambda done: None
) -> Iterator[CursorWrapper]:
    """The rows in a table `staged` of this transaction alone, sent by COPY; `table` is its CREATE statement.

    `told` hears how many were sent.
    """
    with connection.cursor() as cursor:
        cursor.execute(table)
        copy_in_parts(cursor, "staged", rows, told)
        cursor.execute("ANALYZE staged")
        yield cursor
        cursor.execute("DROP TABLE staged")
