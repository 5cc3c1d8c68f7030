"""A mail about an event: its words, its frame, and what is attached."""

import zoneinfo
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from fasttrack_portal.accounts import organisations, tokens
from fasttrack_portal.accounts.models import Invitation
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


# Why a mail is not sent any more, though it was right when it was asked for; empty where it still is.
Holder = Callable[[Event, "User"], str]
HolderT = TypeVar("HolderT", bound=Holder)
_HOLDERS: dict[str, Holder] = {}


def holds_back(kind: str) -> Callable[[HolderT], HolderT]:
    """Registers what is asked when a mail of this kind of event is about to go out, such as a reminder."""

    def register(holder: HolderT) -> HolderT:
        _HOLDERS[kind] = holder
        return holder

    return register


def why_not(event: Event, person: "User") -> str:
    """The reason for the log why this mail stays here; empty where it goes out."""
    holder = _HOLDERS.get(event.kind)
    return holder(event, person) if holder else ""


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
        message = _letter(event.kind, "layout", context, person.email, message_id)
    attacher = _ATTACHERS.get(event.kind)
    files = attacher(event, person) if attacher else []
    for name, content, media_type in files:
        message.attach(name, content, media_type)
    if len(files) == 1 and media_type.startswith("text/calendar"):
        # Mail programs show their buttons for one invitation, which is another form of the text; of several, each is
        # opened from its file.
        message.attach_alternative(content.decode(), media_type)
    return message


def compose_invitation(invitation: Invitation, message_id: str) -> EmailMultiAlternatives:
    """To an address that may be nobody's here: the same words whoever reads it (P2), with the one link that works."""
    link = settings.PUBLIC_URL + reverse("accounts:join", kwargs={"token": tokens.token_of(invitation.nonce)})
    by = invitation.invited_by
    language = by.language if by else settings.LANGUAGE_CODE
    zone = zoneinfo.ZoneInfo(getattr(organisations.thing_of(invitation), "zone", "UTC"))
    with translation.override(language), timezone.override(zone):
        context = {
            "invitation": invitation,
            "inviter": str(by) if by else "",
            "person": SimpleNamespace(email=invitation.email, language=language),
            "link": link,
        }
        return _letter("accounts.invited", "invitation", context, invitation.email, message_id)


def _letter(kind: str, frame: str, context: dict[str, Any], to: str, message_id: str) -> EmailMultiAlternatives:
    subject = " ".join(render_to_string(f"mail/{kind}/subject.txt", context).split())
    text = render_to_string(f"mail/{kind}/body.txt", context).strip()
    context |= {"subject": subject, "paragraphs": [part for part in text.split("\n\n") if part.strip()]}
    html = css_inline.inline(render_to_string(f"mail/{frame}.html", context))
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"mail/{frame}.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(html, "text/html")
    return message
