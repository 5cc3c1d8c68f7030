"""Lines for the person at the terminal."""

import contextlib
import os
import sys


def say(text: str) -> None:
    """A line of our own, on stderr."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"portal: {text}\n")
        sys.stderr.flush()


def show(text: str) -> None:
    """A line on stdout; nobody there to read it is no reason to die."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for the rest of our life
