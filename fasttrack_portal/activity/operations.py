"""The one way an Event comes to be, and the reactions that follow it in the same transaction."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection, models, transaction
from psycopg2.extras import Json

from fasttrack_portal.activity.models import Event

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User
    from fasttrack_portal.directory.models import Customer, FastTrackCenter, Partner

Reaction = Callable[[Event], None]
Reactions = Callable[[Sequence[Event]], None]
ReactionT = TypeVar("ReactionT", bound=Reaction)
_REACTIONS: dict[str, list[Reaction]] = defaultdict(list)
_CHANNEL: ContextVar[Mapping[str, str] | None] = ContextVar("channel", default=None)
# How a reaction follows many events at once, where it can.
_AT_ONCE: dict[Reaction, Reactions] = {}


def on(*kinds: str) -> Callable[[ReactionT], ReactionT]:
    """Registers what follows an event; "*" stands for every kind that `record` is given. It runs in the event's
    transaction: rows only, nothing outside the database."""

    def register(reaction: ReactionT) -> ReactionT:
        for kind in kinds:
            _REACTIONS[kind].append(reaction)
        return reaction

    return register


@contextmanager
def through(channel: str, **told: str) -> Iterator[None]:
    """What is recorded meanwhile says how it came: `through("api", token=...)`."""
    before = _CHANNEL.set({"channel": channel, **told})
    try:
        yield
    finally:
        _CHANNEL.reset(before)


def at_once(reaction: Reaction) -> Callable[[Reactions], Reactions]:
    """Registers how `reaction` follows many events of a kind: the same rows, in a few statements."""

    def register(many: Reactions) -> Reactions:
        _AT_ONCE[reaction] = many
        return many

    return register


def record(
    kind: str,
    *,
    subject: models.Model,
    by: "User | None",
    thread: uuid.UUID | None = None,
    customer: "Customer | None" = None,
    partner: "Partner | None" = None,
    centre: "FastTrackCenter | None" = None,
    internal: bool = False,
    url: str = "",
    data: dict[str, Any] | None = None,
) -> Event:
    """Writes down what happened; must stand in the same transaction as the change itself (F2)."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{kind}: an event is recorded in the transaction of its change")
    event = Event.objects.create(
        kind=kind,
        actor=by,
        subject_label=subject._meta.label,
        subject_id=subject.pk,
        thread=thread or getattr(subject, "public_id", None) or uuid.uuid4(),
        customer=customer,
        partner=partner,
        centre=centre,
        internal=internal,
        url=url or _address_of(subject),
        data=_told(data or {}),
    )
    for reaction in (*_REACTIONS[kind], *_REACTIONS["*"]):
        reaction(event)
    return event


def _told(data: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of an event, and how it came."""
    return {**data, **(_CHANNEL.get() or {})}


def record_all(events: Sequence[Event]) -> None:
    """Writes down what happened to many things at once, as `record` does for one: events of one kind."""
    if not events:
        return
    kind = events[0].kind
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{kind}: an event is recorded in the transaction of its change")
    for event in events:
        event.data = _told(event.data)
    written = Event.objects.bulk_create(events, batch_size=1_000)
    for reaction in (*_REACTIONS[kind], *_REACTIONS["*"]):
        if many := _AT_ONCE.get(reaction):
            many(written)
        else:
            for event in written:
                reaction(event)


def record_many(kind: str, entries: "Iterable[tuple[Customer, dict[str, Any]]]", *, by: "User | None") -> None:
    """The same kind of event for many customers at once, (customer, data) each."""
    events = Event.objects.bulk_create(
        (
            Event(
                kind=kind,
                actor=by,
                subject_label=subject._meta.label,
                subject_id=subject.pk,
                thread=getattr(subject, "public_id", None) or uuid.uuid4(),
                customer=subject,
                centre_id=getattr(subject, "centre_id", None),
                url=_address_of(subject),
                data=_told(data),
            )
            for subject, data in entries
        ),
        batch_size=1_000,
    )
    for reaction in _REACTIONS[kind]:
        for event in events:
            reaction(event)


_FOR_ALL = """
INSERT INTO activity_event (public_id, at, kind, actor_id, subject_label, subject_id, thread, customer_id, centre_id,
    internal, url, data)
SELECT gen_random_uuid(), %s, %s, %s, %s, c.id, c.public_id, c.id, c.centre_id, false,
    replace(%s, %s, c.public_id::text), jsonb_build_object('name', c.name) || %s::jsonb
FROM directory_customer c WHERE c.id = ANY(%s) ORDER BY c.id"""


def record_for_all(kind: str, customers: Sequence[int], *, by: "User | None", at: datetime) -> None:
    """The same kind of event for many customers by their ids, each with its name: written by the database itself.

    For kinds that nothing follows from.
    """
    if _REACTIONS[kind]:
        raise RuntimeError(f"{kind}: something follows from it, which needs the events themselves")
    customer: Any = Event._meta.get_field("customer").related_model
    anybody = customer(public_id=uuid.UUID(int=0))
    told = [at, kind, by and by.pk, customer._meta.label, _address_of(anybody), str(anybody.public_id)]
    with connection.cursor() as cursor:
        cursor.execute(_FOR_ALL, [*told, Json(_told({})), list(customers)])


def _address_of(subject: models.Model) -> str:
    address = getattr(subject, "get_absolute_url", None)
    return address() if address else ""
