"""The Celery app: it carries nudges; what must happen stands in the jobs table."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fasttrack_portal.settings")

app = Celery("fasttrack_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["fasttrack_portal.jobs"])


@setup_logging.connect
def keep_django_logging(**kwargs: Any) -> None:
    """Celery would replace the handlers that settings.LOGGING made."""
