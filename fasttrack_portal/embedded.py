"""A real PostgreSQL from the wheel's binaries, run as our own child in the foreground."""

import contextlib
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import psycopg2

from fasttrack_portal.launch.cluster import Account, ServerProblem, find_account, find_programs, make_private, settle
from fasttrack_portal.launch.locks import Lock, die_with_parent, send

ROLE = DATABASE = "portal"

INITDB = (
    "--username=postgres",
    "--encoding=UTF8",
    # Sorted and folded by PostgreSQL itself: an update of the system's C library cannot break an index.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth=peer",
)
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "log_min_messages": "warning",
    "logging_collector": "off",
}
UNSAFE_AND_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Server:
    """One PostgreSQL on `data_dir/postgres`, reached through a socket that only this user and root may use."""

    def __init__(self, data_dir: Path, *, fsync: bool = True) -> None:
        self.data_dir = data_dir.resolve()
        self.fsync = fsync
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: Lock | None = None
        self._sockets: Path | None = None
        self.url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    def start(self) -> str:
        """Start it and return its DATABASE_URL; a new data folder is set up first. Raises ServerProblem."""
        self.stop()
        try:
            account = find_account(self.data_dir / "postgres")
            cluster = settle(self.data_dir, account)
            self._lock = _take(cluster)
            self._lock.sign()
            programs = find_programs(account)
            if not (cluster / "PG_VERSION").exists():
                _initdb(cluster, programs, account, fsync=self.fsync)
            _check_version(cluster, programs)
            self._sockets = sockets = _clean(cluster, account)
            self._launch(cluster, programs, sockets, account)
            self._wait(cluster)
            _make_role_and_database(sockets)
        except BaseException as problem:
            self.stop()
            if isinstance(problem, OSError):
                raise ServerProblem(f"The embedded database cannot be started: {problem}.") from problem
            raise
        self.url = _url(sockets)
        return self.url

    def stop(self) -> None:
        """Fast shutdown; harder when it does not answer. Does nothing when it is not running."""
        process, self._process = self._process, None
        if process is not None:
            for sign, patience in ((signal.SIGINT, 3), (signal.SIGQUIT, 1), (signal.SIGKILL, 5)):
                process.send_signal(sign)  # nothing when it has ended already
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(patience)
                    break
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _launch(self, cluster: Path, programs: Path, sockets: Path, account: Account) -> None:
        assert self._lock is not None
        settings = SETTINGS | {"unix_socket_directories": str(sockets)} | ({} if self.fsync else UNSAFE_AND_FAST)
        with (self.data_dir / "postgres.log").open("ab") as log:
            if log.tell() > 10_000_000:
                log.truncate(0)
            self._process = subprocess.Popen(
                [programs / "postgres", "-D", cluster, *(f"--{name}={value}" for name, value in settings.items())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
                umask=0o077,
                start_new_session=True,
                # Every process of the server inherits the lock: while one of them lives, nobody else gets it.
                pass_fds=[self._lock.fd],
                preexec_fn=die_with_parent(signal.SIGINT),
                **account.ids(),  # type: ignore[call-overload]
            )

    def _wait(self, cluster: Path) -> None:
        assert self._process is not None
        until = time.monotonic() + 60  # recovery after a crash may take a while
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise ServerProblem(
                    f"The embedded database stopped while starting: {_last_line(self.data_dir / 'postgres.log')}"
                )
            state = _state(cluster)
            if state is not None and state.pid == self._process.pid and state.is_ready:
                return
            time.sleep(0.02)
        raise ServerProblem(f"The embedded database is not ready after 60 s; see {self.data_dir / 'postgres.log'}.")


def running_url(data_dir: Path) -> str | None:
    """The DATABASE_URL of the server that runs on this data folder right now, if one does."""
    cluster = (data_dir / "postgres").resolve()
    try:
        state = _state(cluster)
        if state is None or not state.is_ready:
            return None
        # postmaster.pid survives a crash; a held lock does not.
        lock = Lock(_lock_path(cluster))
        is_held = lock.path.exists() and not lock.take()
        lock.release()
    except OSError:
        return None
    return _url(state.sockets) if is_held else None


def _url(sockets: Path) -> str:
    return f"postgres://{ROLE}@/{DATABASE}?{urlencode({'host': str(sockets)}, safe='/')}"


def _lock_path(cluster: Path) -> Path:
    return cluster.parent / "postgres.lock"


def _take(cluster: Path) -> Lock:
    """The lock on the data files; a server that a killed owner left behind is shut down first."""
    lock = Lock(_lock_path(cluster))
    if lock.take():
        return lock
    if owner := lock.owner():
        raise ServerProblem(f"The database in {cluster.parent} is in use by process {owner[0]}: stop that first.")
    state = _state(cluster)
    if state is not None and state.pid in lock.holders():
        send(state.pid, signal.SIGINT)
    if lock.take(within=10) or lock.clear():
        return lock
    raise ServerProblem(
        f"The database in {cluster.parent} is held by another process that does not end: stop it first."
    )


def _clean(cluster: Path, account: Account) -> Path:
    """Remove what a crash left and return the folder for the socket. We hold the lock: no server of ours is alive."""
    state = _state(cluster)
    if state is not None:
        if _is_postgres(state.pid) and _serves(state.pid, cluster):  # started by hand, so without our lock
            raise ServerProblem(
                f"A PostgreSQL that we did not start (process {state.pid}) uses {cluster}: stop it first."
            )
        (cluster / "postmaster.pid").unlink()
    # A socket's path may have 107 bytes at most, so it cannot live under the data folder.
    key = hashlib.sha256(str(cluster).encode()).hexdigest()[:12]
    sockets = Path("/tmp") / f"fasttrack-{account.uid}-{key}"  # noqa: S108 - the owner is checked below
    with contextlib.suppress(FileExistsError):
        make_private(sockets, account)
    found = sockets.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
        raise ServerProblem(f"{sockets} is in the way: remove it (it belongs to somebody else or is open to others).")
    for left in sockets.iterdir():
        left.unlink()
    return sockets


def _initdb(cluster: Path, programs: Path, account: Account, *, fsync: bool) -> None:
    half = cluster.with_name("postgres.new")  # renamed when it is whole, so that a kill leaves no half of a database
    if half.exists():
        shutil.rmtree(half)
    make_private(half, account)
    done = subprocess.run(
        [programs / "initdb", *INITDB, *([] if fsync else ["--no-sync"]), f"--pgdata={half}"],
        capture_output=True,
        text=True,
        cwd="/",
        env=_environment(),
        umask=0o077,
        preexec_fn=die_with_parent(signal.SIGKILL),
        check=False,
        **account.ids(),  # type: ignore[call-overload]
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise ServerProblem(f"The embedded database cannot be set up in {cluster}: {said[-1] if said else 'no reason'}")
    # Who may connect: the kernel tells PostgreSQL who is at the other end, so there is no password to lose.
    users = {account.name, pwd.getpwuid(os.geteuid()).pw_name, "root"}
    (half / "pg_hba.conf").write_text("local all all peer map=portal\n")
    (half / "pg_ident.conf").write_text(
        "".join(f'portal "{user}" {role}\n' for user in sorted(users) for role in (ROLE, "postgres"))
    )
    half.rename(cluster)


def _check_version(cluster: Path, programs: Path) -> None:
    data = (cluster / "PG_VERSION").read_text().strip()
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    if data != (ours := said.split()[-1].split(".")[0]):
        raise ServerProblem(
            f"{cluster} was made by PostgreSQL {data} and this is {ours}: dump and load it, or use another --data."
        )


def _make_role_and_database(sockets: Path) -> None:
    try:
        connection = psycopg2.connect(host=str(sockets), user="postgres", dbname="postgres", connect_timeout=10)
    except psycopg2.OperationalError as problem:
        raise ServerProblem(f"The embedded database refuses us: {str(problem).splitlines()[0]}") from problem
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")


# --- What runs there --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class State:
    """What the server itself says in postmaster.pid."""

    pid: int
    sockets: Path
    is_ready: bool


def _state(cluster: Path) -> State | None:
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        return State(int(lines[0]), Path(lines[4]), len(lines) > 7 and lines[7].strip() == "ready")
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _is_postgres(pid: int) -> bool:
    """Whether a postgres is alive under this process id; one that was killed and not yet reaped is not."""
    if sys.platform == "linux":  # where `ps` may not be installed
        try:
            name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
        except OSError:
            return False
        status = rest.split()[0]
    else:
        command = ["ps", "-o", "stat=,comm=", "-p", str(pid)]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        status, _, name = said.strip().partition(" ")
    return Path(name.strip()).name == "postgres" and not status.startswith(("Z", "X"))


def _serves(pid: int, cluster: Path) -> bool:
    """Whether that postgres runs on these data files; yes when it cannot be told."""
    with contextlib.suppress(OSError):
        return Path(os.readlink(f"/proc/{pid}/cwd")) == cluster
    return True


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return lines[-1] if lines else "it left no message."
