"""One worker migrates, the others copy what it made: a tenth of a second instead of many."""

import fcntl
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from pytest_django.plugin import blocking_manager_key

NAME = "first_database"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> None:
    """Workers make their databases from one that the first of them has made; a lone process makes its own."""
    if not hasattr(request.config, "workerinput") or request.config.getvalue("reuse_db"):
        return
    made = Path(os.environ["DATA_DIR"]) / NAME
    with made.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        name = file.read()
        if not name:
            with django_db_blocker.unblock():
                name = make(f"{settings.DATABASES['default']['NAME']}_first")
            file.write(name)
    connection.settings_dict["TEST"]["TEMPLATE"] = name


def make(name: str) -> str:
    """A database with every migration, under a name of its own; the connection is as it was before."""
    before = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()  # a database that somebody is connected to cannot be copied
    connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"] = before
    settings.DATABASES["default"]["NAME"] = before[0]
    return name


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that gave out the work takes away what the workers copied."""
    made = Path(os.environ.get("DATA_DIR", "")) / NAME
    if hasattr(config, "workerinput") or not made.is_file():
        return
    with config.stash[blocking_manager_key].unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(made.read_text())}")
    made.unlink()
