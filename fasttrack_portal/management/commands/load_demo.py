"""Fills an empty portal with the demo."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from fasttrack_portal.accounts.models import User
from fasttrack_portal.demo import organisations, story


class Command(BaseCommand):
    help = "Load the demo's customers, partners, people and their story into an empty portal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing where somebody is here already")

    def handle(self, *args: Any, **options: Any) -> None:
        if User._base_manager.exists():
            if not options["if_empty"]:
                raise CommandError("This portal is not empty; the demo is for an empty one.")
            if User._base_manager.filter(email="admin@fasttrack.example").exists():
                self._print_logins()
            return
        now = timezone.now()
        with transaction.atomic():
            story.tell(now)
        self._print_logins()

    def _print_logins(self) -> None:
        self.stdout.write(f"Demo accounts, all with the password {organisations.PASSWORD}")
        for line in story.ACCOUNTS:
            self.stdout.write(f"  {line}")
