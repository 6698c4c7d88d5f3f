"""Placements: entering, changing, reading, looking up, and who sees whom."""

from typing import Any
from uuid import UUID

import pytest

from shared import db
from tests import people
from tests.conftest import Service
from tests.eastwest.neighbours import ISSUED, START, Neighbours, evidence, key, order, placed, report, update


async def test_a_person_is_placed_by_id_or_by_number_and_shown_masked(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    trainee_id = others.person(7)
    made = await placed(partner, trainee_id)
    assert (made["trainee_id"], made["name"], made["status"], made["retention"]) == (
        str(trainee_id),
        people.name(7),
        "arranged",
        "on_track",
    )
    assert made["id_number"] == f"5226**********{people.id_number(7)[-4:]}"
    assert made["employer"]["name"] == "佛山市顺德区某电器有限公司"
    second = others.person(8)
    body = {"order_id": made["order_id"], "id_number": people.id_number(8)}
    answer = await partner.post("/v1/placements", json=body, headers=key())
    assert (answer.status_code, answer.json()["trainee_id"]) == (201, str(second))
    assert answer.headers["location"] == f"/v1/placements/{answer.json()['id']}"
    assert people.id_number(8) not in answer.text


async def test_the_key_is_required_and_a_repeat_gets_the_first_answer(eastwest: Service, others: Neighbours) -> None:
    partner, trainee_id = eastwest.as_("partner"), others.person(1)
    order_id = (await partner.post("/v1/orders", json=order())).json()["id"]
    body = {"order_id": order_id, "trainee_id": str(trainee_id)}
    assert (await partner.post("/v1/placements", json=body)).json()["code"] == "idempotency_key_required"
    same = key()
    first = await partner.post("/v1/placements", json=body, headers=same)
    again = await partner.post("/v1/placements", json=body, headers=same)
    assert (again.status_code, again.json()["id"], again.headers["idempotent-replayed"]) == (201, first.json()["id"], "true")
    twice = await partner.post("/v1/placements", json=body, headers=key())
    assert (twice.status_code, twice.json()["code"], twice.json()["existing_id"]) == (409, "duplicate_placement", first.json()["id"])


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        pytest.param({}, {"one_of_two"}, id="nobody"),
        pytest.param({"id_number": "522601199003070017"}, {"unknown_trainee"}, id="a-number-nobody-has"),
        pytest.param(
            {"trainee_id": str(db.new_id()), "class_id": str(db.new_id()), "certificate_id": str(db.new_id())},
            {"unknown_trainee", "unknown_class", "unknown_certificate"},
            id="all-unknown-at-once",
        ),
    ],
)
async def test_what_is_not_known_is_named(eastwest: Service, others: Neighbours, body: dict[str, Any], codes: set[str]) -> None:
    partner = eastwest.as_("partner")
    order_id = (await partner.post("/v1/orders", json=order())).json()["id"]
    answer = await partner.post("/v1/placements", json={"order_id": order_id} | body, headers=key())
    assert answer.status_code == 422
    assert {fault["code"] for fault in answer.json()["errors"]} == codes


async def test_another_persons_certificate_is_refused(eastwest: Service, others: Neighbours) -> None:
    partner, trainee_id = eastwest.as_("partner"), others.person(1)
    order_id = (await partner.post("/v1/orders", json=order())).json()["id"]
    body = {"order_id": order_id, "trainee_id": str(trainee_id), "certificate_id": str(others.certificate(others.person(2)))}
    answer = await partner.post("/v1/placements", json=body, headers=key())
    assert [fault["code"] for fault in answer.json()["errors"]] == ["unknown_certificate"]


async def test_a_change_needs_if_match_and_judges_the_gates_again(eastwest: Service, others: Neighbours) -> None:
    partner, trainee_id = eastwest.as_("partner"), others.person(1)
    made = await placed(partner, trainee_id)
    one, late = f"/v1/placements/{made['id']}", others.certificate(trainee_id, issued_on="2025-06-01")
    assert (await partner.patch(one, json={})).status_code == 428
    assert (await partner.patch(one, json={}, headers={"If-Match": '"7"'})).status_code == 412
    changed = await partner.patch(
        one, json={"certificate_id": str(late), "employer": {"name": "佛山市南海区某厂"}}, headers={"If-Match": '"1"'}
    )
    assert (changed.status_code, changed.json()["employer"]["name"], changed.json()["version"]) == (200, "佛山市南海区某厂", 2)
    assert (await report(partner, made["id"], update("a"))).json()["code"] == "certificate_after_start"
    cleared = await partner.patch(one, json={"certificate_id": None}, headers={"If-Match": '"2"'})
    assert cleared.json()["certificate_id"] is None
    assert (await report(partner, made["id"], update("a"))).status_code == 201
    version = (await partner.get(one)).headers["etag"]
    refused = await partner.patch(one, json={"certificate_id": str(late)}, headers={"If-Match": version})
    assert (refused.status_code, refused.json()["code"]) == (409, "certificate_after_start")
    too_late = others.training_class("2025-02-28")
    refused = await partner.patch(one, json={"class_id": str(too_late)}, headers={"If-Match": version})
    assert (refused.status_code, refused.json()["code"]) == (409, "order_after_class")


async def test_the_chain_shows_each_link(eastwest: Service, others: Neighbours) -> None:
    partner, trainee_id = eastwest.as_("partner"), others.person(1)
    class_id = others.attends(trainee_id)
    made = await placed(partner, trainee_id, class_id=str(class_id))
    await report(partner, made["id"], update("a"))
    chain = (await partner.get(f"/v1/placements/{made['id']}/chain")).json()
    assert [(link["link"], link["on"], link["state"]) for link in chain["links"]] == [
        ("order", "2025-03-01", "ok"),
        ("class", "2025-03-10", "ok"),
        ("standard", "2025-03-05", "ok"),
        ("exam", "2025-04-20", "ok"),
        ("certificate", ISSUED, "ok"),
        ("start", START, "ok"),
    ]
    assert chain["first_broken"] is None
    bare = await placed(partner, others.person(2, certified=False))
    chain = (await partner.get(f"/v1/placements/{bare['id']}/chain")).json()
    assert (chain["first_broken"], [link["code"] for link in chain["links"] if link["code"]]) == ("certificate", ["certificate_missing"])
    mended = {link["link"]: [each["field"] for each in link["mends"]] for link in chain["links"] if link["mends"]}
    assert mended == {"certificate": ["assessment", "certificate", "placement.certificate_id"]}
    refused = await report(partner, bare["id"], update("x"))
    assert [each["field"] for each in refused.json()["mends"]] == mended["certificate"]


async def test_a_partner_sees_its_own_people_alone(eastwest: Service, others: Neighbours) -> None:
    a, b, officer = eastwest.as_("partner", subject="foshan-a"), eastwest.as_("partner", subject="foshan-b"), eastwest.as_("officer")
    mine, theirs = await placed(a, others.person(1)), await placed(b, others.person(2))
    one = f"/v1/placements/{theirs['id']}"
    assert [each["id"] for each in (await a.get("/v1/placements")).json()["items"]] == [mine["id"]]
    assert {each["id"] for each in (await officer.get("/v1/placements")).json()["items"]} == {mine["id"], theirs["id"]}
    for path in (one, f"{one}/updates", f"{one}/retention", f"{one}/chain"):
        assert (await a.get(path)).status_code == 404
    assert (await report(a, theirs["id"], update("x"))).status_code == 404
    assert (await a.patch(one, json={}, headers={"If-Match": "*"})).status_code == 404
    order_id = theirs["order_id"]
    refused = await a.post("/v1/placements", json={"order_id": order_id, "trainee_id": str(others.person(3))}, headers=key())
    assert [fault["code"] for fault in refused.json()["errors"]] == ["unknown_order"]
    found = await a.post("/v1/placements:lookup", json={"id_numbers": [people.id_number(n) for n in (1, 2, 9)]})
    nobody = {"trainee_id": None, "trainee_name": None, "id_number_masked": None, "placement_ids": []}
    assert found.json()["items"] == [
        {name: mine[name] for name in nobody if name in mine} | {"index": 0, "placement_ids": [mine["id"]]},
        nobody | {"index": 1},
        nobody | {"index": 2},
    ]
    counted = (await a.get("/v1/statistics/placements")).json()
    assert counted["placements"] == 1


async def test_a_person_sees_their_own_placements(eastwest: Service, others: Neighbours) -> None:
    partner, trainee_id = eastwest.as_("partner"), others.person(1)
    mine, other = await placed(partner, trainee_id), await placed(partner, others.person(2))
    person = eastwest.as_("person", trainee_id=trainee_id)
    assert [each["id"] for each in (await person.get("/v1/placements")).json()["items"]] == [mine["id"]]
    assert (await person.get(f"/v1/placements/{mine['id']}/retention")).status_code == 200
    assert (await person.get(f"/v1/placements/{other['id']}")).status_code == 404
    assert (await report(person, mine["id"], update("a"))).status_code == 403


STATES = {"arranged": [], "working": [update("s")], "left": [update("s"), update("l", "left", "2025-06-10")]}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "role", ["partner", "officer", "reviewer", "auditor", "finance", "institution", "town", "department", "person", "admin", "system"]
)
async def test_state_by_action_by_role(eastwest: Service, others: Neighbours, state: str, role: str) -> None:
    partner, trainee_id = eastwest.as_("partner"), others.person(1)
    class_id = others.training_class()
    made = await placed(partner, trainee_id, class_id=str(class_id))
    for body in STATES[state]:
        assert (await report(partner, made["id"], body)).status_code == 201
    bound = {"person": {"trainee_id": trainee_id}, "institution": {"institution_id": others.classes[str(class_id)]["institution_id"]}}.get(
        role, {}
    )
    client, one = eastwest.as_(role, at="2025-07-01T09:00:00+08:00", **bound), f"/v1/placements/{made['id']}"
    read = await client.get(one)
    sees, keeps = role in ("partner", "officer", "reviewer", "auditor", "person", "institution", "system"), role in ("partner", "officer")
    assert read.status_code == (200 if sees else 403)
    if sees:
        assert read.json()["status"] == state
        assert {action["action"]: action["allowed"] for action in read.json()["allowed_actions"]} == {"change": keeps, "update": keeps}
    body = update("seen", "present", "2025-06-20")
    assert (await report(client, made["id"], body)).status_code == (201 if keeps else 403)
    assert (await client.patch(one, json={"employer": {"name": "佛山市某厂"}}, headers={"If-Match": "*"})).status_code == (
        200 if keeps else 403
    )


async def test_lists_filter_by_state_and_are_the_call_list(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at="2025-09-15T09:00:00+08:00")
    bodies = {
        "arranged": [],
        "unproven": [update("u")],
        "broken": [update("b"), update("bl", "left", "2025-06-10")],
        "met": [update("m"), update("mp", "present", "2025-08-29", evidence=evidence(START, "2025-08-29"))],
        "on_track": [update("o", on="2025-09-01")],
    }
    ids = {}
    for n, (name, updates) in enumerate(bodies.items(), start=1):
        ids[name] = (await placed(partner, others.person(n)))["id"]
        for body in updates:
            assert (await report(partner, ids[name], body)).status_code == 201, name
    expected = {
        "status=arranged": ["arranged"],
        "status=working": ["on_track", "met", "unproven"],
        "status=left": ["broken"],
        "retention=unproven": ["unproven"],
        "retention=met": ["met"],
        "retention=broken": ["broken"],
        "retention=on_track": ["on_track", "arranged"],
        "retention=unproven&as_of=2025-06-29": [],
        "retention=unproven&as_of=2025-06-30": ["met", "unproven"],
        "retention=met&as_of=2025-08-29": [],
        "retention=on_track&as_of=2025-06-05": ["on_track", "met", "broken", "unproven", "arranged"],
    }
    for query, names in expected.items():
        found = (await partner.get(f"/v1/placements?{query}&include_total=true")).json()
        assert ([each["id"] for each in found["items"]], found["total"]) == ([ids[name] for name in names], len(names)), query
    page = (await partner.get("/v1/placements?retention=on_track&limit=1")).json()
    rest = (await partner.get(f"/v1/placements?retention=on_track&limit=1&cursor={page['next_cursor']}")).json()
    assert ([each["id"] for each in page["items"] + rest["items"]], rest["next_cursor"]) == ([ids["on_track"], ids["arranged"]], None)
    counted = (await partner.get("/v1/statistics/placements?as_of=2025-09-15")).json()
    assert counted == {
        "as_of": "2025-09-15",
        "until_on": None,
        "last_start_on": None,
        "already_impossible": None,
        "groups": [],
        "placements": 5,
        "arranged": 1,
        "working": 3,
        "left": 1,
        "started": 4,
        "retention": {"met": 1, "on_track": 1, "unproven": 1, "broken": 1},
        "people_retained": 1,
    }
    assert (await partner.get("/v1/placements?retention=lost")).status_code == 400


async def test_a_placement_names_person_class_order_and_district(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(7), class_id=str(others.training_class()))
    assert (made["trainee_name"], made["id_number_masked"]) == (made["name"], made["id_number"]) == (people.name(7), made["id_number"])
    assert (made["class_name"], made["class_number"], made["order_number"]) == ("电工班", "KL-PX-2025-000001", "FS-2025-0017")
    assert made["employer"]["district_name"] == "顺德区"
    asked = len(others.asked)
    [listed] = (await partner.get("/v1/placements?sort=-entered_at")).json()["items"]
    aside = {"allowed_actions": None, "warnings": None}
    assert made | aside == listed | aside and len(others.asked) == asked + 1
    order_paper = (await partner.get(f"/v1/orders/{made['order_id']}")).json()
    assert order_paper["occupation_name"] == order_paper["standard"]["occupation_name"] != ""


async def test_a_list_of_one_verdict_comes_in_one_order(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    await placed(partner, others.person(1))
    for verdicts, count in (("retention=on_track", 1), ("retention=met&retention=on_track", 1), ("retention=met", 0)):
        assert len((await partner.get(f"/v1/placements?{verdicts}")).json()["items"]) == count
    answer = await partner.get("/v1/placements?retention=on_track&sort=started_on")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "sort")


async def test_without_the_registry_lists_come_without_names(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1))
    others.away.add("registry")
    found = (await partner.get("/v1/placements")).json()["items"]
    assert [(each["id"], each["name"], each["id_number"]) for each in found] == [(made["id"], None, None)]


async def test_what_the_other_services_ask(eastwest: Service, others: Neighbours) -> None:
    partner, trainee_id = eastwest.as_("partner"), others.person(1)
    class_id = others.training_class()
    certificate_id = others.certificates[-1]["id"]
    made = await placed(partner, trainee_id, class_id=str(class_id), certificate_id=certificate_id)
    await report(partner, made["id"], update("m"))
    await report(partner, made["id"], update("mp", "present", "2025-08-29", evidence=evidence(START, "2025-08-29", "C")))
    asking = eastwest.internal()
    [fact] = (await asking.post("/internal/v1/placement-facts", json={"placement_ids": [made["id"]]})).json()["placements"]
    assert (fact["written_as"], fact["started_on"], fact["left_on"], fact["weakest_grade"]) == (str(trainee_id), START, None, "C")
    countings = [
        {"key": key, "measure": measure, "from_on": "2024-01-01", "to_on": to_on}
        for key, measure, to_on in (("r", "retained_people", "2025-12-31"), ("r-", "retained_people", "2025-08-29"))
    ]
    counts = (await asking.post("/internal/v1/counts", json={"as_of": "2025-12-31", "by": "region", "countings": countings})).json()[
        "counts"
    ]
    assert [(each["key"], [tally["numerator"] for tally in each["tallies"]]) for each in counts] == [("r", [1]), ("r-", [0])]
    assert counts[0]["groups"] == [{"code": "522601100", "numerator": 1, "denominator": None}]
    touched = (await asking.post("/internal/v1/touched-by-certificates", json={"certificate_ids": [str(certificate_id)]})).json()["items"]
    assert touched == [{"id": made["id"], "number": "FS-2025-0017", "status": "working"}]
    unnamed = await placed(partner, others.person(2))  # whose chain goes through the one that was issued first
    holder = others.certificates[-1]["trainee_id"]
    ids = [others.certificates[-1]["id"], str(others.certificate(UUID(holder), issued_on="2025-05-30"))]
    bodies = [{"certificate_ids": [each], "trainee_ids": [holder]} for each in ids]
    asked = [(await asking.post("/internal/v1/touched-by-certificates", json=each)).json()["items"] for each in bodies]
    assert [[each["id"] for each in items] for items in asked] == [[unnamed["id"]], []]
    assert (await partner.post("/internal/v1/placement-facts", json={"placement_ids": []})).status_code in (401, 403)


async def test_a_school_sees_where_its_graduates_work_and_not_what_was_reported_day_by_day(eastwest: Service, others: Neighbours) -> None:
    partner, officer = eastwest.as_("partner"), eastwest.as_("officer")
    named, attended, neither = others.person(1), others.person(2), others.person(3)
    class_id = others.training_class()
    others.attends(attended, occupation_code="6-31-01-03")
    schools = [others.classes[str(class_id)]["institution_id"], others.attended[0]["institution_id"]]
    papers = [await placed(partner, named, class_id=str(class_id)), await placed(partner, attended), await placed(partner, neither)]
    for school_id, theirs in zip(schools, papers, strict=False):
        school = eastwest.as_("institution", institution_id=school_id)
        assert [each["id"] for each in (await school.get("/v1/placements")).json()["items"]] == [theirs["id"]]
        shown = (await school.get(f"/v1/placements/{theirs['id']}")).json()
        assert shown["employer"]["name"] and "*" in shown["id_number"]
        assert {each["action"] for each in shown["allowed_actions"] if each["allowed"]} == set()
        assert (await school.get(f"/v1/placements/{papers[2]['id']}")).status_code == 404
        assert (await school.get(f"/v1/placements/{theirs['id']}/updates")).status_code == 403
    moved = await partner.patch(f"/v1/placements/{papers[2]['id']}", json={"class_id": str(class_id)}, headers={"If-Match": "*"})
    assert moved.status_code == 200
    first = eastwest.as_("institution", institution_id=schools[0])
    assert len((await first.get("/v1/placements")).json()["items"]) == 2
    assert len((await officer.get("/v1/placements")).json()["items"]) == 3
