"""Storing and sealing; called inside the operation that owns the document and records its Event."""

import hashlib
import shutil
import tempfile
import uuid
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse

from fasttrack_portal.documents.models import Seal, StoredFile

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User

_IN_MEMORY = 8 * 1024**2  # bytes; a larger file is on disk while it is sent


def store(content: bytes, *, name: str, media_type: str, by: "User | None") -> StoredFile:
    """The bytes are on disk before the row says so; a row that is rolled back leaves a file nobody is led to."""
    key = uuid.uuid4()
    path = default_storage.save(f"{key.hex[:2]}/{key.hex}", ContentFile(content))
    return StoredFile.objects.create(
        public_id=key,
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        path=path,
        stored_by=by,
    )


def read(file: StoredFile) -> bytes:
    with default_storage.open(file.path) as stored:
        return stored.read()


def serve(file: StoredFile) -> FileResponse:
    """As a download, never opened in place: whatever a file holds, it is no page in our name."""
    return FileResponse(
        default_storage.open(file.path), as_attachment=True, filename=file.name, content_type=file.media_type
    )


def serve_all(files: Iterable[StoredFile], *, name: str) -> FileResponse:
    """Many files as one ZIP, made while it is asked for; the same files give the same bytes."""
    packed = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the answer closes it
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, (1980, 1, 1, 0, 0, 0))
            with default_storage.open(file.path) as stored, archive.open(entry, "w") as place:
                shutil.copyfileobj(stored, place)
    packed.seek(0)
    return FileResponse(packed, as_attachment=True, filename=name, content_type="application/zip")


def seal(*, title: str, number: str, issued_by: str, issued_at: datetime, snapshot_sha256: str) -> Seal:
    """A code for a document that is about to be rendered; the hash of the PDF is added when it exists."""
    return Seal.objects.create(
        title=title, number=number, issued_by=issued_by, issued_at=issued_at, snapshot_sha256=snapshot_sha256
    )


_NEWEST = """
    WITH RECURSIVE later (id, superseded_by_id) AS (
        SELECT id, superseded_by_id FROM documents_seal WHERE id = %s
        UNION
        SELECT next.id, next.superseded_by_id FROM documents_seal next JOIN later ON next.id = later.superseded_by_id)
    SELECT seal.* FROM documents_seal seal JOIN later USING (id) WHERE later.superseded_by_id IS NULL
"""


def newest_after(seal: Seal) -> Seal | None:
    """The last of the series that supersedes it, in one query however long the series is; None if it is the last."""
    if seal.superseded_by_id is None:
        return None
    return next(iter(Seal.objects.raw(_NEWEST, [seal.pk])), None)
