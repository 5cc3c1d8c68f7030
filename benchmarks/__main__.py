"""`./portal bench [name...] [--json]`: every benchmark, or some of them, on a database of its own."""

import argparse
import os
import sys
from time import perf_counter

import django

import fasttrack_portal  # noqa: F401  (adds the requests/ source root)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
_SIZED = ("engagements", "import", "lists", "reports", "scheduler", "search")


def main() -> int:
    """Prints the table; the exit code says whether every goal holds."""
    django.setup()
    from django.core.management import call_command

    from benchmarks import (
        answers,
        crowd,
        database,
        engagements,
        imports,
        jobs,
        lists,
        load,
        measure,
        reports,
        scheduler,
        search,
    )

    benches = {
        "answers": answers.run,
        "engagements": engagements.run,
        "import": imports.run,
        "jobs": jobs.run,
        "lists": lists.run,
        "load": load.run,
        "reports": reports.run,
        "scheduler": scheduler.run,
        "search": search.run,
    }
    parser = argparse.ArgumentParser(prog="./portal bench")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(benches)}; all when left out")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        metavar="ROWS",
        help="instead of those of engagements, import, lists, reports, scheduler, search",
    )
    parser.add_argument("--small", action="store_true", help="the same with a few thousand rows, in seconds")
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(benches)):
        parser.error(f"no benchmark of that name: {', '.join(unknown)}")
    sizes = crowd.SMALL if options.small else options.sizes
    arguments = {name: {"sizes": sizes} for name in _SIZED if sizes}
    measures = []
    with database.of_its_own():
        call_command("migrate", verbosity=0)
        for name in options.names or sorted(benches):
            began = perf_counter()
            measures += benches[name](**arguments.get(name, {}))
            measure.say(f"{name}: {perf_counter() - began:.0f} s")
    measure.show(measures, as_json=options.json)
    return 0 if all(found.holds for found in measures) else 1


if __name__ == "__main__":
    sys.exit(main())
