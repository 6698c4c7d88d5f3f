"""`make mutants`: single defects, a fixed sample, planted one by one; which of them the nearest tests notice. Sources are not touched."""

import os
import random
import resource
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest
from _pytest.main import pytest_runtestloop

from tests.mutants import planting
from tests.mutants.planting import ROOT, Defect

HERE = Path(__file__).parent
CPU_SECONDS_AT_MOST = 120  # a defect may make a loop endless
AT_LEAST = 0.95
BROKEN = 99  # what a process says that could not plant its defect
HOW = ("-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0")


@dataclass(frozen=True)
class Area:
    name: str
    sources: tuple[str, ...]
    tests: tuple[str, ...]

    def defects(self) -> list[Defect]:
        paths = sorted({str(path.relative_to(ROOT)) for each in self.sources for path in ROOT.glob(each)})
        return [defect for path in paths for defect in planting.defects(path) if defect.key not in EQUIVALENT]


AREAS = [
    Area(each["name"], tuple(each["sources"]), tuple(each["tests"])) for each in tomllib.loads((HERE / "areas.toml").read_text())["areas"]
]
EQUIVALENT = {
    (each["path"], each["line"], each["change"]) for each in tomllib.loads((HERE / "equivalent.toml").read_text()).get("equivalent", [])
}


Trial = tuple[Area, Defect | None]


class Planter:
    """Collects the tests of all areas once. What decides alone is tested alone: a test that needs a database is left to the other checks."""

    def __init__(self, sample: list[Trial]) -> None:
        self.sample, self.until = sample, time.monotonic() + 60 * float(os.environ.get("MINUTES", "20"))
        self.all_well = False

    @staticmethod
    def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if "server" not in item.fixturenames]  # type: ignore[attr-defined]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if red := [
            area.name
            for (area, _), noticed in self._run(session, [(area, None) for area in dict.fromkeys(area for area, _ in self.sample)])
            if noticed
        ]:
            print(f"不改也不通过 (red without a defect): {'、'.join(red)}")
            return True
        tried, survived = Counter[str](), Counter[str]()
        for (area, defect), noticed in self._run(session, self.sample):
            assert defect is not None
            tried[area.name] += 1
            if not noticed:
                survived[area.name] += 1
                print(f"{defect.path}:{defect.line_number}  {defect.before} → {defect.after}\n    {defect.line}", flush=True)
        for name, count in sorted(tried.items()):
            print(f"{name}: {count - survived[name]} / {count}")
        left, share = len(self.sample) - tried.total(), 1 - survived.total() / max(1, tried.total())
        print(
            f"发现 (noticed): {tried.total() - survived.total()} / {tried.total()} = {share:.1%}"
            + (f";到时未试 (not tried in time): {left}" if left else "")
        )
        self.all_well = share >= AT_LEAST and not left
        return True

    def _run(self, session: pytest.Session, trials: list[Trial]) -> Iterator[tuple[Trial, bool]]:
        """Each in a process of its own, as many at once as there are cores, until the time is over."""
        waiting, running = list(reversed(trials)), dict[int, Trial]()
        while running or (waiting and time.monotonic() < self.until):
            while waiting and len(running) < (os.cpu_count() or 1) and time.monotonic() < self.until:
                trial = waiting.pop()
                pid = os.fork()
                if not pid:
                    _try(session, *trial)
                running[pid] = trial
            ended, status = os.wait()
            if os.waitstatus_to_exitcode(status) == BROKEN:
                raise RuntimeError(f"{running[ended][1]} could not be planted")
            yield running.pop(ended), status != 0


def _try(session: pytest.Session, area: Area, defect: Defect | None) -> NoReturn:
    """In the process that was forked for it, which ends here."""
    noticed = BROKEN
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_AT_MOST, CPU_SECONDS_AT_MOST + 5))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        if defect and not planting.put_in(defect.path, defect.number):
            os.execv(sys.executable, [sys.executable, "-m", "tests.mutants.alone", defect.path, str(defect.number), *area.tests])
        near = Path(defect.path).stem if defect else ""
        session.items = sorted(
            (item for item in session.items if item.nodeid.startswith(area.tests)), key=lambda item: near not in item.path.stem
        )
        noticed = 1
        pytest_runtestloop(session)
        noticed = int(session.testsfailed > 0 or not session.items)
    finally:
        os._exit(noticed)


def main() -> int:
    every = [(area, defect) for area in AREAS if os.environ.get("AREA", "") in area.name for defect in area.defects()]
    random.Random(int(os.environ.get("SEED", "1"))).shuffle(every)
    sample: list[Trial] = [*every[: int(os.environ.get("MUTANTS", "160"))]]
    print(f"{len(every)} 处可以改错,抽 {len(sample)} 处 (places for a defect, and the sample)", flush=True)
    planter = Planter(sample)
    pytest.main([*HOW, "-s", *sorted({test for area, _ in sample for test in area.tests})], [planter])
    return 0 if planter.all_well else 1


if __name__ == "__main__":
    sys.exit(main())
