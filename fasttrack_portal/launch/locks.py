"""Locks that live exactly as long as the processes that hold them, and the proof of who those are."""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
# Loaded here and not in the forked child, where hardly anything is safe to call.
_prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


class Lock:
    """An exclusive `flock` on a file; children that inherit it hold it too, so a free lock proves that all are gone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd = -1

    def take(self, *, within: float = 0) -> bool:
        """Try for `within` seconds; False when another process still holds it."""
        until = time.monotonic() + within
        if self.fd < 0:
            self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            try:
                fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(0.05)

    def release(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def sign(self, text: str = "") -> None:
        """Leave our process id, and a word, for whoever finds the lock taken."""
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, f"{os.getpid()} {text}\n".encode(), 0)

    def owner(self) -> tuple[int, str] | None:
        """The living process that took the lock and what it left word of; None when only its children hold it."""
        pid, _, text = self.path.read_text().strip().partition(" ")
        return (int(pid), text) if pid and int(pid) in self.holders() else None

    def holders(self) -> list[int]:
        """The other processes that hold the lock (only those that this user may look into)."""
        if sys.platform == "linux":
            found = _holders_on_linux(str(self.path.resolve()))
        else:
            done = subprocess.run(["lsof", "-t", str(self.path)], capture_output=True, text=True, check=False)
            found = [int(word) for word in done.stdout.split()]
        return [pid for pid in found if pid != os.getpid()]

    def clear(self, *, grace: float = 5) -> bool:
        """End the processes that a dead owner left behind; False when somebody holds the lock even then."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if self.take(within=grace if sign == signal.SIGKILL else 0):
                return True
            for pid in self.holders():
                send(pid, sign)
        return self.take(within=grace)


def _holders_on_linux(path: str) -> list[int]:
    return [int(process.name) for process in Path("/proc").glob("[0-9]*") if _holds(process, path)]


def _holds(process: Path, path: str) -> bool:
    for entry in _entries(process / "fd"):
        with contextlib.suppress(OSError):  # closed meanwhile
            # Having the file open is not holding it: the kernel lists the locks of each descriptor.
            if os.readlink(process / "fd" / entry) == path and "FLOCK" in (process / "fdinfo" / entry).read_text():
                return True
    return False


def _entries(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:  # gone meanwhile, or another user's
        return []


def send(pid: int, sign: int) -> None:
    with contextlib.suppress(OSError):  # gone meanwhile
        os.kill(pid, sign)


def die_with_parent(sign: int) -> Callable[[], None]:
    """A `preexec_fn`: Linux sends `sign` to the child however we die; elsewhere the next start clears up."""
    parent = os.getpid()

    def before_exec() -> None:
        if _prctl is not None:
            _prctl(_PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
            if os.getppid() != parent:  # we died before the call above
                os._exit(1)

    return before_exec
