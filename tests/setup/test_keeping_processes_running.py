"""The supervisor restarts what dies, gives up on what cannot start, and ends everything in order."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fasttrack_portal.launch import supervisor
from fasttrack_portal.launch.locks import Lock
from fasttrack_portal.launch.supervisor import Child, Supervisor

WAITS = "import time; time.sleep(600)"
IGNORES = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[Lock]:
    lock = Lock(tmp_path / "up.lock")
    lock.take()
    yield lock
    lock.release()


def python(name: str, code: str, *, grace: float = 5, essential: bool = False) -> Child:
    return Child(name, [sys.executable, "-c", code], grace=grace, essential=essential)


def run(children: list[Child], lock: Lock, each_round: Callable[[Supervisor], None] = lambda _: None) -> Supervisor:
    """Run for 10 seconds at most."""
    until = time.monotonic() + 10

    def watched() -> None:
        each_round(it)
        if time.monotonic() > until:
            it.stop()

    it = Supervisor(children, cwd=lock.path.parent, inherit=lock.fd, each_round=watched)
    it.run()
    return it


def test_what_dies_is_named_and_started_again(lock: Lock, capfd: pytest.CaptureFixture[str]) -> None:
    child = python("worker", "print('here', flush=True); " + WAITS)
    seen: list[int] = []

    def kill_the_first(it: Supervisor) -> None:
        assert child.process is not None
        if child.start_at is None and child.process.pid not in seen:
            seen.append(child.process.pid)
            if len(seen) == 1:
                os.kill(child.process.pid, signal.SIGKILL)
            else:
                it.stop()

    run([child], lock, kill_the_first).end()
    assert len(seen) == 2
    said = capfd.readouterr()
    assert "portal: worker ended by signal 9; it is started again in" in said.err


def test_what_cannot_start_stops_everything_with_its_last_words(
    lock: Lock, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE", 0.01)
    it = run([python("web", "import sys; sys.exit('no such module')", essential=True)], lock)
    it.end()
    assert it.failure == "web ended 5 times in a row as soon as it started, with exit code 1: no such module"
    assert "web     | no such module" in capfd.readouterr().out


def test_all_end_in_reverse_order_and_the_deaf_one_is_killed(lock: Lock) -> None:
    children = [python("web", WAITS), python("worker", IGNORES, grace=0.2), python("beat", WAITS)]
    ended: list[str] = []

    def stop_when_all_run(it: Supervisor) -> None:
        if all(child.process is not None for child in children) and "deaf" in children[1].last_words:
            it.stop()

    it = run(children, lock, stop_when_all_run)
    processes = {child.name: child.process for child in children}
    for child in children:
        child.kill_group = lambda child=child: ended.append(child.name) or Child.kill_group(child)  # type: ignore
    it.end()
    assert ended == ["beat", "worker", "web"]
    codes = {name: process.returncode for name, process in processes.items() if process is not None}
    assert codes == {"web": -signal.SIGTERM, "worker": -signal.SIGKILL, "beat": -signal.SIGTERM}
    assert lock.holders() == []
