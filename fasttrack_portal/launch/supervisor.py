"""Keeps a few processes running, shows what they say, and ends them in order."""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from fasttrack_portal.launch.console import say, show
from fasttrack_portal.launch.locks import die_with_parent

QUICK = 20.0  # a process that ends within so many seconds has not really started, even on a busy machine
GIVE_UP_AFTER = 5  # quick ends in a row, for a process that the portal cannot do without
LONGEST_PAUSE = 15.0


class Child:
    """One process, started in a group of its own and started again when it ends."""

    def __init__(self, name: str, command: Sequence[str], *, grace: float, essential: bool = False) -> None:
        self.name = name
        self.command = list(command)
        self.grace = grace  # seconds between SIGTERM and SIGKILL
        self.essential = essential
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.start_at: float | None = 0.0  # None while it runs
        self.quick_ends = 0
        self.last_words: deque[str] = deque(maxlen=20)

    def start(self, *, cwd: Path, inherit: int) -> IO[bytes]:
        self.process = subprocess.Popen(
            self.command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[inherit],
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        self.started, self.start_at = time.monotonic(), None
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        return self.process.stdout

    def ended(self) -> int | None:
        """The exit code once it has ended and is not yet due to start again."""
        return self.process.poll() if self.process is not None and self.start_at is None else None

    def plan_restart(self) -> float:
        """Seconds until it is started again: longer each time when it ends at once."""
        self.quick_ends = self.quick_ends + 1 if time.monotonic() - self.started < QUICK else 0
        pause = min(0.5 * 2**self.quick_ends, LONGEST_PAUSE)
        self.start_at = time.monotonic() + pause
        return pause

    def kill_group(self) -> None:
        """Whatever the process left behind in its group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def stop(self, grace: float) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(grace)
        self.kill_group()
        if self.process is not None:
            self.process.wait()
            self.process, self.start_at = None, 0.0


class Supervisor:
    """Runs the children until a signal or a failure ends them all, the last one first."""

    def __init__(self, children: list[Child], *, cwd: Path, inherit: int, each_round: Callable[[], None]) -> None:
        self.children = children
        self.cwd = cwd
        self.inherit = inherit
        self.each_round = each_round
        self.is_stopping = self.is_in_a_hurry = False
        self.failure = ""
        self._selector = selectors.DefaultSelector()
        self._partial: dict[str, bytes] = {}

    def stop(self) -> None:
        """Ask for the end, from a signal handler; the second time without patience."""
        self.is_in_a_hurry = self.is_stopping
        self.is_stopping = True

    def run(self) -> None:
        """Until stop() or failure; `each_round` is called about five times a second."""
        while not self.is_stopping and not self.failure:
            for child in self.children:
                if (code := child.ended()) is not None:
                    self._mourn(child, code)
                if not self.is_stopping and child.start_at is not None and time.monotonic() >= child.start_at:
                    self._selector.register(
                        child.start(cwd=self.cwd, inherit=self.inherit), selectors.EVENT_READ, child
                    )
            self.each_round()
            self._show(timeout=0.2)

    def end(self) -> None:
        """End all children, the last one first."""
        for child in reversed(self.children):
            child.stop(0 if self.is_in_a_hurry else child.grace)
            self._show(timeout=0)
        self._selector.close()

    def _mourn(self, child: Child, code: int) -> None:
        self._show(timeout=0)
        child.kill_group()
        pause = child.plan_restart()
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        if child.essential and child.quick_ends >= GIVE_UP_AFTER:
            last = next((line for line in reversed(child.last_words) if line.strip()), "it said nothing")
            self.failure = f"{child.name} ended {child.quick_ends} times in a row as soon as it started, {how}: {last}"
        else:
            say(f"{child.name} ended {how}; it is started again in {pause:g} s")

    def _show(self, timeout: float) -> None:
        """Pass on what the children have said, a line at a time under their names."""
        for key, _ in self._selector.select(timeout):
            child: Child = key.data
            pipe = key.fileobj
            assert not isinstance(pipe, int)
            data = os.read(pipe.fileno(), 65536)
            *lines, rest = (self._partial.pop(child.name, b"") + data).split(b"\n")
            if data and len(rest) < 65536:
                self._partial[child.name] = rest
            elif rest:
                lines.append(rest)
            for line in lines:
                text = line.decode(errors="replace").rstrip("\r")
                child.last_words.append(text)
                show(f"{child.name:<8}| {text}")
            if not data:
                self._selector.unregister(pipe)
                pipe.close()  # type: ignore[attr-defined]
