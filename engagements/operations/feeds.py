"""Every write to calendar subscriptions: their address is made, made anew, withdrawn, and read."""

from datetime import datetime, timedelta

from django.db import transaction

from engagements import feeds
from engagements.models import CalendarFeed, Engagement
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import record

# Between two notes of "read", so that a program that asks each minute is not a write each minute.
_NOTE_EVERY = timedelta(hours=1)


@transaction.atomic
def renew_feed(engagement: Engagement | None, *, nonce: str, by: User) -> str:
    """A new address for the person's subscription; the one before is dead at once. Returns its token, which is kept
    nowhere. The same form sent twice makes the same address (C2)."""
    User._base_manager.select_for_update(no_key=True).get(pk=by.pk)
    token = feeds.token_of(by, engagement, nonce)
    token_hash = feeds.hash_of(token)
    own = CalendarFeed.objects.visible_to(by).of(engagement)
    feed = own.first()
    if feed is not None and feed.token_hash == token_hash:
        return token
    if feed is not None:
        own.update(token_hash=token_hash, digest="", changed_at=None, read_at=None)
    else:
        feed = CalendarFeed.objects.create(user=by, engagement=engagement, token_hash=token_hash)
    _tell("renewed", feed, by)
    return token


@transaction.atomic
def revoke_feed(feed: CalendarFeed, *, by: User) -> None:
    """The address answers from now on as one that was never made."""
    _tell("revoked", feed, by)
    feed.delete()


@transaction.atomic
def note_reading(feed: CalendarFeed, *, digest: str, at: datetime) -> datetime:
    """Since when the content is what it is now. Never earlier than a second after the content before: programs
    that ask by the second must not miss a change."""
    changed = CalendarFeed._base_manager.filter(pk=feed.pk)
    if feed.digest != digest or feed.changed_at is None:
        since = at.replace(microsecond=0)
        if feed.changed_at is not None:
            since = max(since, feed.changed_at + timedelta(seconds=1))
        changed.update(digest=digest, changed_at=since, read_at=at)
        feed.digest, feed.changed_at, feed.read_at = digest, since, at
        return since
    if feed.read_at is None or at - feed.read_at >= _NOTE_EVERY:
        changed.update(read_at=at)
    return feed.changed_at


def _tell(verb: str, feed: CalendarFeed, by: User) -> None:
    what = feed.engagement.number if feed.engagement else by.email
    record(f"feeds.{verb}", subject=feed, by=by, internal=True, url="/settings/calendar/", data={"what": what})
