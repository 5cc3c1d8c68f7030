"""The files for containers say what the code does: same commands, same variables, same addresses."""

import ast
import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.urls import resolve

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
EXAMPLE = (ROOT / ".env.example").read_text()
OF_COMPOSE_ALONE = {"POSTGRES_PASSWORD"}
OURS = ["migrate", "web", "worker", "beat"]


def variables_in_the_code() -> set[str]:
    """Every name that settings read from the environment."""
    tree = ast.parse((ROOT / "fasttrack_portal" / "settings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    names = [call.args[0] for call in calls if re.fullmatch(r"env(\.\w+)?|os\.environ\.get", ast.unparse(call.func))]
    return {name.value for name in names if isinstance(name, ast.Constant) and isinstance(name.value, str)}


def test_the_compose_file_keeps_to_its_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, ROOT / "docker-compose.yml"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_lists_what_the_settings_read() -> None:
    listed = re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == variables_in_the_code() | OF_COMPOSE_ALONE


def test_compose_uses_only_variables_of_the_example() -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    used |= set(re.findall(r"\{\$([A-Z_]+)", (ROOT / "deploy" / "Caddyfile").read_text()))
    listed = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert used <= listed
    given = set(SERVICES["web"]["environment"])
    assert given <= variables_in_the_code()


def test_what_must_be_set_is_empty_in_the_example_and_demanded_by_compose() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD"):
        assert f"\n{name}=\n" in EXAMPLE
        assert f"${{{name}:?" in text


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_that_exists(name: str) -> None:
    commands = [SERVICES[name]["command"]]
    if check := SERVICES[name].get("healthcheck"):
        assert check["test"][0] == "CMD"
        commands.append(check["test"][1:])
    for program, *arguments in commands:
        if program == "gunicorn":
            assert arguments[0] == "fasttrack_portal.wsgi"
        elif program == "celery":
            assert arguments[0] == "--app=fasttrack_portal"
        elif arguments[0] == "-m":
            program = arguments[1]
        else:
            assert (program, arguments[0]) == ("python", "manage.py")
            assert arguments[1] in get_commands()
            program = "django"
        assert importlib.util.find_spec(program) is not None


def test_the_options_of_gunicorn_and_celery_are_known_to_them() -> None:
    web = [sys.executable, "-m", "gunicorn", "--check-config", *SERVICES["web"]["command"][1:]]
    assert "--worker-tmp-dir=/dev/shm" in web
    known = subprocess.run([sys.executable, "-m", "gunicorn", "--help"], capture_output=True, text=True, check=True)
    for option in re.findall(r"--[a-z-]+", " ".join(web[5:])):
        assert option in known.stdout
    for name in ("worker", "beat"):
        _, app, part, *options = SERVICES[name]["command"]
        known = subprocess.run(
            [sys.executable, "-m", "celery", app, part, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        for option in options:
            assert option.split("=")[0] in known.stdout


def test_ports_and_addresses_are_the_same_everywhere() -> None:
    bind = next(option for option in SERVICES["web"]["command"] if option.startswith("--bind="))
    port = bind.rpartition(":")[2]
    assert SERVICES["web"]["ports"] == [f"127.0.0.1:{port}:{port}"], "only the proxy is reached from outside"
    assert SERVICES["web"]["healthcheck"]["test"][-1] == port
    assert f"reverse_proxy web:{port}" in (ROOT / "deploy" / "Caddyfile").read_text()
    assert f"EXPOSE {port}" in DOCKERFILE
    assert resolve("/readyz")
    environment = SERVICES["web"]["environment"]
    assert "@postgres:5432/" in environment["DATABASE_URL"]
    assert environment["REDIS_URL"].startswith("redis://redis:6379/")
    assert environment["DATA_DIR"] == "/data"
    assert "DATA_DIR=/data" in DOCKERFILE


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_container_can_do_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["user"].split(":")[0] not in ("root", "0")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "tls" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_things_start_in_order_and_are_looked_after() -> None:
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES["migrate"]["restart"] == "no"
    for name in ("postgres", "redis", "web", "worker"):
        assert "test" in SERVICES[name]["healthcheck"]
    assert SERVICES["tls"]["profiles"] == ["tls"]
    used = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_the_image_is_made_of_what_is_there() -> None:
    stages = re.findall(r"^FROM \S+ AS (\w+)", DOCKERFILE, re.MULTILINE)
    assert {service["build"]["target"] for service in SERVICES.values() if "build" in service} <= set(stages)
    ignored = {line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"}
    for arguments in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE):
        *sources, _ = [word for word in shlex.split(arguments) if not word.startswith("--")]
        if "--from=" not in arguments:
            for source in sources:
                assert (ROOT / source).exists()
                assert source.split("/")[0] not in ignored
    assert "--require-hashes" in DOCKERFILE
    assert f"useradd --uid {SERVICES['web']['user'].split(':')[0]} " in DOCKERFILE
    assert "USER portal" in DOCKERFILE


def test_hooks_run_what_is_installed_here() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    tools = [hook["entry"].split()[0] for hook in config["repos"][0]["hooks"]]
    installed = {path.name for path in Path(sys.executable).parent.iterdir()}
    assert all(Path(tool).parent == Path(".venv/bin") and Path(tool).name in installed for tool in tools)


def test_everything_is_locked_by_hash_and_names_no_registry() -> None:
    for name in ("runtime", "dev"):
        text = (ROOT / "requirements" / f"{name}.lock").read_text()
        assert "://" not in text
        assert not re.search(r"^--(extra-)?index|^--find", text, re.MULTILINE)
        for block in re.split(r"\n(?=\S)", text):
            if re.match(r"[a-z0-9]", block, re.IGNORECASE):
                assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_tests_need_no_more_than_the_portal_and_a_bit() -> None:
    """A .venv for the tests serves the portal too: every runtime version stands in the other lock."""
    pins = [
        set(re.findall(r"^([\w.\[\],-]+==\S+)", (ROOT / "requirements" / f"{name}.lock").read_text(), re.MULTILINE))
        for name in ("runtime", "dev")
    ]
    assert pins[0] <= pins[1]
