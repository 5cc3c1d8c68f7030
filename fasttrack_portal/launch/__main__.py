"""Reads the command line of `./portal` and says in one line what went wrong."""

import argparse
import os
import signal
import sys
from pathlib import Path

from fasttrack_portal.embedded import ServerProblem
from fasttrack_portal.launch import commands, system
from fasttrack_portal.launch.console import say
from fasttrack_portal.launch.up import ROOT, Problem, up


def main(arguments: list[str]) -> int:
    command, rest = arguments[0], arguments[1:]
    # Ctrl-C raises by itself; these end us the same way, so that what we started is ended too.
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda number, _: sys.exit(128 + number))
    try:
        if command == "up":
            given = _parse_up(rest)
            return up(port=given.port, data_dir=given.data, demo=not given.empty)
        if command == "manage":
            return commands.manage(rest, data_dir=data_dir(), cwd=called_from())
        if command == "bench":
            return commands.bench(rest)
        return commands.test(rest)
    except (Problem, ServerProblem, system.Missing) as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        return 130


def _parse_up(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./portal up", allow_abbrev=False)
    parser.add_argument("--port", type=_port, default=8000, help="on 127.0.0.1 (default: 8000)")
    parser.add_argument("--data", type=_folder, default=data_dir(), help="where everything is kept (default: data)")
    parser.add_argument("--empty", action="store_true", help="without the demo")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


def _folder(text: str) -> Path:
    return (called_from() / text).resolve()


def called_from() -> Path:
    """The folder in which ./portal was called; we ourselves run in the checkout."""
    return Path(os.environ.get("PORTAL_CALLED_FROM", ROOT))


def data_dir() -> Path:
    return _folder(os.environ.get("DATA_DIR") or str(ROOT / "data"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
