"""Real workers as processes of their own, against the test database."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR)


def database_url() -> str:
    """The URL of the database this test runs in, for a child process."""
    given = urlsplit(os.environ["DATABASE_URL"])
    return given._replace(path="/" + connection.settings_dict["NAME"]).geturl()


class Workers:
    """Starts and kills groups of one worker with beat."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.group: subprocess.Popen[bytes] | None = None
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.worker_settings",
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(folder),
            "REDIS_URL": "",
            "EMAIL_URL": "",
            "PYTHONPATH": str(ROOT),
        }

    def start(self) -> None:
        log = (self.folder / "worker.log").open("ab")
        command = [sys.executable, "-m", "celery", "-A", "fasttrack_portal", "worker", "-B", "-c", "2"]
        command += ["-s", str(self.folder / "beat"), "--prefetch-multiplier", "1", "-l", "warning"]
        self.group = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )

    def kill(self) -> None:
        """SIGKILL to the whole group, as when the machine dies."""
        if self.group is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.group.pid, signal.SIGKILL)
            self.group.wait()
            self.group = None

    def wait_for(self, claim: Callable[[], bool], seconds: float) -> None:
        """Until `claim` holds; fails with the worker's log when it does not come true in time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if claim():
                return
            time.sleep(0.1)
        log = (self.folder / "worker.log").read_text(errors="replace")[-3000:]
        pytest.fail(f"not within {seconds} s; the worker said:\n{log}")


@pytest.fixture
def workers(transactional_db: None, tmp_path: Path) -> Iterator[Workers]:
    for folder in ("broker/queue", "broker/control", "broker/processed"):
        (tmp_path / folder).mkdir(parents=True)
    group = Workers(tmp_path)
    yield group
    group.kill()
