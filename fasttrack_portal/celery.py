"""The Celery app: it carries nudges; what must happen stands in the jobs table."""

import contextlib
import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fasttrack_portal.settings")


def _make_folders() -> None:
    """The broker on the file system does not make its own folders."""
    from django.conf import settings

    for name in ("data_folder_in", "control_folder", "processed_folder"):
        if folder := settings.CELERY_BROKER_TRANSPORT_OPTIONS.get(name):
            with contextlib.suppress(OSError):
                Path(str(folder)).mkdir(parents=True, exist_ok=True)


app = Celery("fasttrack_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["fasttrack_portal.jobs"])
_make_folders()


@setup_logging.connect
def keep_django_logging(**kwargs: Any) -> None:
    """Celery would replace the handlers that settings.LOGGING made."""
