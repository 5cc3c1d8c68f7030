"""The portal refuses to start where it would be unsafe, and says in one line why; what it starts with is safe."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
SAFE = {
    "PUBLIC_URL": "https://portal.example",
    "SECRET_KEY": "k3y-" + "aB7x" * 15,
    "DATABASE_URL": "postgres://portal@127.0.0.1:1/portal",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}
LOOPBACK = {"PUBLIC_URL": "http://127.0.0.1:8000"}
TOLD = """
import json
from django.conf import settings
names = [
    "DEBUG", "ALLOWED_HOSTS", "REQUIRE_STAFF_MFA", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME",
    "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE", "SECURE_HSTS_SECONDS", "CSRF_TRUSTED_ORIGINS",
    "SECURE_PROXY_SSL_HEADER", "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", "SESSION_COOKIE_DOMAIN", "SESSION_COOKIE_PATH",
    "SECURE_CONTENT_TYPE_NOSNIFF",
]
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def python(tmp_path: Path, given: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A fresh interpreter that knows of the environment nothing but what is given."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={
            **inherited,
            "DJANGO_SETTINGS_MODULE": "fasttrack_portal.settings",
            "PYTHONDONTWRITEBYTECODE": "1",
            "DATA_DIR": str(tmp_path),
            **given,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def told(tmp_path: Path, given: dict[str, str]) -> dict[str, Any]:
    done = python(tmp_path, given, "-c", TOLD)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", "--check", "--dry-run", verbosity=3)


def test_a_production_environment_passes_every_deployment_check(tmp_path):
    done = python(tmp_path, SAFE, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stdout + done.stderr
    # Fonts that only some names need are the one thing that a machine may lack; it is told which package has them.
    issues = set(re.findall(r"\(([\w.]+)\)", done.stdout + done.stderr))
    assert issues <= {"portal.I001"}
    if issues:
        assert "apt-get install fonts-noto-cjk" in done.stderr


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"SECRET_KEY": "too short"}, "SECRET_KEY is too short: set it to 50 random characters."),
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set: set it to 50 random characters."),
        ({"DEBUG": "on"}, "DEBUG is on while PUBLIC_URL is not a loopback address: turn DEBUG off."),
        (
            {"PUBLIC_URL": "http://portal.example"},
            "PUBLIC_URL must begin with https:// unless it is a loopback address.",
        ),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set: the embedded database is for loopback use only."),
        ({"DATABASE_URL": "sqlite:///x.db"}, "DATABASE_URL must begin with postgres://: the portal needs PostgreSQL."),
        ({"EMAIL_URL": "file:///mail"}, "EMAIL_URL must begin with smtp://, smtp+tls:// or smtp+ssl://."),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS may not be '*': name the hosts people use."),
        ({"ALLOWED_HOSTS": "portal.example,*"}, "ALLOWED_HOSTS may not be '*': name the hosts people use."),
    ],
)
def test_an_unsafe_value_is_refused_with_one_line(changes, why, tmp_path):
    done = python(tmp_path, {**SAFE, **changes}, "-c", "import fasttrack_portal.settings")
    assert done.returncode != 0
    assert done.stderr.strip().splitlines()[-1] == f"django.core.exceptions.ImproperlyConfigured: {why}"


def test_over_https_cookies_are_bound_to_the_host_and_staff_need_a_second_factor(tmp_path):
    found = told(tmp_path, SAFE)
    assert found["REQUIRE_STAFF_MFA"] is True
    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["portal.example"]
    for cookie in ("SESSION", "CSRF"):
        assert found[f"{cookie}_COOKIE_NAME"].startswith("__Host-")
        assert found[f"{cookie}_COOKIE_SECURE"] is True
        assert found[f"{cookie}_COOKIE_HTTPONLY"] is True
        assert found[f"{cookie}_COOKIE_SAMESITE"] == "Lax"
    # Browsers take a __Host- cookie only for the whole host, and for this host alone.
    assert (found["SESSION_COOKIE_DOMAIN"], found["SESSION_COOKIE_PATH"]) == (None, "/")
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["SECURE_CONTENT_TYPE_NOSNIFF"] is True
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://portal.example"]
    assert found["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"] is False


def test_on_this_machine_alone_everything_starts_without_being_asked(tmp_path):
    found = told(tmp_path, LOOPBACK)
    assert found["REQUIRE_STAFF_MFA"] is False
    assert found["DEBUG"] is False
    assert found["SESSION_COOKIE_NAME"] == "session"
    assert "*" not in found["ALLOWED_HOSTS"]


def test_the_second_factor_can_be_asked_for_on_this_machine_too(tmp_path):
    assert told(tmp_path, {**LOOPBACK, "REQUIRE_STAFF_MFA": "on"})["REQUIRE_STAFF_MFA"] is True
