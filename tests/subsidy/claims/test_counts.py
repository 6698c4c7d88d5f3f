"""What is kept with a claim of its lines is what they say, whatever is done to them; and a recount mends it."""

import pytest
from sqlalchemy import text

from services.subsidy.claims import counts
from tests.conftest import Start
from tests.subsidy.claims.test_deciding import held_by
from tests.subsidy.claims.world import World, a_person, a_world


async def kept(world: World) -> dict[str, tuple[int, int, int]]:
    """By claim, as the list says; and it is what a recount says."""
    async with world.subsidy.kernel.engine.connect() as connection:
        assert await counts.differing(connection) == []
    items = (await world.as_("officer").get("/v1/claims")).json()["items"]
    return {each["id"]: (each["people"], each["held_people"], each["refused_people"]) for each in items}


async def test_a_claim_says_how_many_people_it_has_after_every_step(start: Start) -> None:
    """Judged, judged anew with fewer, settled, and split in two."""
    async with a_world(start) as world:
        people = [a_person(), a_person(), a_person(outcome="absent")]
        class_id = world.open_class(people)
        lines = [{"trainee_id": each["trainee_id"]} for each in people]
        claim = await world.draft(class_id, lines=lines)
        assert await kept(world) == {claim["id"]: (3, 0, 1)}
        answer = await world.as_("institution").patch(
            f"/v1/claims/{claim['id']}", json={"lines": lines[:1]}, headers={"If-Match": f'"{claim["version"]}"'}
        )
        assert answer.status_code == 200, answer.text
        assert await kept(world) == {claim["id"]: (1, 0, 0)}
        other_class, held = held_by(world)
        other = await world.bring_to("in_notice", other_class)
        assert (await kept(world))[other["id"]] == (2, 1, 0)
        body = {"trainee_id": held["trainee_id"], "outcome": "split", "reason": "另行核实"}
        rest = await world.step("reviewer", "resolve", other, body)
        split_id = rest["decisions"][-1]["other_claim_id"]
        found = await kept(world)
        assert (found[other["id"]], found[split_id]) == ((1, 0, 0), (1, 1, 0))
        split = (await world.as_("officer").get(f"/v1/claims/{split_id}")).json()
        await world.step("reviewer", "resolve", split, body | {"outcome": "refuse"})
        assert (await kept(world))[split_id] == (1, 0, 1)


@pytest.mark.parametrize("name", counts.COUNTS)
async def test_what_differs_is_told_and_mended(start: Start, name: str) -> None:
    async with a_world(start) as world:
        claim, _ = [await world.draft(world.open_class([a_person()])) for _ in range(2)]
        engine = world.subsidy.kernel.engine
        async with engine.begin() as connection:
            await connection.execute(text(f"UPDATE claims SET {name} = {name} + 2 WHERE id = '{claim['id']}'"))
        there = int(name == "people")
        [told] = (await counts.mend(engine))["claims"]
        assert (str(told["claim_id"]), told[name]) == (claim["id"], [there + 2, there])
        assert await counts.mend(engine) == {"claims": []}
        assert (await kept(world))[claim["id"]] == (1, 0, 0)
