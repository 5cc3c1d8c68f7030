"""A database of the benchmarks' own on the server that DATABASE_URL names: made for a run, dropped after it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from django.conf import settings
from django.db import connection


@contextmanager
def of_its_own() -> Iterator[None]:
    """Nobody's data is touched, whatever DATABASE_URL names: another database on the same server is used."""
    given = dict(settings.DATABASES["default"])
    name = f"bench_{os.getpid()}"
    _tell(given, f'CREATE DATABASE "{name}"')
    try:
        connection.settings_dict["NAME"] = name
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = given["NAME"]
        _tell(given, f'DROP DATABASE "{name}"')


def _tell(server: dict[str, object], statement: str) -> None:
    keys = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    talk = psycopg2.connect(**{key: server[name] for key, name in keys.items() if server.get(name)})  # type: ignore[call-overload]
    talk.autocommit = True
    try:
        with talk.cursor() as cursor:
            cursor.execute(statement)
    finally:
        talk.close()
