"""The portal's settings with what tests need: fast hashes, mail in memory, no nudges."""

import atexit
import os
import shutil
import tempfile

# Made by the process that begins, which hands it to its workers and takes it away when they have ended.
if "DATA_DIR" not in os.environ:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="portal-test-")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
os.environ.setdefault("SECRET_KEY", "tests-only-" + "x" * 50)

from fasttrack_portal.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_TASK_ALWAYS_EAGER = False
JOBS_NUDGE = False
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
LOGGING["root"]["level"] = "ERROR"  # type: ignore[index]  # noqa: F405
# What a story with real transactions does not get anew: Django makes these itself.
TEST_NON_SERIALIZED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
# A connection that forgets its transaction, or waits for one that does, ends with a name instead of holding the suite.
DATABASES["default"]["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=45s -c lock_timeout=90s"  # noqa: F405
