"""A mail about an event: its words, its frame, and what is attached."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from fasttrack_portal.activity.models import Event

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User

# (file name, content, media type with its parameters)
Attachment = tuple[str, bytes, str]
Attacher = Callable[[Event, "User"], list[Attachment]]
AttacherT = TypeVar("AttacherT", bound=Attacher)
_ATTACHERS: dict[str, Attacher] = {}


def attaches(kind: str) -> Callable[[AttacherT], AttacherT]:
    """Registers what goes with the mails of one kind of event, such as a calendar file."""

    def register(attacher: AttacherT) -> AttacherT:
        _ATTACHERS[kind] = attacher
        return attacher

    return register


def compose(event: Event, person: "User", message_id: str) -> EmailMultiAlternatives:
    """What happened, why you, one button. Links begin with PUBLIC_URL, never with what a request said (S3)."""
    with translation.override(person.language), timezone.override(person.zone()):
        context = {
            "event": event,
            "facts": event.data,
            "person": person,
            "actor": str(event.actor) if event.actor else "",
            "link": settings.PUBLIC_URL + (event.url or "/"),
            "settings_link": settings.PUBLIC_URL + "/settings/",
        }
        subject = " ".join(render_to_string(f"mail/{event.kind}/subject.txt", context).split())
        text = render_to_string(f"mail/{event.kind}/body.txt", context).strip()
        context |= {"subject": subject, "paragraphs": [part for part in text.split("\n\n") if part.strip()]}
        html = css_inline.inline(render_to_string("mail/layout.html", context))
        plain = render_to_string("mail/layout.txt", context)
    message = EmailMultiAlternatives(
        subject=subject,
        body=plain,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[person.email],
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(html, "text/html")
    attacher = _ATTACHERS.get(event.kind)
    for name, content, media_type in attacher(event, person) if attacher else []:
        message.attach(name, content, media_type)
    return message
