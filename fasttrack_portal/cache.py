"""The cache that all processes share, when it is Redis: while it is away nothing is remembered and nothing fails."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache

log = logging.getLogger(__name__)

_REST = 5.0  # seconds without a try after a failure, so that a silent Redis is waited for once
_AWAY = (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError)


class ForgivingRedisCache(RedisCache):
    """Only rate limits live here: people can sign in and work while they are not counted (F3)."""

    _rest_until = 0.0

    def _tried(self, call: Callable[[], Any], otherwise: Any) -> Any:
        if time.monotonic() < ForgivingRedisCache._rest_until:
            return otherwise
        try:
            return call()
        except _AWAY as fault:
            ForgivingRedisCache._rest_until = time.monotonic() + _REST
            log.warning("the cache is away: %s", fault)
            return otherwise

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(self._tried(lambda: super(ForgivingRedisCache, self).add(key, value, *args, **kwargs), True))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._tried(lambda: super(ForgivingRedisCache, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        self._tried(lambda: super(ForgivingRedisCache, self).set(key, value, *args, **kwargs), None)

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(self._tried(lambda: super(ForgivingRedisCache, self).touch(key, *args, **kwargs), False))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._tried(lambda: super(ForgivingRedisCache, self).delete(key, version), False))

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return bool(self._tried(lambda: super(ForgivingRedisCache, self).has_key(key, version), False))

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        found: dict[Any, Any] = self._tried(lambda: super(ForgivingRedisCache, self).get_many(keys, version), {})
        return found

    def set_many(self, data: Mapping[Any, Any], *args: Any, **kwargs: Any) -> list[Any]:
        failed = self._tried(lambda: super(ForgivingRedisCache, self).set_many(dict(data), *args, **kwargs), list(data))
        return list(failed)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        counted = self._tried(lambda: super(ForgivingRedisCache, self).incr(key, delta, version), None)
        if counted is None:
            raise ValueError(f"nothing is counted for {key!r}")
        return int(counted)
