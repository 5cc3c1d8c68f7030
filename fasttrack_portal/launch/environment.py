"""Makes .venv from a hash-locked list of packages; runs on the system's Python, before anything is installed."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
NOTES = VENV / "portal"  # what ./portal compares: the locks that are installed and the place of the checkout
UNFINISHED = NOTES / "unfinished"
LOG = NOTES / "install.log"


def main(packages: str) -> None:
    take_turn()
    if is_ready(packages):  # somebody else was faster
        return
    try:
        if not is_usable():
            make()
        install(packages)
    except OSError as problem:
        give_up(f"The packages cannot be installed: {problem}.")


def take_turn() -> None:
    """One at a time. The folder itself is the lock; pip inherits it and keeps it when we are killed."""
    folder = os.open(ROOT, os.O_RDONLY)
    os.set_inheritable(folder, True)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Waiting for another ./portal that makes .venv ...")
        fcntl.flock(folder, fcntl.LOCK_EX)


def locks(packages: str) -> list[Path]:
    names = ["runtime", "dev"] if packages == "dev" else ["runtime"]
    return [ROOT / "requirements" / f"{name}.lock" for name in names]


def is_ready(packages: str) -> bool:
    try:
        return is_usable() and all((NOTES / lock.name).read_bytes() == lock.read_bytes() for lock in locks(packages))
    except OSError:
        return False


def is_usable() -> bool:
    """Its Python is still there, it was not made elsewhere (a moved one has wrong paths), nor left half-made."""
    python, place = VENV / "bin" / "python", NOTES / "place"
    was_moved = place.exists() and place.read_text().strip() != str(ROOT)
    return os.access(python, os.X_OK) and not was_moved and not UNFINISHED.exists()


def make() -> None:
    say("Making .venv ...")
    if VENV.exists():
        shutil.rmtree(VENV)
    NOTES.mkdir(parents=True)
    UNFINISHED.touch()
    whole = [sys.executable, "-m", "venv", str(VENV)]
    # Debian keeps venv's own pip in a package; the system's pip can install into a venv that has none.
    if run(whole) == 0 or (run([sys.executable, "-m", "pip", "-V"]) == 0 and run([*whole, "--without-pip"]) == 0):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing python3-venv ...")
        run(["apt-get", "update", "-qq"])
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "python3-venv"])
        if run([*whole, "--clear"]) == 0:
            NOTES.mkdir()
            return
    give_up(
        "This Python cannot make virtual environments. On Debian or Ubuntu run: sudo apt-get install -y python3-venv"
    )


def install(packages: str) -> None:
    wanted = locks(packages)[-1]
    say(f"Installing the packages of {wanted.relative_to(ROOT)} (the first time this takes a minute) ...")
    NOTES.mkdir(exist_ok=True)
    UNFINISHED.touch()
    python = VENV / "bin" / "python"
    has_pip = any(VENV.glob("lib/python*/site-packages/pip"))
    pip = [str(python), "-m", "pip"] if has_pip else [sys.executable, "-m", "pip", "--python", str(python)]
    options = ["--require-hashes", "--no-deps", "--no-input", "--disable-pip-version-check", "--retries=2"]
    with LOG.open("wb") as log:
        status = run([*pip, "install", *options, "-r", str(wanted)], log.fileno())
    if status:
        give_up(f"The packages cannot be installed: {why(LOG.read_text(errors='replace'))} (all of it: {LOG})")
    (NOTES / "place").write_text(f"{ROOT}\n")
    for lock in locks(packages):
        shutil.copyfile(lock, NOTES / lock.name)
    UNFINISHED.unlink()


def why(said: str) -> str:
    """Pip's reason in one line; without a network it says only that it found no version."""
    if "Retrying (" in said:
        return "the package index does not answer; is there a network?"
    errors = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR: ")]
    return errors[0][:200] if errors else "pip failed"


def run(command: list[str], output: int = subprocess.DEVNULL) -> int:
    nothing = subprocess.DEVNULL
    return subprocess.run(command, stdin=nothing, stdout=output, stderr=output, close_fds=False, check=False).returncode


def say(text: str) -> None:
    sys.stderr.write(f"portal: {text}\n")
    sys.stderr.flush()


def give_up(text: str) -> NoReturn:
    say(text)
    sys.exit(1)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit(130)
