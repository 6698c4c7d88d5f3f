"""A roster of ten thousand rows: tried, kept, what other callers and the process's memory know of it, and the class asked for its eligibility."""

import asyncio
import threading
import time
from typing import Any

import psutil

from deploy.demo.main_job import Job
from deploy.stack import Stack
from shared import sheets
from tests import people
from tests.bench import load

ROWS = 10_000
TRIED_SECONDS, KEPT_SECONDS, ELIGIBILITY_SECONDS = 5, 6, 10
OTHERS_RATIO, GROWN_MEGABYTES = 2, 150
ON = "2025-04-02"
CLASS = {
    "name": "电工班",
    "channel": "project",
    "programmes": ["four.technician"],
    "occupation_code": "6-31-01-03",
    "starts_on": "2025-05-06",
    "ends_on": "2025-06-30",
    "hours": 240,
    "seats": ROWS,
    "region_code": "522601100",
}
HEADER = ("姓名", "身份证号码", "联系电话", "户籍所在乡镇", "人员类别")


def measured(stack: Stack, job: Job, trainee_id: str) -> list[tuple[str, ...]]:
    made = job.school.do("POST", "/v1/classes", on="2025-03-20", json=CLASS | {"institution_id": job.institution_id})
    job.school.act(f"/v1/classes/{made['id']}", "submit", on="2025-03-20")
    job.officer.act(f"/v1/classes/{made['id']}", "approve", on="2025-03-24")
    rows = [(people.name(n), people.id_number(n), f"138{n:08d}", "三棵树镇", "农村转移劳动者") for n in range(10_000, 10_000 + ROWS)]
    sheet = sheets.write_book([sheets.Table("花名册", HEADER, rows)])
    token = (("Authorization", f"Bearer {job.officer.token}"),)
    others = load.Target("others", f"{stack.gateway_url}/v1/trainees/{trainee_id}", token)
    registry = psutil.Process(stack.pids["registry"])

    def bring(mode: str) -> float:
        began = time.perf_counter()
        form = {"kind": "roster", "mode": mode, "class_id": made["id"]}
        sent = job.school.do("POST", "/v1/imports", on=ON, data=form, files={"file": ("roster.xlsx", sheet)})
        finished = job.finish(sent["id"], on=ON)
        assert finished["summary"]["created"] == ROWS, finished
        return time.perf_counter() - began

    before = asyncio.run(load.run(others, connections=1, seconds=2))
    resident = registry.memory_info().rss
    tried, (meanwhile, kept) = bring("validate"), _beside(others, lambda: bring("commit"))
    grown = (registry.memory_info().rss - resident) / 1024 / 1024
    began = time.perf_counter()
    lines = job.officer.do("GET", f"/v1/classes/{made['id']}/eligibility", on=ON)["lines"]
    asked = time.perf_counter() - began
    assert len(lines) == ROWS, len(lines)
    ratio = meanwhile.median_ms / before.median_ms
    return [
        (f"validate a roster of {ROWS:,} rows", f"{tried:.2f} s", f"{ROWS / tried:,.0f} rows/s", *_within(tried, TRIED_SECONDS, "s")),
        ("commit it, while others ask", f"{kept:.2f} s", f"{ROWS / kept:,.0f} rows/s", *_within(kept, KEPT_SECONDS, "s")),
        (
            "GET trainee meanwhile, median",
            f"{meanwhile.median_ms:.2f} ms",
            f"before {before.median_ms:.2f} ms",
            *_within(ratio, OTHERS_RATIO, ""),
        ),
        ("memory of the registry grows by", f"{grown:.0f} MB", "", *_within(grown, GROWN_MEGABYTES, "MB")),
        (f"eligibility of a class of {ROWS:,}", f"{asked:.2f} s", "", *_within(asked, ELIGIBILITY_SECONDS, "s")),
    ]


def _within(seen: float, most: float, unit: str) -> tuple[str, str, str]:
    return f"{seen:.2f}", f"≤ {most:g} {unit}".strip(), "✓" if seen <= most else "✗ 未达到"


def _beside(others: load.Target, work: Any) -> tuple[load.Measured, float]:
    """What others see from the first moment of the work to about its last."""
    seen: list[load.Measured] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            seen.append(asyncio.run(load.run(others, connections=1, seconds=0.5)))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        took = work()
    finally:
        ended.set()
        asking.join()
    return sorted(seen, key=lambda each: each.median_ms)[len(seen) // 2], took
