"""Asking for many reports in one file, finishing it, handing it out, and removing it after a while."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse
from django.utils.translation import gettext as _

from engagements.models import Engagement
from fasttrack_portal import workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.documents import operations as documents
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.records import create_once
from fasttrack_portal.refusals import Conflict
from reports.models import Bundle
from reports.operations.telling import tell_of_bundle


@transaction.atomic
def request_export(*, filters: dict[str, str], key: uuid.UUID, by: User) -> Bundle:
    """Every issued report that the person may read and that fits the filters of the list, as one file."""
    return _queue(key, by, kind=Bundle.Kind.EXPORT, filters=filters)


@transaction.atomic
def request_handover(engagement: Engagement, *, key: uuid.UUID, by: User) -> Bundle:
    """All that an engagement has come to, as one file: reports, minutes, decisions, matrix, lists and audit."""
    require(by, "reports.hand_over", engagement)
    return _queue(key, by, kind=Bundle.Kind.HANDOVER, engagement=engagement)


def _queue(key: uuid.UUID, by: User, **fields: Any) -> Bundle:
    bundle, is_new = create_once(Bundle, key, lambda: Bundle.objects.create(public_id=key, requested_by=by, **fields))
    if is_new:
        tell_of_bundle("reports.bundle_requested", bundle, by=by)
        bundle.job = enqueue("reports.bundle", key=str(bundle.public_id), payload={"bundle": bundle.pk}, by=by)
        Bundle.objects.filter(pk=bundle.pk).update(job=bundle.job)
    return bundle


def finish_bundle(bundle: Bundle, content: bytes, *, name: str, contents: list[int], at: datetime) -> Event:
    """The file, the Event, the notice and the timer of its removal, in the transaction in which the job finishes."""
    file = documents.store(content, name=name, media_type="application/zip", by=bundle.requested_by)
    workflow.apply(bundle, "finish", file=file, ready_at=at, contents=contents)
    due = at + timedelta(days=Bundle.KEPT)
    enqueue("reports.retire", key=str(bundle.public_id), payload={"bundle": bundle.pk}, due_at=due)
    return tell_of_bundle("reports.bundle_ready", bundle, by=None, count=len(contents))


@transaction.atomic
def suppress_bundle(bundle: Bundle) -> None:
    """Who asked for it lost their access while it was in the queue (A2)."""
    workflow.apply(bundle, "suppress")
    tell_of_bundle("reports.bundle_suppressed", bundle, by=None)


@transaction.atomic
def retire_bundle(bundle: Bundle) -> None:
    """The file goes after its days; every report in it stays, so that it can be made again."""
    if bundle.status != Bundle.Status.READY or bundle.file is None:
        return
    file = bundle.file
    workflow.apply(bundle, "retire", file=None)
    path = file.path
    file.delete()
    tell_of_bundle("reports.bundle_retired", bundle, by=None, days=Bundle.KEPT)

    def clear_the_disk() -> None:
        default_storage.delete(path)

    transaction.on_commit(clear_the_disk, robust=True)


@transaction.atomic
def download_bundle(bundle: Bundle, *, by: User) -> FileResponse:
    """The file as an answer, and a note of who took it. Raises Conflict while there is none."""
    require(by, "reports.download_bundle", bundle)
    if bundle.status != Bundle.Status.READY or bundle.file is None:
        raise Conflict(_("There is no file to download: it is not ready yet, or its time is over."))
    tell_of_bundle("reports.bundle_downloaded", bundle, by=by, file=bundle.file.name)
    return documents.serve(bundle.file)
