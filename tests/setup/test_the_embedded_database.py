"""The embedded PostgreSQL starts, keeps what it was given, and outlives the sudden end of whoever started it."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import environ
import psycopg2
import pytest

from fasttrack_portal.embedded import Server, running_url
from fasttrack_portal.launch.cluster import ServerProblem
from fasttrack_portal.launch.locks import Lock

STARTS_AND_WAITS = """
import sys, time
from pathlib import Path
from fasttrack_portal.embedded import Server
from fasttrack_portal.launch import locks
if "alone" in sys.argv:
    locks._prctl = None  # as on systems that do not tell a child of its parent's end
Server(Path(sys.argv[1]), fsync=False).start()
print("started", flush=True)
time.sleep(600)
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder that the database's own user may enter; pytest's are closed to it when the suite runs as root."""
    with tempfile.TemporaryDirectory(prefix="fasttrack-portal-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@contextlib.contextmanager
def connection(url: str) -> Iterator["psycopg2.extensions.cursor"]:
    config = environ.Env.db_url_config(url)  # as the settings read it
    opened = psycopg2.connect(dbname=config["NAME"], user=config["USER"], **config["OPTIONS"])
    opened.autocommit = True
    with contextlib.closing(opened), opened.cursor() as cursor:
        yield cursor


def start_and_kill(data_dir: Path, *arguments: str) -> int:
    """A process that starts the server and is killed; returns the server's process id."""
    command = [sys.executable, "-c", STARTS_AND_WAITS, str(data_dir), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        pid = int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        process.kill()
    return pid


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_what_was_stored_is_there_after_a_restart_and_a_kill(data_dir: Path) -> None:
    with Server(data_dir, fsync=False) as server:
        assert running_url(data_dir) == server.url
        with connection(server.url) as cursor:
            cursor.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('Ünïcode')")
            cursor.execute("CREATE DATABASE another")  # the tests need one each
            cursor.execute("SHOW timezone")
            assert cursor.fetchone() == ("UTC",)
        sockets = Path(environ.Env.db_url_config(server.url)["OPTIONS"]["host"])
        assert sockets.stat().st_mode & 0o077 == 0

        with pytest.raises(ServerProblem, match=f"in use by process {os.getpid()}") as refusal:
            subprocess_start(data_dir)
        assert "\n" not in str(refusal.value)

    assert running_url(data_dir) is None
    assert not sockets.exists()

    orphan = start_and_kill(data_dir, "alone")
    assert is_alive(orphan)
    with Server(data_dir, fsync=False) as server:
        assert not is_alive(orphan)
        with connection(server.url) as cursor:
            cursor.execute("SELECT word, lower(word) FROM kept")
            assert cursor.fetchone() == ("Ünïcode", "ünïcode")


def subprocess_start(data_dir: Path) -> None:
    """Start a second server from another process and raise here what it says there."""
    code = "import sys; from pathlib import Path; from fasttrack_portal.embedded import *\n"
    code += "try: Server(Path(sys.argv[1])).start()\nexcept ServerProblem as problem: sys.exit(str(problem))"
    done = subprocess.run([sys.executable, "-c", code, str(data_dir)], capture_output=True, text=True, check=False)
    raise ServerProblem(done.stderr.strip())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_it_ends_with_whoever_started_it(data_dir: Path) -> None:
    orphan = start_and_kill(data_dir)
    until = time.monotonic() + 10
    while is_alive(orphan) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_alive(orphan)


def test_what_a_crash_left_behind_is_cleared_but_a_living_server_is_not(data_dir: Path) -> None:
    half = data_dir / "postgres.new"  # of an initdb that was killed
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server = Server(data_dir, fsync=False)
    server.start()
    server.stop()
    assert not half.exists()

    # The process id of the dead server belongs to somebody else by now.
    note = data_dir / "postgres" / "postmaster.pid"
    note.write_text(f"{os.getppid()}\n{note.parent}\n1\n5432\n/nowhere\n\n 1 2\nready   \n")
    assert running_url(data_dir) is None
    url = server.start()
    with connection(url) as cursor:
        cursor.execute("SELECT 1")

    # A server without our lock, as if started by hand, is left alone.
    assert server._lock is not None
    (data_dir / "elsewhere").mkdir()
    other = Server(data_dir, fsync=False)
    shutil.move(data_dir / "postgres.lock", data_dir / "elsewhere" / "postgres.lock")
    with pytest.raises(ServerProblem, match=r"A PostgreSQL that we did not start \(process \d+\) uses"):
        other.start()
    assert server.is_running
    server.stop()


def test_data_of_another_version_are_not_touched(data_dir: Path) -> None:
    cluster = data_dir / "postgres"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(ServerProblem, match=r"was made by PostgreSQL 9\.6 and this is 18"):
        Server(data_dir).start()
    assert [entry.name for entry in cluster.iterdir()] == ["PG_VERSION"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the database as another user")
def test_a_data_folder_that_is_closed_to_the_database_keeps_a_link(
    data_dir: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    home = data_dir / "home"
    home.mkdir(mode=0o700)
    kept_in = None
    try:
        with Server(home, fsync=False) as server:
            kept_in = (home / "postgres").resolve()
            assert not kept_in.is_relative_to(data_dir)
            assert "The database is kept in" in capfd.readouterr().err
            assert running_url(home) == server.url
        with Server(home, fsync=False):
            assert (home / "postgres").resolve() == kept_in
    finally:
        if kept_in is not None:
            shutil.rmtree(kept_in.parent)


def test_a_lock_ends_with_its_last_holder(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "lock")
    assert lock.take()
    lock.sign("8123")
    child = subprocess.Popen(["sleep", "600"], pass_fds=[lock.fd])
    lock.release()

    second = Lock(tmp_path / "lock")
    assert not second.take()
    assert second.holders() == [child.pid]
    assert second.owner() is None, "a child is not the owner"
    assert second.clear(grace=2)
    assert child.wait(5) == -signal.SIGTERM
