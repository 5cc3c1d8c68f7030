"""Every write to what people attach to the parts of an engagement: files, links, notes and comments."""

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.http import FileResponse
from django.template.defaultfilters import filesizeformat
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from engagements.models import Attachment, Comment, Milestone, RemediationItem, Responsibility, SuccessItem
from engagements.operations.moving import happened, moving
from engagements.permissions.evidence import Part
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.documents import operations as documents
from fasttrack_portal.documents.filetypes import NotTaken, kind_of, safe_name
from fasttrack_portal.records import create_once
from fasttrack_portal.refusals import Conflict, Invalid

# The parts by the name they have in an address, and as a field of what is attached to them.
PARTS: dict[str, type[Part]] = {
    "responsibility": Responsibility,
    "milestone": Milestone,
    "remediation": RemediationItem,
    "success": SuccessItem,
}
_NAMES = {model: name for name, model in PARTS.items()}
# More than this on one item is a folder, and belongs where the customer keeps its documents.
MOST_ATTACHED = 50
_is_link = URLValidator(schemes=["https"])


def name_of(part: Part) -> str:
    """The part as an address and a field call it."""
    return _NAMES[type(part)]


@transaction.atomic
def attach_file(part: Part, *, key: uuid.UUID, name: str, content: bytes, title: str = "", by: User) -> Attachment:
    """A file of a type that cannot do harm, found out from its bytes and held against its name; Invalid where not."""
    require(by, "engagements.attach", part)
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise Invalid(too_large(), field="file")
    try:
        kind = kind_of(name, content)
    except NotTaken as refused:
        raise Invalid(refused.sentence, field="file") from None
    shown = safe_name(name)

    def made(fields: dict[str, Any]) -> Attachment:
        file = documents.store(content, name=shown, media_type=kind.media_type, by=by)
        return Attachment.objects.create(kind="file", title=title.strip() or shown, file=file, **fields)

    return _attach(part, key, made, by)


@transaction.atomic
def attach_link(part: Part, *, key: uuid.UUID, url: str, title: str = "", by: User) -> Attachment:
    """An address that begins with https. Invalid for any other."""
    require(by, "engagements.attach", part)
    try:
        _is_link(url)
    except ValidationError:
        raise Invalid(_("Give an address that begins with https://."), field="url") from None
    # Somebody's name and password in an address would be read by both sides.
    if urlsplit(url).username is not None:
        raise Invalid(_("Leave name and password out of the address."), field="url")

    def made(fields: dict[str, Any]) -> Attachment:
        return Attachment.objects.create(kind="link", title=title.strip() or url[:200], url=url, **fields)

    return _attach(part, key, made, by)


@transaction.atomic
def attach_note(part: Part, *, key: uuid.UUID, text: str, title: str = "", by: User) -> Attachment:
    """A few sentences that show what was done."""
    require(by, "engagements.attach", part)
    if not text.strip():
        raise Invalid(_("Write a sentence or two."), field="text")

    def made(fields: dict[str, Any]) -> Attachment:
        heading = title.strip() or Truncator(text.strip().splitlines()[0]).chars(80)
        return Attachment.objects.create(kind="note", title=heading, text=text, **fields)

    return _attach(part, key, made, by)


@transaction.atomic
def remove(attachment: Attachment, *, by: User, at: datetime) -> None:
    """Takes it out of sight; it stays in the story, and with what was signed while it was there."""
    require(by, "engagements.remove_evidence", attachment)
    part = attachment.part
    engagement = moving(part)
    gone = Attachment.objects.filter(pk=attachment.pk, removed_at=None).update(removed_at=at)
    if not gone:
        raise Conflict(_("This was taken away already."))
    attachment.removed_at = at
    happened("engagements.evidence_removed", part, engagement, by, title=attachment.title, part=str(part))


@transaction.atomic
def download(attachment: Attachment, *, by: User) -> FileResponse:
    """The file as an answer that no browser opens in place, and a note of who took it."""
    if attachment.file is None:
        raise Invalid(_("There is no file here."))
    engagement = attachment.engagement
    happened(
        "engagements.evidence_downloaded",
        attachment.part,
        engagement,
        by,
        internal=True,
        title=attachment.title,
        part=str(attachment.part),
        file=str(attachment.public_id),
    )
    return documents.serve(attachment.file)


@transaction.atomic
def comment(part: Part, *, key: uuid.UUID, text: str, by: User) -> Comment:
    """A question or an answer that both sides read."""
    require(by, "engagements.comment", part)
    if not text.strip():
        raise Invalid(_("Write a sentence or two."), field="text")
    engagement = moving(part)
    fields = {"public_id": key, "engagement": engagement, name_of(part): part, "by": by}
    found, is_new = create_once(Comment, key, lambda: Comment.objects.create(text=text, **fields))
    if not is_new:
        _is_ours(found, part, by)
        return found
    happened("engagements.commented", part, engagement, by, part=str(part), note=text[:500])
    return found


def too_large() -> str:
    return _("The file is larger than %(most)s. Attach a smaller one, or a link to where it is kept.") % {
        "most": filesizeformat(settings.UPLOAD_MAX_BYTES)
    }


def _attach(part: Part, key: uuid.UUID, made: Any, by: User) -> Attachment:
    engagement = moving(part)
    name = name_of(part)
    fields = {"public_id": key, "engagement": engagement, name: part, "by": by}
    there = Attachment.objects.filter(**{name: part}, removed_at=None).count()
    if there >= MOST_ATTACHED:
        raise Invalid(
            _("There are %(count)s attachments already. Keep the rest together elsewhere and attach a link.")
            % {"count": there}
        )
    found, is_new = create_once(Attachment, key, lambda: made(fields))
    if not is_new:
        _is_ours(found, part, by)
        return found
    happened(
        "engagements.evidence_attached",
        part,
        engagement,
        by,
        title=found.title,
        part=str(part),
        attachment=found.kind,
    )
    return found


def _is_ours(found: Attachment | Comment, part: Part, by: User) -> None:
    """The key of another form: whose it was is nobody's business here."""
    if found.by_id != by.pk or getattr(found, f"{name_of(part)}_id") != part.pk:
        raise Conflict(_("This form was sent before. Go back and begin again."))
