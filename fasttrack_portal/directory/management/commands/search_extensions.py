"""Lets the search find misspelt names, where the database can."""

from typing import Any

from django.core.management.base import BaseCommand

from fasttrack_portal.directory import misspelt

_SAID = {
    "present": "pg_trgm is there: a search that finds nothing offers the names most like what was typed.",
    "absent": "This server does not have pg_trgm (Debian: postgresql-contrib). The search works without it.",
    "refused": "This database user may not create pg_trgm; its owner can: CREATE EXTENSION pg_trgm. "
    "The search works without it.",
}


class Command(BaseCommand):
    help = "Make the extension pg_trgm where the server offers it, so that misspelt names are found."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_SAID[misspelt.enable()])
