"""What is frozen when a phase passes its gate, as canonical text with a fingerprint; and naming what is left to do."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

FORMAT = 1
_NAMED = 6


def canonical(snapshot: Any) -> str:
    """The one way to write it down: the same facts are the same text, whatever order a database keeps them in."""
    return json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(snapshot: Any) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(snapshot).encode()).hexdigest()


def named(items: Sequence[str]) -> str:
    """The first few in words, and how many more there are."""
    shown = "; ".join(items[:_NAMED])
    if len(items) > _NAMED:
        shown += " " + _("and %(count)s more") % {"count": len(items) - _NAMED}
    return shown
