"""The settings of a real worker in a test: a short lease, so that a killed one is missed within seconds."""

from datetime import timedelta

from fasttrack_portal.settings import *  # noqa: F403

JOB_LEASE = timedelta(seconds=3)
EMAIL_BACKEND = "fasttrack_portal.notices.kept_mail.EmailBackend"
