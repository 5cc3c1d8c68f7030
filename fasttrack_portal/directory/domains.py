"""A domain as people type it, and as it is stored: lower case ASCII, without scheme, path and trailing dot (B1)."""

import re

import idna
from django.utils.translation import gettext as _

LONGEST = 253
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_MOST_TYPED = 2_000


def normalise(typed: str) -> str:
    """`https://Müller.Example./path` becomes `xn--mller-kva.example`; ValueError says what is wrong with it."""
    text = typed.strip()
    if not text:
        raise ValueError(_("Type a domain, such as contoso.com."))
    if len(text) > _MOST_TYPED:
        raise ValueError(_("A domain has at most 253 characters."))
    host = re.split(r"[/?#\\]", _SCHEME.sub("", text), maxsplit=1)[0]
    if "@" in host:
        host = host.rpartition("@")[2]
    host = re.sub(r":\d{1,5}$", "", host)
    # The full stops of other scripts, as browsers take them.
    host = re.sub("[\u3002\uff0e\uff61]", ".", host).removesuffix(".")
    try:
        found = host.lower() if host.isascii() else idna.encode(host, uts46=True, transitional=False).decode()
    except (idna.IDNAError, UnicodeError):
        raise ValueError(_("“%(typed)s” is not a domain. Example: contoso.com.") % {"typed": _shown(typed)}) from None
    labels = found.split(".")
    is_plain = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()
    if not is_plain or not _decodes(labels):
        raise ValueError(_("“%(typed)s” is not a domain. Example: contoso.com.") % {"typed": _shown(typed)})
    if len(found) > LONGEST:
        raise ValueError(_("A domain has at most 253 characters."))
    return found


def _decodes(labels: list[str]) -> bool:
    """What is written in the coded form has to be such a form."""
    try:
        for label in labels:
            if label.startswith("xn--"):
                idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return False
    return True


def _shown(typed: str) -> str:
    clean = "".join(letter if letter.isprintable() else "·" for letter in typed.strip()[:61])
    return clean if len(clean) <= 60 else clean[:59] + "…"
