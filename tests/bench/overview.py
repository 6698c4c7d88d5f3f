"""How long an overview takes beside the slowest list it is made of, each asked through the gateway in turn; and the board."""

import statistics
import time

from deploy.demo.main_job import Job
from gateway.overviews.policy import SECTIONS

ROUNDS, BOARDS = 40, 20
ON = "2025-12-31"


def time_overview(job: Job, paper: str) -> tuple[float, float, str]:
    """Milliseconds (medians) of the whole and of its slowest list, and which list that is."""
    noun, paper_id = paper.split("/")[2:]
    lists = {name: path.format(id=paper_id) for asked in SECTIONS[noun].values() for name, path in asked.items()}
    took: dict[str, list[float]] = {name: [] for name in ("overview", *lists)}
    for _ in range(ROUNDS):
        for name, path in {"overview": f"{paper}/overview", **lists}.items():
            took[name].append(_time(job, path))
    medians = {name: statistics.median(times) for name, times in took.items()}
    slowest = max(lists, key=medians.__getitem__)
    return medians["overview"], medians[slowest], slowest


def time_board(job: Job) -> float:
    return statistics.median(_time(job, f"/v1/plans/kaili-2024/progress?as_of={ON}") for _ in range(BOARDS))


def _time(job: Job, path: str) -> float:
    began = time.perf_counter()
    job.officer.do("GET", path, on=ON)
    return (time.perf_counter() - began) * 1000
