"""Rate limits on expensive or guessable actions (R1), in the cache that all processes share."""

import functools
import time
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from fasttrack_portal.refusals import TooMany

View = Callable[..., HttpResponseBase]


def limited(name: str, *, per_minute: int = 0, per_hour: int = 0) -> Callable[[View], View]:
    """At most so many calls a person in a fixed window; the next one is a 429 that says when to come back."""
    allowed, window = (per_minute, 60) if per_minute else (per_hour, 3600)

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def held(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            count_one(name, str(request.user.pk), allowed, window)
            return view(request, *args, **kwargs)

        return held

    return wrap


def count_one(name: str, who: str, allowed: int, window: int) -> None:
    """Counts one use in the current window of `window` seconds; raises TooMany past `allowed`."""
    now = int(time.time())
    key = f"limit:{name}:{who}:{now // window}"
    cache.add(key, 0, timeout=window + 5)
    try:
        used = cache.incr(key)
        # Counting up gives the entry the cache's own, shorter life where the cache is made of files.
        cache.touch(key, window + 5)
    except ValueError:
        # The window ended between the two calls.
        return
    if used > allowed:
        raise TooMany(
            _("That was a lot in a short time. Please wait a moment and try again."),
            retry_after=window - now % window,
        )
