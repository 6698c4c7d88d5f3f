"""What people were paid elsewhere: kept once, also of people not registered yet, and voided rather than changed."""

import asyncio
from typing import Any

import httpx
from sqlalchemy import text

from tests.conftest import Start
from tests.registry import made
from tests.waiting import until

PAID = {"occupation_code": "6-31-01-03", "level": "junior", "on": "2025-03-10", "amount": "1000.00", "source": "州失业保险经办机构"}


def of(serial: int, **changed: Any) -> dict[str, Any]:
    return {"id_number": made.citizen(serial)} | PAID | changed


async def sent(client: httpx.AsyncClient, *items: Any) -> list[dict[str, Any]]:
    answered: list[dict[str, Any]] = (await made.posted(client, "/v1/outside-payments:batch", {"items": list(items)}, 207))["items"]
    return answered


async def test_of_nothing_that_was_paid_nothing_is_told(start: Start) -> None:
    async with start("registry") as registry:
        nothing, a_fen = await sent(registry.as_("officer", at=made.FIRST), of(1, amount="0.00"), of(1, amount="0.01"))
        assert [(each["code"], each["pointer"]) for each in nothing["errors"]] == [("invalid_value", "/items/0/amount")]
        assert a_fen["outcome"] == "created"


async def test_a_payment_is_kept_once_and_one_told_otherwise_is_refused(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=made.FIRST)
        by_name = of(2, occupation_code=None, trade_name="苗银锻制", level=None)
        first, again = [[each["outcome"] for each in await sent(officer, of(1), by_name, of(1, on="2025-03-11"))] for _ in range(2)]
        assert (first, again) == (["created"] * 3, ["unchanged"] * 3)
        [kept], [differs] = await sent(officer, of(1)), await sent(officer, of(1, amount="1500.00"))
        assert (differs["outcome"], differs["errors"][0]["code"]) == ("rejected", "outside_payment_differs")
        assert differs["errors"][0]["existing_id"] == kept["id"]
        path = f"/v1/outside-payments/{kept['id']}"
        assert (await made.posted(officer, f"{path}:void", {"reason": "金额有误"}, 200))["void_reason"] == "金额有误"
        assert (await officer.post(f"{path}:void", json={"reason": "金额有误"})).json()["code"] == "invalid_state"
        assert [each["outcome"] for each in await sent(officer, of(1, amount="1500.00"))] == ["created"]
        shown = (await officer.get("/v1/outside-payments", params={"sort": "on"})).json()["items"]
        assert [(each["amount"], each["voided_at"] is not None) for each in shown if each["on"] == "2025-03-10"] == [
            ("1000.00", True),
            ("1000.00", False),
            ("1500.00", False),
        ]


async def test_faults_are_rejected_one_by_one_and_no_number_comes_back(start: Start) -> None:
    async with start("registry") as registry:
        items = [
            of(1, id_number="110105194912310021"),
            of(2, occupation_code=None),
            of(3, occupation_code="9-99-99-99"),
            of(4, on="2025-04-09"),  # tomorrow
            of(5, amount="1000"),
            of(6, on="2025-04-08"),
            of(6, on="2025-04-08"),
        ]
        answer = await registry.as_("officer", at=made.FIRST).post("/v1/outside-payments:batch", json={"items": items})
        assert answer.status_code == 207 and not any(each["id_number"] in answer.text for each in items)
        assert [each["errors"][0]["pointer"] if each["errors"] else each["outcome"] for each in answer.json()["items"]] == [
            "/items/0/id_number",
            "/items/1/occupation_code",
            "/items/2/occupation_code",
            "/items/3/on",
            "/items/4/amount",
            "created",
            "/items/6/id_number",
        ]


async def test_it_is_told_whose_it_is_and_from_which_day_but_not_what_was_paid(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=made.FIRST)
        old, stays = await made.trainee(registry, 1), await made.trainee(registry, 2)
        await made.posted(officer, f"/v1/trainees/{old}:merge", {"into": stays})
        kept, unknown = [each["id"] for each in await sent(officer, of(1), of(3))]
        await made.posted(officer, f"/v1/outside-payments/{kept}:void", {"reason": "报错"}, 200)
        events = [each for each in (await registry.as_("auditor").get("/v1/changes")).json()["items"] if "outside" in each["type"]]
        assert [(each["type"], each["subject"], each["data"]) for each in events] == [
            (f"outside_payment.{what}", kept, {"trainee_id": stays, "from_on": "2025-03-10"}) for what in ("recorded", "voided")
        ]
        theirs = (await officer.get("/v1/outside-payments", params={"trainee_id": stays})).json()["items"]
        assert [(each["id"], each["trainee_id"], each["trainee_name"]) for each in theirs] == [(kept, stays, "杨秀英")]
        nobodys = (await officer.get(f"/v1/outside-payments/{unknown}")).json()
        assert (nobodys["trainee_id"], nobodys["trainee_name"], nobodys["occupation_name"]) == (None, None, "电工")
        assert (
            await registry.as_("institution", institution_id=await made.school(registry)).get("/v1/outside-payments")
        ).status_code == 403


async def test_a_payment_that_is_being_voided_is_told_anew(start: Start) -> None:
    """By an office, while the import of past years that alone had named it is taken back."""
    locked = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    async with start("registry") as registry:
        officer = registry.as_("officer", at=made.FIRST)
        [kept] = await sent(officer, of(1))
        async with registry.superuser() as importing:
            await importing.execute(text("UPDATE outside_payments SET stands_alone = false"))
        async with registry.superuser() as watching, registry.superuser() as voiding:
            await voiding.execute(text("SELECT FROM outside_payments FOR UPDATE"))
            telling = asyncio.create_task(sent(officer, of(1)))
            await until(lambda: watching.scalar(locked))
            await voiding.execute(text("UPDATE outside_payments SET voided_at = now(), void_reason = '撤销导入'"))
            await voiding.commit()
            [told] = await telling
        assert told["outcome"] == "created" and told["id"] != kept["id"]
