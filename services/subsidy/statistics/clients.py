"""What statistics ask of the neighbours: how many were trained, certified, employed and retained, in one call each."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared import county, errors
from shared.access import Call
from shared.http_client import read
from shared.web import Kernel

OF_WORK = (
    "employed_within_months",
    "employed_kinds",
    "certified_kinds",
)  # which work and which certificates count is the county's plan's to say


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class TallyRead(_Read):
    numerator: int
    class_id: UUID | None = None


class GroupRead(_Read):
    code: str | None
    numerator: int


class CountRead(_Read):
    key: str
    tallies: tuple[TallyRead, ...]
    groups: tuple[GroupRead, ...]


class CountsRead(_Read):
    counts: tuple[CountRead, ...]


async def trained(kernel: Kernel, call: Call, by: str, from_on: date, to_on: date) -> dict[str, dict[str | None, int]]:
    """Person-times of the days, and of the classes that ended in them who was certified and found work; by group."""
    measures = {"person_times": "person_times", "certified": "certified_share", "employed": "employed_share"}
    asked = [_counting(name, measure, from_on, to_on) | dict(_plan(county.folder())) for name, measure in measures.items()]
    said = await _counts(kernel, call, "registry", {"as_of": str(call.today), "by": by, "countings": asked})
    return {each.key: {group.code: group.numerator for group in each.groups} for each in said}


async def retained(kernel: Kernel, call: Call, by: str, from_on: date, to_on: date) -> Sequence[CountRead]:
    """On whose placement three months were met in these days: by town, or by the class that they came from."""
    asked = [_counting("retained", "retained_people", from_on, to_on)]
    return await _counts(kernel, call, "eastwest", {"as_of": str(call.today), "by": by, "countings": asked})


def _counting(key: str, measure: str, from_on: date, to_on: date) -> dict[str, Any]:
    return {"key": key, "measure": measure, "from_on": str(from_on), "to_on": str(to_on)}


async def _counts(kernel: Kernel, call: Call, service: str, body: Mapping[str, Any]) -> Sequence[CountRead]:
    answer = await kernel.neighbours[service].post(
        "/internal/v1/counts", call, dict(body), timeout_seconds=kernel.settings.counts_within_seconds
    )
    if answer is None:
        raise errors.UpstreamFailed(f"{service} 服务没有计数的接口。")
    return read(CountsRead, answer, service).counts


@cache
def _plan(folder: Path) -> Mapping[str, Any]:
    """Of the county's latest plan."""
    plans = [tomllib.loads(path.read_text()) for path in sorted((folder / "plans").glob("*.toml"))]
    latest = max(plans, key=lambda plan: plan["starts_on"], default={})
    return {name: latest[name] for name in OF_WORK if name in latest}
