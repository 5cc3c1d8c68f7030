"""Reading a subscription: whose address it is, what stands in it, and the file that a calendar program gets."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from engagements import diary
from engagements.invitations import Guest, Published, published_file
from engagements.models import CalendarFeed, Engagement
from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.tokens import hash_of

__all__ = ["by_token", "content_of", "digest_of", "entries_of", "hash_of", "name_of", "new_nonce", "token_of"]

_SALT = "engagements.calendar_feed"
_NONCE = re.compile(r"[A-Za-z0-9_-]{32}")
_BACK, _AHEAD = timedelta(days=90), timedelta(days=400)
# How long a meeting that was cancelled is still there, to say so, after its day.
_CANCELLED_FOR = timedelta(days=7)


def new_nonce() -> str:
    """192 random bits that a form carries, of which an address is made."""
    return secrets.token_urlsafe(24)


def token_of(user: User, engagement: Engagement | None, nonce: str) -> str:
    """The address's secret, from the form's random bits and the portal's key: the form sent twice makes it twice.

    What is no nonce of ours is replaced: nobody gets an address that can be guessed from what a form said."""
    if not _NONCE.fullmatch(nonce):
        nonce = new_nonce()
    scope = f"{user.public_id}:{engagement.public_id if engagement else ''}:{nonce}"
    return salted_hmac(_SALT, scope, algorithm="sha256").hexdigest()[:48]


def by_token(token: str) -> CalendarFeed | None:
    """The subscription of that address, while its owner is here and may see what it is about.

    Never made, withdrawn, of somebody who left, of an engagement no longer theirs: one answer."""
    rows = CalendarFeed._base_manager.select_related("user", "engagement__customer")
    feed = rows.filter(token_hash=hash_of(token), user__is_active=True).first()
    if feed is None:
        return None
    audience = feed.user.audience
    if not (audience.is_staff or audience.customer_ids or audience.partner_ids):
        return None
    if feed.engagement and not Engagement.objects.visible_to(feed.user).filter(pk=feed.engagement.pk).exists():
        return None
    return feed


def entries_of(feed: CalendarFeed, *, at: datetime) -> list[diary.Entry]:
    """What the owner may see at this moment, in the language that is switched on."""
    scope = diary.Scope(
        user=feed.user,
        engagements=_engagements(feed),
        first=_midnight(at - _BACK),
        last=_midnight(at + _AHEAD),
        is_narrow=feed.engagement is not None,
        most=1_000,
    )
    return [entry for entry in diary.entries(scope) if not entry.is_cancelled or _is_recent(entry, at)]


def _engagements(feed: CalendarFeed) -> "QuerySet[Engagement]":
    if feed.engagement:
        return Engagement.objects.visible_to(feed.user).filter(pk=feed.engagement.pk)
    return diary.own(feed.user)


def _midnight(moment: datetime) -> datetime:
    """So that the same content stays the same for the whole of a day."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _is_recent(entry: diary.Entry, at: datetime) -> bool:
    return isinstance(entry.end, datetime) and entry.end > _midnight(at - _CANCELLED_FOR)


def name_of(feed: CalendarFeed) -> str:
    """How a calendar program calls it."""
    return f"FastTrack {feed.engagement.number}: {feed.engagement.customer.name}" if feed.engagement else "FastTrack"


def digest_of(feed: CalendarFeed, entries: list[diary.Entry]) -> str:
    """The same for the same content, whenever it is read."""
    said = repr((name_of(feed), feed.user.language, settings.PUBLIC_URL, entries))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def content_of(feed: CalendarFeed, entries: list[diary.Entry], *, stamp: datetime) -> bytes:
    """The .ics; `stamp` is since when it is like this."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return published_file(
        [_published(entry) for entry in entries],
        name=name_of(feed),
        organizer=Guest(name or address, address),
        stamp=stamp,
    )


def _published(entry: diary.Entry) -> Published:
    url = diary.link(entry)
    head = f"{entry.kind_label}, {entry.number}"
    if entry.with_whom:
        head = _("%(what)s, with %(specialist)s") % {"what": head, "specialist": entry.with_whom}
    return Published(
        uid=entry.uid,
        sequence=entry.sequence,
        start=entry.start,
        end=entry.end,
        zone=entry.zone,
        summary=entry.title,
        description="\n".join(line for line in (head, entry.status_label, entry.note, url) if line),
        url=url,
        category=entry.kind_label,
        is_cancelled=entry.is_cancelled,
    )
