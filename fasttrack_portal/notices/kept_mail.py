"""Mail of the embedded run, kept as files that a staff page shows."""

import email
import email.policy
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage as ParsedMessage
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """One `.eml` file a mail, written whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.KEPT_MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}.eml"
            unfinished = folder / f".{name}"
            unfinished.write_bytes(message.message().as_bytes())
            os.replace(unfinished, folder / name)
        return len(email_messages)


@dataclass(frozen=True)
class KeptMail:
    """A mail as the staff page shows it."""

    name: str
    subject: str
    to: str
    at: datetime
    text: str
    attachments: list[str]


def recent(limit: int = 100) -> list[KeptMail]:
    """The newest mails first."""
    folder = Path(settings.KEPT_MAIL_DIR)
    names = sorted((path.name for path in folder.glob("*.eml")), reverse=True) if folder.is_dir() else []
    return [_read(folder / name) for name in names[:limit]]


def _read(path: Path) -> KeptMail:
    parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(parsed, ParsedMessage)
    body = parsed.get_body(("plain",))
    return KeptMail(
        name=path.name,
        subject=str(parsed["Subject"]),
        to=str(parsed["To"]),
        at=datetime.strptime(path.name.split("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC),
        text=body.get_content() if body else "",
        attachments=[part.get_filename() or part.get_content_type() for part in parsed.iter_attachments()],
    )
