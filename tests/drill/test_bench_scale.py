"""`make bench-scale` to its end with small cities: every table that has come since is copied too, and everything asked of a noun is answered."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.drill
ROOT = Path(__file__).parents[2]


def test_two_cities_are_filled_and_asked_the_same(tmp_path: Path) -> None:
    env = os.environ | {"BENCH_ROWS": "20000", "BENCH_ONLY": "/v1/orders", "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "tests.bench.scale"]
    run = subprocess.run(command, check=False, cwd=ROOT, env=env, capture_output=True, text=True, timeout=900)
    assert run.returncode == 0, run.stderr[-2000:]
    refused = re.findall(r"\): [45][0-9]{2} .*", run.stdout)  # as `NotAnswered` tells it
    assert "/v1/orders?sort=-number" in run.stdout and refused == []
    print(run.stdout[run.stdout.index("超过") :].splitlines()[0])
