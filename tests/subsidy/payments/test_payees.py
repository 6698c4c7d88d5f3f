"""Whoever is paid sees what was paid to them, and nobody else's payments."""

from shared import db
from tests.conftest import Start
from tests.subsidy.appeals.test_deciding import pay
from tests.subsidy.claims.test_on_behalf import IN_AUGUST, IN_JULY, in_june, made, own
from tests.subsidy.claims.world import a_person, a_world, key


async def test_a_person_and_a_school_see_their_own_payments(start: Start) -> None:
    async with a_world(start) as world:
        await world.pay_trainees()
        theirs = await world.bring_to("approved", world.open_class([a_person()]))
        await pay(world, theirs)
        person = in_june()
        me = world.as_("person", at=IN_JULY, trainee_id=person["trainee_id"], person_id=str(db.new_id()))
        claim = await made(me, own(world, person))
        submitted = await me.post(f"/v1/claims/{claim['id']}:submit", headers=key() | {"If-Match": "*"})
        claim = submitted.json()
        for role, action, at in (("officer", "review", IN_JULY), ("reviewer", "confirm", IN_JULY), ("finance", "approve", IN_AUGUST)):
            claim = (await world.act(role, action, claim, at=at)).json()
        await pay(world, claim)
        [mine] = (await me.get("/v1/payments")).json()["items"]
        assert (mine["claim_id"], mine["amount"], mine["status"], mine["payee"]["id"]) == (
            claim["id"],
            "180.00",
            "paid",
            person["trainee_id"],
        )
        assert "*" in mine["account"] and mine["batch_number"].startswith("KL-FK-")
        [schools] = (await world.as_("institution").get("/v1/payments")).json()["items"]
        assert (schools["claim_id"], schools["payee"]["kind"]) == (theirs["id"], "organiser")
        assert len((await world.as_("auditor").get("/v1/payments")).json()["items"]) == 2
        for role, bound in (("person", {"trainee_id": str(db.new_id())}), ("institution", {"institution_id": str(db.new_id())})):
            assert (await world.as_(role, **bound).get("/v1/payments")).json()["items"] == []
        filtered = (await me.get("/v1/payments", params={"claim_id": theirs["id"]})).json()["items"]
        assert filtered == []
        asked = {"include_total": "true", "limit": 1}
        for each, total in ((me, 1), (world.as_("institution"), 1), (world.as_("auditor"), 2)):
            assert (await each.get("/v1/payments", params=asked)).json()["total"] == total
        of_claim = (await world.as_("auditor").get("/v1/payments", params=asked | {"claim_id": theirs["id"]})).json()
        assert (of_claim["total"], [each["claim_number"] for each in of_claim["items"]]) == (1, [theirs["number"]])
        assert (await world.as_("town", region_code="522601100").get("/v1/payments")).status_code == 403
