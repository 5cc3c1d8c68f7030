"""A process that was killed while it wrote the broker’s bindings does not keep the next worker from starting."""

import json

import pytest
from django.conf import settings
from kombu import Connection, Exchange, Queue

from fasttrack_portal import celery


@pytest.mark.parametrize("left", [None, "", '[["cel'])
def test_a_queue_is_declared_whatever_was_left(left, tmp_path, monkeypatch):
    options = {
        name: str(tmp_path / name)
        for name in ("data_folder_in", "data_folder_out", "control_folder", "processed_folder")
    }
    options["data_folder_out"] = options["data_folder_in"]
    table = tmp_path / "control_folder" / "celery.exchange"
    if left is not None:
        table.parent.mkdir()
        table.write_text(left)
    monkeypatch.setattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", options)
    celery._make_broker()
    before = table.stat()
    with Connection("filesystem://", transport_options=options) as link:
        queue = Queue("celery", Exchange("celery"), "celery")
        queue(link.default_channel).declare()
        link.Producer().publish("work", exchange="celery", routing_key="celery", declare=[queue])
        assert queue(link.default_channel).get().decode() == "work"
    # Declaring wrote nothing, so there is nothing to be killed at.
    assert (table.stat().st_mtime_ns, table.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert json.loads(table.read_text()) == [["celery", "", "celery"]]
