"""`./portal up`, from the outside: it works, and what stands in its way is said in one line."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fasttrack_portal.embedded import running_url
from fasttrack_portal.launch import environment, system
from fasttrack_portal.launch.locks import Lock

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fasttrack-portal-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(**changes: str) -> dict[str, str]:
    ours = {"DATABASE_URL", "REDIS_URL", "DATA_DIR", "SECRET_KEY", "PUBLIC_URL", "DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in ours} | changes


def refused(data_dir: Path, port: int, **settings: str) -> str:
    """The line with which `up` refuses to start."""
    command = [sys.executable, "-m", "fasttrack_portal.launch", "up", "--data", str(data_dir), "--port", str(port)]
    done = subprocess.run(
        command, cwd=ROOT, env=clean_environment(**settings), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("portal: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_port_in_use(data_dir: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"Port {port} is in use: give another with --port, for example --port {port + 1}" in refused(
            data_dir, port
        )


def test_a_data_folder_that_cannot_be_one(data_dir: Path) -> None:
    (data_dir / "file").touch()
    line = refused(data_dir / "file" / "data", free_port())
    assert "cannot be used as the data folder: Not a directory. Give another with --data." in line


def test_a_second_portal_on_the_same_data(data_dir: Path) -> None:
    first = Lock(data_dir / "up.lock")
    assert first.take()
    first.sign("8123")
    line = refused(data_dir, free_port())
    assert f"already running on {data_dir} (process {os.getpid()}, port 8123): stop it first" in line
    first.release()


def test_a_database_that_does_not_answer(data_dir: Path) -> None:
    line = refused(data_dir, free_port(), DATABASE_URL="postgres://portal:open-sesame@127.0.0.1:1/portal")
    assert "The database at postgres://127.0.0.1:1/portal cannot be used:" in line
    assert "open-sesame" not in line


def test_a_redis_that_does_not_answer(data_dir: Path) -> None:
    line = refused(data_dir, free_port(), REDIS_URL="redis://:open-sesame@127.0.0.1:1/0")
    assert "Redis at redis://127.0.0.1:1/0 cannot be used:" in line
    assert "open-sesame" not in line


def test_pango_that_is_missing_where_nothing_may_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(system.LIBRARIES, "libpango-1.0-0", ("libpango-that-is-not-there.so",))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(system.Missing) as refusal:
        system.ensure_pdf()
    assert str(refusal.value) == (
        "The PDF reports need libpango-1.0-0. On Debian or Ubuntu run: sudo apt-get install -y libpango-1.0-0"
    )


def checkout(folder: Path) -> Path:
    """As much of the project as it takes to make .venv."""
    for name in ("portal", "requirements/runtime.lock", "requirements/dev.lock"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    (folder / "fasttrack_portal" / "launch").mkdir(parents=True)
    shutil.copy2(environment.__file__, folder / "fasttrack_portal" / "launch" / "environment.py")
    return folder / "portal"


def test_a_python_that_is_too_old(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("dirname", "cat", "cmp"):
        (tools / name).symlink_to(str(shutil.which(name)))
    (tools / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tools / "python3").chmod(0o755)
    command = ["/bin/sh", str(checkout(tmp_path)), "up"]
    done = subprocess.run(command, env={"PATH": str(tools)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Python 3.11 or newer is needed and was not found" in done.stderr


def test_a_machine_without_a_network(tmp_path: Path) -> None:
    script = checkout(tmp_path)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True)
    nowhere = {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "PIP_INDEX_URL": "http://127.0.0.1:1/simple"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [script, "up"], env=clean_environment(PATH=path, **nowhere), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "the package index does not answer; is there a network?" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / ".venv" / "portal" / "unfinished").exists(), "the next start begins anew"


def test_it_comes_up_and_goes_down(data_dir: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "fasttrack_portal.launch", "up", "--empty"]
    command += ["--data", str(data_dir), "--port", str(port)]
    log = data_dir / "said"
    with log.open("w") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=clean_environment(), stdout=said, stderr=said)
    try:
        until = time.monotonic() + 90
        while f"The portal is ready: http://127.0.0.1:{port}/" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.1)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/accounts/login/")
        assert connection.getresponse().status == 200
        connection.close()
        assert (data_dir / "secret_key").stat().st_mode & 0o777 == 0o600
        assert running_url(data_dir) is not None
    finally:
        process.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        code = process.wait(30)
    assert code == 0
    assert time.monotonic() - asked < 20  # 10 on a machine that does nothing else
    assert "Traceback" not in log.read_text()
    assert running_url(data_dir) is None
    lock = Lock(data_dir / "up.lock")
    assert lock.take(), "a process was left over"
    lock.release()
