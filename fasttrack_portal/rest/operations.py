"""Every write to access tokens and kept answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.refusals import Conflict, Invalid
from fasttrack_portal.rest import secrets
from fasttrack_portal.rest.models import AccessToken, KeptAnswer
from fasttrack_portal.rest.scopes import is_scope

MOST_DAYS = 366
MOST_TOKENS = 20  # of one person at a time
# How long the same key gets the same answer; later it is a new request.
KEPT_FOR = timedelta(days=3)
# Between two notes of "used", so that looking is not a write each time.
_NOTE_EVERY = timedelta(hours=1)


@transaction.atomic
def make_token(*, nonce: str, name: str, scopes: Sequence[str], days: int, at: datetime, by: User) -> str:
    """The token itself, which is kept nowhere. The same form sent twice makes it once (C2). Raises Invalid."""
    User._base_manager.select_for_update(no_key=True).get(pk=by.pk)
    token = secrets.token_of(by, nonce)
    mine = AccessToken.objects.visible_to(by)
    if (there := mine.filter(token_hash=secrets.hash_of(token)).first()) is not None:
        if there.withdrawn_at is not None:
            raise Invalid(_("This form was sent before. Please open a new one."))
        return token
    if not scopes or not all(is_scope(scope) for scope in scopes):
        raise Invalid(_("Choose what the token is for."), field="scopes")
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(_("A token lasts a year at most."), field="days")
    if mine.in_use().filter(expires_at__gt=at).count() >= MOST_TOKENS:
        raise Invalid(_("You have %(count)d tokens. Withdraw one that you do not need.") % {"count": MOST_TOKENS})
    made = AccessToken.objects.create(
        user=by,
        name=name,
        scopes=sorted(set(scopes)),
        token_hash=secrets.hash_of(token),
        password_mark=by.get_session_auth_hash(),
        expires_at=at + timedelta(days=days),
    )
    told = {"scopes": ", ".join(made.scopes), "until": made.expires_at.date().isoformat()}
    _tell("token_made", made, by, **told)
    return token


@transaction.atomic
def withdraw_token(token: AccessToken, *, at: datetime, by: User) -> None:
    """It opens nothing from now on. Raises Conflict where that was done already."""
    require(by, "rest.withdraw_token", token)
    if not AccessToken.objects.in_use().filter(pk=token.pk).update(withdrawn_at=at):
        raise Conflict(_("This token was withdrawn already."), subject=token)
    _tell("token_withdrawn", token, by)


@transaction.atomic
def withdraw_all(user_id: int, *, at: datetime) -> None:
    """What follows when somebody leaves."""
    AccessToken.objects.in_use().filter(user=user_id).update(withdrawn_at=at)


def note_use(token: AccessToken, *, at: datetime) -> None:
    """When it was used last, for its owner to see."""
    if token.used_at is None or at - token.used_at >= _NOTE_EVERY:
        AccessToken.objects.filter(pk=token.pk).update(used_at=at)


@transaction.atomic
def claim(token: AccessToken, *, key: str, fingerprint: str, at: datetime) -> tuple[KeptAnswer, bool]:
    """The row of the key, and whether it is new. Somebody else with the same key waits here until we are done.

    Raises Invalid where something else was sent with it before."""
    KeptAnswer.objects.filter(token=token, kept_at__lt=at - KEPT_FOR).delete()
    defaults = {"fingerprint": fingerprint, "kept_at": at}
    kept, is_new = KeptAnswer.objects.get_or_create(token=token, key=key, defaults=defaults)
    if kept.fingerprint != fingerprint:
        raise Invalid(_("This Idempotency-Key was sent before with another request. Use a new one for each."))
    return kept, is_new


@transaction.atomic
def keep(kept: KeptAnswer, *, status: int, body: str, etag: str) -> None:
    """What was answered."""
    KeptAnswer.objects.filter(pk=kept.pk).update(status=status, body=body, etag=etag)


def _tell(verb: str, token: AccessToken, by: User, **data: str) -> None:
    record(
        f"rest.{verb}", subject=token, by=by, internal=True, url="/settings/tokens/", data={"name": token.name, **data}
    )
