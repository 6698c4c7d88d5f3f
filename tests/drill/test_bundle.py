"""The bundle on a machine without a network: it installs from its own wheels, and the system starts."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from deploy.bundle import bundle
from tests.deploy.conftest import workplace  # noqa: F401

pytestmark = pytest.mark.drill
# Loopback alone, as in a new network of its own; the system says itself when it is ready.
OFFLINE = """
ip link set lo up
timeout 300 make run PYTHON=python3 GATEWAY_PORT=21000 REGISTRY_PORT=21001 SUBSIDY_PORT=21002 EVALUATION_PORT=21003 EASTWEST_PORT=21004 > run.log 2>&1 &
for _ in $(seq 1 280); do curl -sf http://127.0.0.1:21000/readyz > ready.json && break; sleep 1; done
pkill -INT -P $!
wait $!
"""


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="only root makes a network of its own")
def test_it_installs_and_starts_where_there_is_no_network(workplace: Path) -> None:  # noqa: F811
    made = bundle(workplace / "dist")
    with tarfile.open(made) as opened:
        opened.extractall(workplace, filter="data")
    (inside,) = workplace.glob("kaili-skills-*")
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=inside, check=True)
    subprocess.run(["unshare", "-n", "sh", "-c", OFFLINE], cwd=inside, check=False, timeout=600)
    print(f"{made.stat().st_size / 1024**2:.0f} MB")
    assert (inside / "ready.json").read_text().startswith('{"status":"ok"'), (inside / "run.log").read_text()[-2000:]
