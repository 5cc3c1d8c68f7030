"""The portal's settings without nudges and without chatter."""

from fasttrack_portal.settings import *  # noqa: F403

JOBS_NUDGE = False
LOGGING["root"]["level"] = "ERROR"  # type: ignore[index]  # noqa: F405
