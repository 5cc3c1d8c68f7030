"""So many in a window and no more, whatever kind of cache counts them (R1)."""

import pytest
import time_machine

from fasttrack_portal import limits
from fasttrack_portal.refusals import TooMany


@pytest.mark.parametrize(
    "backend",
    ["django.core.cache.backends.filebased.FileBasedCache", "django.core.cache.backends.locmem.LocMemCache"],
)
def test_an_hour_is_remembered_for_an_hour(settings, tmp_path, backend):
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": str(tmp_path)}}
    with time_machine.travel("2026-03-12T09:00:00Z", tick=False) as clock:
        for _time in range(3):
            limits.count_one("exports", "7", allowed=3, window=3600)
            clock.shift(600)
        with pytest.raises(TooMany) as refused:
            limits.count_one("exports", "7", allowed=3, window=3600)
        assert refused.value.details["retry_after"] == 1800
        clock.shift(1800)
        limits.count_one("exports", "7", allowed=3, window=3600)
