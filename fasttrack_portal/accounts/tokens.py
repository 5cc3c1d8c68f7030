"""The secret in the link of an invitation: 128 bits that no row holds (S2)."""

import base64
import hashlib
import secrets

from django.utils.crypto import salted_hmac

_SALT = "accounts.invitation"


def new_nonce() -> str:
    """128 random bits; without the portal's key they do not give the token."""
    return secrets.token_hex(16)


def token_of(nonce: str) -> str:
    """The token that belongs to the nonce, made anew whenever its mail is written."""
    digest = salted_hmac(_SALT, nonce, algorithm="sha256").digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def hash_of(token: str) -> str:
    """What is stored and looked up."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
