"""What an auditor asks of an order and of a placement: who changed what and when, and how each stood on a day."""

from tests.conftest import Service
from tests.eastwest.neighbours import START, Neighbours, evidence, order, placed, report, update


async def test_an_order_is_shown_as_it_stood_and_who_changed_what(eastwest: Service) -> None:
    entering, changing, closing = (eastwest.as_("partner", at=f"2025-03-{day}T09:00:00+08:00") for day in ("01", "10", "20"))
    made = (await entering.post("/v1/orders", json=order())).json()
    one = f"/v1/orders/{made['id']}"
    elsewhere = {"name": "佛山市南海区某五金厂", "uscc": "91110000600037341L", "district_code": "440605"}
    assert (await changing.patch(one, json={"posts": 50, "employer": elsewhere, "wage_to": None})).status_code == 200
    assert (await closing.post(f"{one}:close", json={"reason": "已招满"})).status_code == 200
    as_of = {day: (await closing.get(f"{one}?as_of=2025-03-{day}")) for day in ("09", "10", "19", "20")}
    stood = {day: answer.json() for day, answer in as_of.items()}
    assert [(each["posts"], each["wage_to"], each["employer"]["district_name"], each["status"]) for each in stood.values()] == [
        (40, "6000.00", "顺德区", "open"),
        (50, None, "南海区", "open"),
        (50, None, "南海区", "open"),
        (50, None, "南海区", "closed"),
    ]
    assert (stood["19"]["closed_at"], stood["20"]["close_reason"]) == (None, "已招满")
    assert (await closing.get(f"{one}?as_of=2025-02-28")).status_code == 404
    told = (await eastwest.as_("auditor").get(f"{one}/history")).json()["items"]
    assert [each["action"] for each in told] == ["order.closed", "order.changed", "order.entered"]
    assert {each["field"]: (each["old"], each["new"]) for each in told[1]["changes"]}["posts"] == (40, 50)
    assert {each["field"] for each in told[0]["changes"]} == {"status", "close_reason", "closed_at"}
    assert (await eastwest.as_("partner", subject="another").get(f"{one}/history")).status_code == 404


async def test_a_placement_is_shown_as_it_stood_by_what_was_known_then(eastwest: Service, others: Neighbours) -> None:
    def at(day: str) -> dict[str, str]:
        return {"X-Server-Date": f"{day}T09:00:00+08:00"}

    partner, trainee_id = eastwest.as_("partner"), others.person(1)
    others.attends(trainee_id, ends_on="2025-06-10")
    partner.headers.update(at("2025-05-20"))
    made = await placed(partner, trainee_id)
    one = f"/v1/placements/{made['id']}"
    for day, told in (
        ("2025-06-02", update("s")),
        ("2025-07-01", update("p", "present", "2025-06-29", evidence=evidence(START, "2025-06-29", "C"))),
        ("2025-07-20", update("l", "left", "2025-07-18")),
        ("2025-07-25", update("lx", "cancelled", "2025-07-25", corrects="l")),
    ):
        partner.headers.update(at(day))
        assert (await report(partner, made["id"], told)).status_code == 201
    elsewhere = {"name": "佛山市南海区某五金厂", "district_code": "440605"}
    changed = await partner.patch(one, json={"employer": elsewhere}, headers={"If-Match": f'"{1 + 4}"'})
    assert changed.status_code == 200, changed.text
    days = ("2025-05-20", "2025-06-01", "2025-06-30", "2025-07-18", "2025-07-20", "2025-07-25")
    stood = {day: (await partner.get(f"{one}?as_of={day}")).json() for day in days}
    assert [
        (each["status"], each["started_on"], each["left_on"], each["retention"], each["employer"]["district_name"])
        for each in stood.values()
    ] == [
        ("arranged", None, None, "on_track", "顺德区"),
        ("arranged", None, None, "on_track", "顺德区"),  # what was reported on 2 June of 30 May nobody knew
        ("working", START, None, "unproven", "顺德区"),
        ("working", START, None, "on_track", "顺德区"),
        ("left", START, "2025-07-18", "broken", "顺德区"),
        ("working", START, None, "on_track", "南海区"),
    ]
    now = (await partner.get(one)).json()
    assert now == stood["2025-07-25"] and [each["code"] for each in now["warnings"]] == ["in_class"]
    assert (await partner.get(f"{one}?as_of=2025-05-19")).status_code == 404
    told = (await eastwest.as_("auditor").get(f"{one}/history")).json()["items"]
    assert [each["action"] for each in told] == ["placement.changed", *["placement.updated"] * 4, "placement.entered"]
    assert [[(each["field"], each["old"], each["new"]) for each in deed["changes"]] for deed in told[1:5]] == [
        [("left_on", "2025-07-18", None)],
        [("left_on", None, "2025-07-18")],
        [],
        [("started_on", None, START)],
    ]
    assert [each["field"] for each in told[0]["changes"]] == ["employer"]
    school = {"institution_id": made["trainee_id"]}
    assert (await eastwest.as_("institution", **school).get(f"{one}/history")).status_code == 403
