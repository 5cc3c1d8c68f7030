"""`./portal up`: from a checkout to a working portal, and cleanly down again."""

import contextlib
import errno
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import environ
import psycopg2
import redis

from fasttrack_portal.embedded import Server, ServerProblem
from fasttrack_portal.launch import system
from fasttrack_portal.launch.console import say, show
from fasttrack_portal.launch.locks import Lock, die_with_parent
from fasttrack_portal.launch.prepare import UNFIT
from fasttrack_portal.launch.probe import readiness
from fasttrack_portal.launch.supervisor import Child, Supervisor

ROOT = Path(__file__).resolve().parents[2]


class Problem(Exception):
    """The portal cannot start; the message is one line that says what to do."""


def up(*, port: int, data_dir: Path, demo: bool) -> int:
    """Run until Ctrl-C or SIGTERM; returns the exit code."""
    with _data_folder(data_dir, port) as lock:
        _check_port(port)
        system.ensure_pdf()
        os.environ["DATA_DIR"] = str(data_dir)
        os.environ.setdefault("PUBLIC_URL", f"http://127.0.0.1:{port}")
        _check_services()
        server = None if os.environ.get("DATABASE_URL") else Server(data_dir)
        try:
            if server is not None:
                os.environ["DATABASE_URL"] = server.start()
            logins = _prepare(demo=demo)
            return _serve(port, data_dir, lock, server, logins)
        finally:
            if server is not None:
                server.stop()


# --- Before the start -------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def _data_folder(data_dir: Path, port: int) -> Iterator[Lock]:
    """The data folder, there, writable and ours alone, with the secret key in it."""
    try:
        # Root's folder may be passed through (not read), because the database runs as a user of its own.
        data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        lock = Lock(data_dir / "up.lock")
        is_free = lock.take()
        _keep_secret_key(data_dir / "secret_key")
    except OSError as problem:
        raise Problem(
            f"{data_dir} cannot be used as the data folder: {problem.strerror}. Give another with --data."
        ) from None
    if not is_free:
        if owner := lock.owner():
            raise Problem(
                f"The portal is already running on {data_dir} (process {owner[0]}, port {owner[1]}): "
                "stop it first, or give another folder with --data."
            )
        if not lock.clear():  # the processes of a portal that was killed
            raise Problem(
                f"{data_dir} is in use by another process: stop it first, or give another folder with --data."
            )
    lock.sign(str(port))
    try:
        yield lock
    finally:
        lock.release()


def _keep_secret_key(path: Path) -> None:
    if not path.exists():
        half = path.with_name("secret_key.new")
        half.unlink(missing_ok=True)
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50) + "\n")
        half.rename(path)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                raise Problem(
                    f"Port {port} is in use: give another with --port, for example --port {port + 1}."
                ) from None
            raise Problem(f"Port {port} cannot be used: {problem.strerror}. Give another with --port.") from None


def _check_services() -> None:
    """The database and the broker that the environment names must answer."""
    if url := os.environ.get("DATABASE_URL"):
        try:
            if urlsplit(url).scheme not in ("postgres", "postgresql"):
                raise ValueError("it must begin with postgres://")
            config = environ.Env.db_url_config(url)
            options = {"host": config["HOST"], "port": config["PORT"], **config.get("OPTIONS", {})}
            psycopg2.connect(
                dbname=config["NAME"],
                user=config["USER"],
                password=config["PASSWORD"],
                connect_timeout=5,
                **{name: value for name, value in options.items() if value},
            ).close()
        except Exception as problem:  # whatever is wrong with an address that somebody typed
            raise Problem(f"The database at {_without_password(url)} cannot be used: {_reason(problem, url)}") from None
    if url := os.environ.get("REDIS_URL"):
        try:
            client = redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3)
            client.ping()
            client.close()
        except Exception as problem:
            raise Problem(f"Redis at {_without_password(url)} cannot be used: {_reason(problem, url)}") from None


def _without_password(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return "the given address"
    return f"{parts.scheme}://{host}{parts.path}" if parts.scheme else "the given address"


def _reason(problem: Exception, url: str) -> str:
    text = " ".join(str(problem).split()) or type(problem).__name__
    with contextlib.suppress(ValueError):
        if password := urlsplit(url).password:
            text = text.replace(password, "***")
    return text[:300]


def _prepare(*, demo: bool) -> str:
    """Migrations, static files and the demo; returns what the demo says about its logins."""
    say("Preparing the database ...")
    command = [sys.executable, "-m", "fasttrack_portal.launch.prepare", *(["--demo"] if demo else [])]
    done = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )  # fmt: skip
    if done.returncode == UNFIT:
        raise Problem(done.stderr.strip().splitlines()[-1])
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise Problem("The database could not be prepared: see above. Nothing was started.")
    return done.stdout.strip()


# --- Running ----------------------------------------------------------------------------------------------------------
def children(port: int, data_dir: Path) -> list[Child]:
    """In the order in which they start; they end in reverse: beat, worker, web."""
    # As root Celery advises another user; here whoever calls ./portal is the user.
    quietly = ["-W", "ignore:You're running the worker with superuser"]
    celery = [sys.executable, *quietly, "-m", "celery", "--quiet", "-A", "fasttrack_portal"]
    web = [
        *[sys.executable, "-m", "gunicorn", "fasttrack_portal.wsgi", "--bind", f"127.0.0.1:{port}"],
        *["--workers", "2", "--worker-class", "gthread", "--threads", "4"],
        *["--graceful-timeout", "2", "--log-level", "warning", "--no-control-socket"],
    ]
    worker = [*celery, "worker", "-c", "2", "--prefetch-multiplier", "1", "--loglevel", "WARNING"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    beat = [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(data_dir / "beat-schedule"), "--pidfile", ""]
    return [
        Child("web", web, grace=2.5, essential=True),
        Child("worker", worker, grace=2.5),
        Child("beat", beat, grace=1),
    ]


def _serve(port: int, data_dir: Path, lock: Lock, server: Server | None, logins: str) -> int:
    started = time.monotonic()
    is_announced = is_warned = False
    retry_database_at = 0.0

    def each_round() -> None:
        nonlocal is_announced, is_warned, retry_database_at
        if server is not None and not server.is_running and time.monotonic() >= retry_database_at:
            say("The database ended; it is started again")
            try:
                server.start()
            except ServerProblem as problem:
                say(f"{problem}")
                retry_database_at = time.monotonic() + 5
        if not is_announced:
            status = readiness(port)
            if status == 200:
                is_announced = True
                show(f"\n{logins}\n\nThe portal is ready: {os.environ['PUBLIC_URL']}/  (Ctrl-C ends it)\n".lstrip("\n"))
            elif not is_warned and time.monotonic() - started > 60:
                is_warned = True
                say(f"The portal is not ready after 60 s: /readyz answers {status or 'nothing'}")

    supervisor = Supervisor(children(port, data_dir), cwd=ROOT, inherit=lock.fd, each_round=each_round)
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda *_: supervisor.stop())
    try:
        supervisor.run()
    finally:
        if not supervisor.failure:
            say("Stopping ...")
        supervisor.end()
    if supervisor.failure:
        raise Problem(supervisor.failure)
    return 0
