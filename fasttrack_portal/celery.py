"""The Celery app: it carries nudges; what must happen stands in the jobs table."""

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fasttrack_portal.settings")


# What kombu writes when the one queue is declared: routing key, pattern, queue.
_BINDINGS = [["celery", "", "celery"]]


def _make_broker() -> None:
    """The broker on the file system makes no folders, and it writes its table of bindings bit by bit: a process that
    starts beside one that is about to, or after one that was killed at it, reads half of a table and dies of it. So the
    table is there, whole, before anybody binds; then nobody writes it."""
    from django.conf import settings

    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with contextlib.suppress(OSError):
        for name in ("data_folder_in", "control_folder", "processed_folder"):
            if folder := options.get(name):
                Path(str(folder)).mkdir(parents=True, exist_ok=True)
        if folder := options.get("control_folder"):
            _write_whole(Path(str(folder)) / "celery.exchange", json.dumps(_BINDINGS))


def _write_whole(file: Path, text: str) -> None:
    if file.exists() and file.read_text() == text:
        return
    number, half = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(number, "w") as stream:
        stream.write(text)
    os.replace(half, file)


app = Celery("fasttrack_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["fasttrack_portal.jobs"])
_make_broker()


@setup_logging.connect
def keep_django_logging(**kwargs: Any) -> None:
    """Celery would replace the handlers that settings.LOGGING made."""
