"""Brings database, static files and demo up to date: one start of Django for all three."""

import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
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
    call_command("migrate", interactive=False, verbosity=0)
    _collect_static_files()
    if "--demo" in sys.argv:
        call_command("load_demo", if_empty=True)
    return 0


def _collect_static_files() -> None:
    """Compressing them takes seconds, so only when one has changed since the last time."""
    collected = Path(settings.STATIC_ROOT)
    note = collected.with_name(f"{collected.name}.collected-from")  # beside it: what is inside is served
    sources = hashlib.sha256(str(settings.STORAGES).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = os.stat(storage.path(path))
            sources.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    if not collected.is_dir() or not note.exists() or note.read_text() != sources.hexdigest():
        call_command("collectstatic", interactive=False, verbosity=0)
        note.write_text(sources.hexdigest())


if __name__ == "__main__":
    sys.exit(main())
