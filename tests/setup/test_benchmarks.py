"""The benchmarks run, on a few rows and a database of their own, and say what the interface promises."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

KEYS = {"id", "what", "value", "unit", "floor", "ratio", "goal", "holds"}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("import", "S6.200.records.load"),
        ("lists", "S2.200.admin.customers.rate"),
        ("search", "S1.200.staff.p50"),
    ],
)
def test_a_benchmark_prints_its_rows(name, wanted, tmp_path):
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "benchmarks.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", name, "--json", "--sizes", "200"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr[-2000:]  # 1: a goal that does not hold on a busy machine
    rows = json.loads(done.stdout)
    assert all(set(row) == KEYS for row in rows)
    assert wanted in {row["id"] for row in rows}
    assert f"{name}: " in done.stderr
