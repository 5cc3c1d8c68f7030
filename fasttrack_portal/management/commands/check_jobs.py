"""Fails when due work is not being done; the health check of worker containers."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from fasttrack_portal.jobs.health import oldest_due_age


class Command(BaseCommand):
    help = "Exit 1 when the oldest due job has waited longer than --max-age seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--max-age", type=float, default=60.0, help="seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        age = oldest_due_age(timezone.now())
        if age > options["max_age"]:
            raise CommandError(f"the oldest due job has waited {age:.0f} s")
        self.stdout.write(f"the oldest due job has waited {age:.0f} s")
