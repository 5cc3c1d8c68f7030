"""A database of the benchmarks' own on the server that DATABASE_URL names: made for a run, dropped after it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.db import connection

_KEYS = ("dbname", "user", "password", "host", "port")


@contextmanager
def of_its_own() -> Iterator[None]:
    """Nobody's data is touched, whatever DATABASE_URL names: another database on the same server is used."""
    given = connection.settings_dict["NAME"]
    server = {key: value for key, value in connection.get_connection_params().items() if key in _KEYS}
    name = f"bench_{os.getpid()}"
    _tell(server, f'CREATE DATABASE "{name}"')
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = given
        _tell(server, f'DROP DATABASE "{name}"')


def _tell(server: dict[str, Any], statement: str) -> None:
    talk = psycopg2.connect(**server)
    talk.autocommit = True
    try:
        with talk.cursor() as cursor:
            cursor.execute(statement)
    finally:
        talk.close()
