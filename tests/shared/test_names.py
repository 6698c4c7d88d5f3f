"""An answer's model says what is named in it; everything it names is filled in at once."""

from typing import Annotated, Any
from uuid import UUID

import orjson
import pytest

from shared import access, clock, db, names, wire
from tests.conftest import Service, Start

CALL = access.Call(access.Actor("test", "officer"), clock.read("2025-04-10T09:00:00+08:00"), "r-1")


class Part(wire.Out):
    trainee_id: UUID | None = None
    trainee_name: names.TraineeName = None
    within: list["Part"] = []


class Whole(wire.Out):
    region_code: str
    region_name: names.RegionName = None
    occupation_code: str | None = None
    occupation_name: names.OccupationName = None
    payer_id: UUID | None = None
    payer_name: Annotated[str | None, names.Beside("payer_id", "funds")] = None
    parts: list[Part] | None = None


async def _filled(service: Service, said: Any, own: dict[str, names.Lookup] | None = None, **neighbours: Any) -> Any:
    planned, kernel = names.plan(wire.Page[Whole]), service.kernel
    assert planned is not None
    body = orjson.dumps({"items": [said]})
    named, again = await names.filled(planned, body, CALL, own or {}, kernel.reading, neighbours, 1.0)
    assert orjson.loads(named) == again
    return again["items"][0]


async def test_what_the_county_knows_takes_no_call(start: Start) -> None:
    async with start("evaluation") as service:
        said = {"region_code": "522601100", "region_name": None, "occupation_code": "no-such", "occupation_name": None, "parts": None}
        found = await _filled(service, said)
        assert (found["region_name"], found["occupation_name"]) == ("三棵树镇", None)
        assert (await _filled(service, said | {"region_code": "440606"}))["region_name"] == "顺德区"


async def test_all_ids_of_an_answer_are_asked_for_once_and_what_is_said_already_stays(start: Start) -> None:
    asked: list[list[UUID]] = []
    one, two = db.new_id(), db.new_id()

    async def trainees(_session: Any, viewer: Any, ids: Any) -> dict[UUID, dict[str, Any]]:
        assert viewer.role == "officer"
        asked.append(sorted(ids))
        return {each: {"name": f"学员{each}"} for each in ids if each == one}

    async with start("evaluation") as service:
        parts = [{"trainee_id": str(each), "trainee_name": None} for each in (one, two, one)]
        parts.append({"trainee_id": str(db.new_id()), "trainee_name": "签字时的姓名"})
        found = await _filled(service, {"region_code": "x", "parts": parts}, {"trainees": trainees})
        assert [part["trainee_name"] for part in found["parts"]] == [f"学员{one}", None, f"学员{one}", "签字时的姓名"]
        assert asked == [sorted([one, two])]


@pytest.mark.parametrize("said", [None, [1], {"trainees": 7}, {"trainees": {"a": "b"}}, {"trainees": {"x": {"name": "杨秀英"}}}], ids=str)
async def test_whatever_a_neighbour_says_the_answer_comes_and_what_is_no_name_is_null(start: Start, said: Any) -> None:
    class Registry:
        async def post(self, *_: Any, **__: Any) -> Any:
            return said

    async with start("evaluation") as service:
        part = {"trainee_id": str(db.new_id()), "trainee_name": None}
        found = await _filled(service, {"region_code": "x", "parts": [part]}, registry=Registry())
        assert found["parts"] == [part]


def test_a_shape_without_names_has_no_plan_and_an_unknown_kind_is_a_mistake() -> None:
    class Plain(wire.Out):
        id: UUID

    class Mistaken(wire.Out):
        ship_id: UUID
        ship_name: Annotated[str | None, names.Beside("ship_id", "ships")] = None

    assert names.plan(list[Plain]) is None and names.plan(None) is None
    with pytest.raises(TypeError, match="ships"):
        names.plan(list[Mistaken])
