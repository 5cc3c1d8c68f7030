"""What stands on the requests of a crowd: engagements with their items, migration events, reports, events, notices.

One of each is made by the operations; the database multiplies them.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.utils import timezone

import assistance.operations as asking
from assistance.models import AssistanceRequest
from benchmarks.measure import say
from engagements.models import Engagement, Milestone, Phase, Responsibility
from engagements.operations.engagement import accept
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import CenterHours
from fasttrack_portal.notices.models import Notification
from migrations_svc import totals
from migrations_svc.models import MigrationEvent, MigrationProject
from reports.models import Report

_MADE = (Engagement, Phase, Milestone, Responsibility, MigrationProject, MigrationEvent, Report, Event, Notification)
_EVENTS = 20  # migration events and reports of an engagement
_NOTICES = 2_000  # of each person, the last fifty unread


def grow(engagements: int, reviewer: User) -> None:
    """As many engagements as that, each with its 137 items, twenty migration events and twenty reports."""
    engagement = _first(reviewer)
    _multiply(
        engagement,
        {"ask_id": "a.id", "customer_id": "a.customer_id", "partner_id": "a.partner_id"},
        "(SELECT * FROM assistance_assistancerequest WHERE status = 'accepted' AND id NOT IN "
        f"(SELECT ask_id FROM engagements_engagement) ORDER BY hashint8(id) LIMIT {int(engagements) - 1}) a",
    )
    others = f"(SELECT * FROM engagements_engagement WHERE id <> {engagement.pk}) a"
    kinds: tuple[Any, ...] = (Phase, Milestone, Responsibility)
    for kind in kinds:
        items = kind._base_manager.filter(engagement=engagement)
        say(f"data: {engagements * items.count():,} rows of {kind._meta.verbose_name_plural}")
        for item in items:
            _multiply(item, {"engagement_id": "a.id"}, others)
    project = MigrationProject.objects.create(engagement=engagement, source="exchange")
    _multiply(project, {"engagement_id": "a.id"}, others)
    now = timezone.now()
    event = MigrationEvent.objects.create(
        project=project, title="Wave", zone="UTC", status="scheduled", scheduled_for=now, created_by=reviewer,
        totals={"queued": 100},
    )  # fmt: skip
    say(f"data: {engagements * _EVENTS:,} migration events and reports")
    each = f"(SELECT p.id AS project, s FROM migrations_svc_migrationproject p, generate_series(1, {_EVENTS}) s) a"
    _multiply(event, {"project_id": "a.project", "scheduled_for": "t.scheduled_for + a.s * interval '1 day'"}, each)
    report = Report.objects.create(
        kind="engagement", period="first", engagement=engagement, customer=engagement.customer, centre=engagement.centre
    )
    each = f"(SELECT e.*, s FROM engagements_engagement e, generate_series(1, {_EVENTS}) s) a"
    _multiply(
        report,
        {"engagement_id": "a.id", "customer_id": "a.customer_id", "period": "'copy ' || a.id || ' ' || a.s"},
        each,
    )
    told = Event.objects.filter(subject_label=engagement._meta.label).earliest("pk")
    say("data: an event for each request")
    _multiply(
        told,
        {"customer_id": "a.customer_id", "partner_id": "a.partner_id", "subject_id": "a.id", "thread": "a.public_id",
         "at": "t.at - a.id * interval '1 minute'"},
        "assistance_assistancerequest a",
    )  # fmt: skip
    settle()


def notify(people: Sequence[User]) -> None:
    """Notices of what each of them may see, the newest unread."""
    now = timezone.now()
    for user in people:
        seen = Event.objects.visible_to(user).order_by("-at").values_list("pk", flat=True)[:_NOTICES]
        Notification.objects.bulk_create(
            (
                Notification(user=user, event_id=pk, read_at=None if number < 50 else now)
                for number, pk in enumerate(seen)
            ),
            batch_size=1_000,
        )
    settle()


def settle() -> None:
    with connection.cursor() as cursor:
        for kind in _MADE:
            cursor.execute(f'VACUUM ANALYZE "{kind._meta.db_table}"')


def _first(reviewer: User) -> Engagement:
    waiting = AssistanceRequest.objects.filter(status="submitted", partner__isnull=False)
    ask = waiting.first() or AssistanceRequest.objects.filter(status="submitted")[:1].get()
    if not ask.centre.hours.exists():
        CenterHours.objects.bulk_create(CenterHours(centre=ask.centre, weekday=weekday) for weekday in range(5))
    asking.review(ask, by=reviewer)
    return accept(ask, by=reviewer, on=timezone.localdate())


def _multiply(row: models.Model, changes: dict[str, str], each: str) -> None:
    """Copies of the row `t`, one for every row of `each` (named `a`), with identities of their own."""
    columns, values = [], []
    for field in row._meta.concrete_fields:
        if field.primary_key:
            continue
        columns.append(f'"{field.column}"')
        is_identity = isinstance(field, models.UUIDField) and field.unique
        values.append(changes.get(field.column, "gen_random_uuid()" if is_identity else f't."{field.column}"'))
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({", ".join(columns)}) SELECT {", ".join(values)} '
            f'FROM "{table}" t CROSS JOIN {each} WHERE t.id = %s',
            [row.pk],
        )


_RECORDS = """
    INSERT INTO migrations_svc_migrationrecord
        (public_id, version, created_at, event_id, kind, source_address, target_address, display_name, size_bytes,
         status, message, doubted_status)
    SELECT gen_random_uuid(), 1, now(), %(event)s, 'mailbox', 'user' || lpad(n::text, 6, '0') || '@old.example',
        'user' || n || '@new.example', 'User ' || n, hashint8(n)::bigint + 2147483648,
        CASE WHEN n %% 20 = 0 THEN 'failed' WHEN n %% 3 = 0 THEN 'syncing' ELSE 'completed' END, '',
        CASE WHEN n %% 1000 = 0 THEN 'queued' ELSE '' END
    FROM generate_series(1, %(rows)s) n
"""


def records(rows: int, user: User) -> MigrationEvent:
    """An event that the person may see with as many records, beside one with a tenth of them."""
    say(f"data: {rows:,} records of an event")
    events = MigrationEvent.objects.visible_to(user).order_by("pk")[:2]
    with connection.cursor() as cursor:
        for event, count in zip(events, (rows, rows // 10), strict=True):
            cursor.execute(_RECORDS, {"event": event.pk, "rows": count})
            event.totals = totals.counted(event)
            event.save(update_fields=["totals"])
        cursor.execute("VACUUM ANALYZE migrations_svc_migrationrecord")
    return events[0]
