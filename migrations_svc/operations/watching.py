"""Watching an event: its numbers kept as they come, and its standing still noticed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from fasttrack_portal import records
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.refusals import Invalid
from migrations_svc import totals
from migrations_svc.forecast import Band
from migrations_svc.models import MigrationEvent, SizeBand, Snapshot, Watch, WatchSettings
from migrations_svc.operations.base import hold, tell


def begin_watch(event: MigrationEvent, *, at: datetime) -> None:
    """From the start on it is noticed when nothing changes; part of what follows the start."""
    _note_change(event, at)


def note_progress(event: MigrationEvent, *, changed: int, at: datetime) -> None:
    """The numbers of a held event after states came; part of the operation that took them."""
    through = totals.through(event.totals)
    size = totals.bytes_through(event)
    Snapshot.objects.create(event=event, at=at, totals=event.totals, done=through, done_bytes=size)
    if changed:
        _note_change(event, at)


@transaction.atomic
def notice_stall(event: MigrationEvent, *, at: datetime) -> None:
    """A running event in which nothing has changed for the hours of the setting: told once until it moves again."""
    hold(event)
    watch = Watch.objects.filter(event=event).first()
    if watch is None or event.status != event.Status.RUNNING or watch.stalled_at is not None:
        return
    due = watch.changed_at + timedelta(hours=WatchSettings.current().stall_hours)
    if at < due:
        _look_again(event, due)
        return
    Watch.objects.filter(event=event).update(stalled_at=at)
    hours = int((at - watch.changed_at).total_seconds() // 3600)
    tell("stalled", event, None, hours=hours)


@transaction.atomic
def change_watch_settings(*, stall_hours: int, bands: Sequence[Band], version: int, by: User) -> None:
    """The hours until an event stands still and the table of sizes. Raises StaleVersion, Invalid."""
    require(by, "migrations.change_watch_settings")
    if not bands or len({band.up_to_gb for band in bands}) != len(bands):
        raise Invalid(_("Say for at least one size how long it takes, and each size once."))
    row, _is_new = WatchSettings.objects.select_for_update().get_or_create(pk=1)
    records.save_changes(row, version=version, stall_hours=stall_hours)
    SizeBand.objects.all().delete()
    SizeBand.objects.bulk_create(
        SizeBand(up_to_gb=band.up_to_gb, median_days=band.median_days, slow_days=band.slow_days) for band in bands
    )
    record("migrations.watch_settings_changed", subject=row, by=by, internal=True, data={"hours": stall_hours})


def _note_change(event: MigrationEvent, at: datetime) -> None:
    Watch.objects.update_or_create(event=event, defaults={"changed_at": at, "stalled_at": None})
    _look_again(event, at + timedelta(hours=WatchSettings.current().stall_hours))


def _look_again(event: MigrationEvent, due: datetime) -> None:
    key = f"{event.pk}:{due.timestamp():.6f}"
    enqueue("migrations.look_for_stall", key=key, payload={"event": event.pk}, due_at=due)
