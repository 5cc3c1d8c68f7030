"""A new database takes the short way through the migrations and comes out where the long way ends (decision 0015)."""

import pytest
from django.conf import settings
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader

OURS = {name.rpartition(".")[2] for name in settings.PORTAL_APPS}


def test_both_ways_end_with_the_same_tables() -> None:
    long, short = (MigrationLoader(None, replace_migrations=replace) for replace in (False, True))
    ends = long.project_state(), short.project_state()
    for one, other in (ends, ends[::-1]):
        assert MigrationAutodetector(one, other).changes(graph=short.graph) == {}


@pytest.mark.parametrize("app", sorted(OURS))
def test_the_short_way_leaves_nothing_out(app: str) -> None:
    """What a squashed migration replaces is an unbroken run: a database that took the long way has all of it."""
    files = MigrationLoader(None, replace_migrations=False).disk_migrations
    long = sorted(name for label, name in files if label == app and not files[label, name].replaces)
    for (label, _), squashed in files.items():
        if label == app and squashed.replaces:
            names = [name for _, name in squashed.replaces]
            first = long.index(names[0])
            assert names == long[first : first + len(names)]


def test_a_new_database_takes_the_short_way() -> None:
    """Drawing Django's picture of all models anew after each change of a table was most of a first start."""
    steps = [app for app, _ in MigrationLoader(None).graph.nodes if app in OURS]
    assert len(steps) <= 2 * len(OURS), "squash what was added (decision 0015)"
