"""The portal's settings without nudges and without chatter."""

from fasttrack_portal.settings import *  # noqa: F403

JOBS_NUDGE = False
LOGGING["root"]["level"] = "ERROR"  # type: ignore[index]  # noqa: F405
# No `collectstatic` before a benchmark, and no limit that is counted in files while answers are timed.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
