"""`./portal bench [name] [--json]`: every benchmark, or one of them, on a database of its own."""

import argparse
import os
import sys

import django

import fasttrack_portal  # noqa: F401  (adds the requests/ source root)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")


def main() -> int:
    """Prints the table; the exit code says whether every goal holds."""
    django.setup()
    from django.core.management import call_command

    from benchmarks import jobs, measure

    benches = {"jobs": jobs.run}
    parser = argparse.ArgumentParser(prog="./portal bench")
    parser.add_argument("name", nargs="?", choices=sorted(benches), help="all of them when left out")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    measures = [found for name in ([options.name] if options.name else sorted(benches)) for found in benches[name]()]
    measure.show(measures, as_json=options.json)
    return 0 if all(found.holds for found in measures) else 1


if __name__ == "__main__":
    sys.exit(main())
