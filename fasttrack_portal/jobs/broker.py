"""The nudge: "there is work", sent after a commit; if the broker is away, the next tick finds the work itself."""

import logging
import time

from django.conf import settings

from fasttrack_portal.celery import app

log = logging.getLogger(__name__)

_TIMEOUT = 0.3  # seconds: a silent broker may not hold up the person who pressed a button
_REST = 5.0  # seconds without a try after a failure
_rest_until = 0.0


def nudge() -> None:
    """Never raises and never waits long (F3)."""
    global _rest_until
    if not getattr(settings, "JOBS_NUDGE", True) or time.monotonic() < _rest_until:
        return
    options = dict(settings.CELERY_BROKER_TRANSPORT_OPTIONS)
    if settings.REDIS_URL:
        options |= {"socket_timeout": _TIMEOUT, "socket_connect_timeout": _TIMEOUT, "max_retries": 0}
    try:
        with app.connection_for_write(connect_timeout=_TIMEOUT, transport_options=options) as link:
            app.send_task("fasttrack_portal.jobs.tick", connection=link, retry=False, expires=5, ignore_result=True)
    except Exception as fault:
        _rest_until = time.monotonic() + _REST
        log.warning("the broker did not take a nudge: %s", fault)
