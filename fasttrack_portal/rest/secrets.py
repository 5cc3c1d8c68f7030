"""The secret of an access token: made from the form's random bits and the portal's key, kept as a hash."""

import re
import secrets

from django.utils.crypto import salted_hmac

from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.tokens import hash_of

__all__ = ["PREFIX", "hash_of", "is_one", "new_nonce", "token_of"]

# By which scanners of code find one that was published by mistake.
PREFIX = "ftp_"
_SALT = "rest.access_token"
_NONCE = re.compile(r"[A-Za-z0-9_-]{32}")
_TOKEN = re.compile(r"ftp_[0-9a-f]{64}")


def new_nonce() -> str:
    """192 random bits that the form carries."""
    return secrets.token_urlsafe(24)


def token_of(user: User, nonce: str) -> str:
    """The form sent twice makes the same token twice. What is no nonce of ours is replaced: nobody gets a token that
    can be guessed from what a form said."""
    if not _NONCE.fullmatch(nonce):
        nonce = new_nonce()
    return PREFIX + salted_hmac(_SALT, f"{user.public_id}:{nonce}", algorithm="sha256").hexdigest()


def is_one(text: str) -> bool:
    """Whether it looks like a token of ours; anything else is not looked up."""
    return bool(_TOKEN.fullmatch(text))
