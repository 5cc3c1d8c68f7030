"""`./portal test`, `manage` and `bench`: one child after the other beside a database that is there for them."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fasttrack_portal.embedded import Server, running_url
from fasttrack_portal.launch import system
from fasttrack_portal.launch.console import say
from fasttrack_portal.launch.locks import die_with_parent
from fasttrack_portal.launch.up import ROOT, Problem

# Each check with the table of pyproject.toml that configures it: without one there is nothing to hold the code to.
CHECKS = (
    ("ruff check", "ruff", ["ruff", "check", "."]),
    ("ruff format", "ruff", ["ruff", "format", "--check", "."]),
    ("mypy", "mypy", ["mypy"]),
    ("import contracts", "importlinter", ["lint-imports"]),
    ("djlint", "djlint", ["djlint", "--lint", "--quiet", "templates"]),
)
# Collecting the tests once writes the bytecode that each of the workers reads then.
WARM_UP = ["pytest", "--collect-only", "--quiet"]
# A file is one worker's: what its stories share is made once. They come in the order of tests/conftest.py. Three on two
# cores: stories wait for a browser or a worker for a part of their time, but each worker reads all of the suite first.
PYTEST = ["pytest", "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]


def test(arguments: list[str]) -> int:
    """All checks and all tests; with arguments only pytest with them. Returns the exit code."""
    system.ensure_pdf()
    system.ensure_programs_for_tests()
    if chromium := system.browser():
        os.environ["PORTAL_CHROMIUM"] = chromium
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each worker would compile everything
    results: dict[str, int] = {}
    with _throwaway_database(fsync=False):
        if not arguments:
            results |= _checks()
        say("pytest")
        results["pytest"] = run([*_ours(PYTEST), *arguments], cwd=ROOT)
    if not chromium:
        say("NO BROWSER: the browser tests did not run. Install chromium to run them.")
    for name, code in results.items():
        say(f"{'ok    ' if code == 0 else 'FAILED'} {name}")
    return next((code for code in reversed(results.values()) if code), 0)


def _checks() -> dict[str, int]:
    """The exit code of each check by its name. They run side by side; each says what it found in one piece."""
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text()).get("tool", {})
    commands = {name: command for name, table, command in CHECKS if table in configured}

    def done(command: list[str]) -> subprocess.CompletedProcess[bytes]:
        together = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
        return subprocess.run(_ours(command), cwd=ROOT, check=False, **together)  # type: ignore[call-overload]

    codes: dict[str, int] = {}
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        warm = pool.submit(done, WARM_UP)
        for name, found in zip(commands, pool.map(done, commands.values()), strict=True):
            say(name)
            sys.stdout.buffer.write(found.stdout)
            sys.stdout.flush()
            codes[name] = found.returncode
        warm.result()
    return codes


def manage(arguments: list[str], *, data_dir: Path, cwd: Path) -> int:
    """manage.py beside the running portal, or with a database that is started for it and ended after it."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    os.environ["DATA_DIR"] = str(data_dir)
    if os.environ.get("DATABASE_URL"):
        return run(command, cwd=cwd)
    try:
        data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        users = os.open(data_dir / "postgres.users", os.O_RDONLY | os.O_CREAT, 0o600)
    except OSError as problem:
        raise Problem(f"{data_dir} cannot be used as the data folder: {problem.strerror}. Set DATA_DIR.") from None
    # Whoever uses the database has this lock together with the others; who started it waits until it is alone.
    fcntl.flock(users, fcntl.LOCK_SH)
    server = Server(data_dir)
    try:
        with _alone(data_dir):
            os.environ["DATABASE_URL"] = running_url(data_dir) or server.start()
        return run(command, cwd=cwd)
    finally:
        if server.is_running:
            fcntl.flock(users, fcntl.LOCK_EX)
            server.stop()


def bench(arguments: list[str]) -> int:
    """The benchmarks, on a database of their own that keeps its promises to the disk."""
    system.ensure_pdf()
    with _throwaway_database(fsync=True):
        return run([*_ours(["benchmarks"]), *arguments], cwd=ROOT)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _throwaway_database(*, fsync: bool) -> Iterator[None]:
    """DATABASE_URL and DATA_DIR for one run; a DATABASE_URL that is set already stays."""
    with tempfile.TemporaryDirectory(prefix="fasttrack-portal-", ignore_cleanup_errors=True) as folder:
        data_dir = Path(folder)
        data_dir.chmod(0o711)  # the database runs as a user of its own when we are root
        os.environ["DATA_DIR"] = str(data_dir)
        if os.environ.get("DATABASE_URL"):
            yield
            return
        with Server(data_dir, fsync=fsync) as server:
            os.environ["DATABASE_URL"] = server.url
            yield


def _ours(command: list[str]) -> list[str]:
    """A tool of .venv, as a module; import-linter has none, and needs the path that the import of the platform sets."""
    if command[0] == "lint-imports":
        code = "import fasttrack_portal, importlinter.cli; importlinter.cli.lint_imports_command()"
        return [sys.executable, "-c", code, *command[1:]]
    return [sys.executable, "-m", *command]


def run(command: list[str], *, cwd: Path) -> int:
    """Run it in the foreground; Ctrl-C is its own affair, and we end when it has ended."""
    with subprocess.Popen(command, cwd=cwd, preexec_fn=die_with_parent(signal.SIGTERM)) as process:
        before = {
            signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
            signal.SIGTERM: signal.signal(signal.SIGTERM, lambda number, _: process.send_signal(number)),
        }
        try:
            code = process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    return code if code >= 0 else 128 - code
