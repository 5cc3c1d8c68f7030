"""Brings database, static files and demo up to date: one start of Django for all three."""

import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

UNFIT = 78  # the exit code when the settings themselves are refused; the reason is the last line on stderr


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fasttrack_portal.settings")
    try:
        django.setup()
    except ImproperlyConfigured as problem:
        sys.stderr.write(f"{problem}\n")
        return UNFIT
    for name, value in settings.CELERY_BROKER_TRANSPORT_OPTIONS.items():
        if name.endswith(("_folder", "_folder_in", "_folder_out")):  # the broker of files makes none itself
            Path(value).mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if "--demo" in sys.argv:
        call_command("load_demo", if_empty=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
