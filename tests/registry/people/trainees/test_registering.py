"""Registering one person: what is read, what is refused, and who is the same person."""

import asyncio
from typing import Any

import pytest

from shared import db
from tests.conftest import Start, version_of
from tests.registry.invented import LONG, PAN, YANG, institution, made, trainee

TODAY = "2025-04-08T09:00:00+08:00"


async def test_a_trainee_is_answered_with_what_the_number_says_and_masks(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=TODAY)
        answer = await officer.post("/v1/trainees", json=trainee(bank_account="6217001234567894321"))
        kept = answer.json()
        assert (answer.status_code, version_of(answer), answer.headers["location"]) == (201, 1, f"/v1/trainees/{kept['id']}")
        assert (kept["id_number"], kept["phone"], kept["bank_account"]) == ("5226**********0017", "138****1234", "6217***********4321")
        assert (kept["sex"], kept["birth_on"], kept["version"]) == ("male", "1990-03-07", 1)
        assert kept["categories"] == [{"code": "rural_transfer_worker", "since_on": "2024-01-01", "until_on": None, "proof": None}]
        read = await officer.get(f"/v1/trainees/{kept['id']}")
        assert read.json().items() >= kept.items()
        assert {each["action"]: each["allowed"] for each in read.json()["allowed_actions"]} == {
            "change": True,
            "merge": True,
            "unmerge": False,
            "reveal": True,
            "correct": True,
        }


@pytest.mark.parametrize(
    ("number", "sex", "birth_on"),
    [
        pytest.param("11010519491231002X", "female", "1949-12-31", id="the-standards-own-example"),
        pytest.param("11010519491231002x", "female", "1949-12-31", id="lower-case"),
        pytest.param("１１０１０５１９４９１２３１００２Ｘ", "female", "1949-12-31", id="full-width"),
        pytest.param("440524188001010014", "male", "1880-01-01", id="born-in-1880"),
        pytest.param(YANG, "male", "1990-03-07", id="a-man"),
        pytest.param(PAN, "female", "1990-03-07", id="a-woman"),
        pytest.param(LONG, "male", "1970-03-15", id="kaili-before-the-area-table"),
    ],
)
async def test_a_valid_number_is_taken(start: Start, number: str, sex: str, birth_on: str) -> None:
    async with start("registry") as registry:
        kept = await made(registry.as_("officer", at=TODAY), "/v1/trainees", trainee(number))
        assert (kept["sex"], kept["birth_on"]) == (sex, birth_on)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("110105194912310021", id="check"),
        pytest.param("522601199002290018", id="no-such-date"),
        pytest.param("522601202912310051", id="future"),
        pytest.param("52260119900307001", id="seventeen"),
        pytest.param("", id="empty"),
    ],
)
async def test_an_invalid_number_is_a_fault_that_does_not_quote_it(start: Start, number: str) -> None:
    async with start("registry") as registry:
        answer = await registry.as_("officer", at=TODAY).post("/v1/trainees", json=trainee(number))
        [fault] = answer.json()["errors"]
        assert (answer.status_code, fault["code"], fault["pointer"]) == (422, "invalid_id_number", "/id_number")
        assert fault["basis"]["document"] == "GB 11643-1999"
        assert not number or number not in answer.text


async def test_all_faults_come_at_once(start: Start) -> None:
    async with start("registry") as registry:
        faulty = trainee(
            "110105194912310021",
            name=" ",
            phone="12345",
            region_code="000000",
            bank_account="12",
            employer_id=str(db.new_id()),
            categories=[
                {"code": "nobody", "since_on": "2024-01-01"},
                {"code": "veteran", "since_on": "2024-02-01", "until_on": "2024-01-31"},
                {"code": "rural_woman", "since_on": "2024-01-01"},
                {"code": "rural_woman", "since_on": "2025-01-01"},
            ],
        )
        answer = await registry.as_("officer", at=TODAY).post("/v1/trainees", json=faulty)
        assert {(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]} == {
            ("invalid_id_number", "/id_number"),
            ("name_missing", "/name"),
            ("invalid_phone", "/phone"),
            ("unknown_region", "/region_code"),
            ("invalid_bank_account", "/bank_account"),
            ("unknown_employer", "/employer_id"),
            ("unknown_category", "/categories/0/code"),
            ("invalid_period", "/categories/1/until_on"),
            ("overlapping_category", "/categories/3"),
        }


async def test_a_category_may_end_the_day_it_began_and_begin_again_the_day_after_it_ended(start: Start) -> None:
    periods = [{"code": "veteran", "since_on": "2024-01-01", "until_on": "2024-01-01"}, {"code": "veteran", "since_on": "2024-01-02"}]
    async with start("registry") as registry:
        kept = await made(registry.as_("officer", at=TODAY), "/v1/trainees", trainee(categories=periods))
        assert [each["since_on"] for each in kept["categories"]] == ["2024-01-01", "2024-01-02"]


async def test_a_period_may_not_begin_on_the_last_day_of_another_of_its_code(start: Start) -> None:
    periods = [{"code": "veteran", "since_on": "2024-01-01", "until_on": "2024-01-02"}, {"code": "veteran", "since_on": "2024-01-02"}]
    async with start("registry") as registry:
        answer = await registry.as_("officer", at=TODAY).post("/v1/trainees", json=trainee(categories=periods))
        assert [fault["code"] for fault in answer.json()["errors"]] == ["overlapping_category"]


async def test_a_person_without_a_phone_says_so(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=TODAY)
        assert (await made(officer, "/v1/trainees", trainee(phone=None)))["phone"] is None
        silent = trainee(PAN)
        del silent["phone"]
        answer = await officer.post("/v1/trainees", json=silent)
        assert [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]] == [("missing_field", "/phone")]


async def test_rare_characters_in_names_are_kept(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=TODAY)
        kept = await made(officer, "/v1/trainees", trainee(name="𬭚𡈁"))
        assert kept["name"] == "𬭚𡈁"
        assert [each["id"] for each in (await officer.get("/v1/trainees", params={"name": "𡈁"})).json()["items"]] == [kept["id"]]


@pytest.mark.parametrize(
    ("changed", "status", "codes"),
    [
        pytest.param({"id_type": "residence_permit", "id_number": "810000199408230021"}, 201, set(), id="hong-kong"),
        pytest.param({"id_type": "residence_permit", "id_number": YANG}, 422, {"invalid_id_number"}, id="not-a-residence-permit"),
        pytest.param(
            {"id_type": "citizen", "id_number": "810000199408230021"}, 422, {"invalid_value"}, id="a-permit-said-to-be-a-citizens"
        ),
        pytest.param(
            {"id_type": "citizen", "id_number": "911111199003070014"}, 422, {"invalid_value"}, id="a-foreigner-said-to-be-a-citizen"
        ),
        pytest.param({"id_type": "citizen", "id_number": YANG}, 201, set(), id="a-citizen"),
        pytest.param({"id_type": "foreign_permanent_residence", "id_number": YANG}, 422, {"invalid_id_number"}, id="not-a-foreigners"),
        pytest.param({"id_type": "foreign_permanent_residence", "id_number": "911111199003070014"}, 201, set(), id="new-permit"),
        pytest.param(
            {"id_type": "foreign_permanent_residence", "id_number": "FRA110099012345", "sex": "female", "birth_on": "1990-12-01"},
            201,
            set(),
            id="old-permit",
        ),
        pytest.param(
            {"id_type": "foreign_permanent_residence", "id_number": "FRA110099012345"}, 422, {"missing_field"}, id="old-permit-alone"
        ),
        pytest.param(
            {"id_type": "foreign_permanent_residence", "id_number": "FRA110099012345", "sex": "female", "birth_on": "2025-04-09"},
            422,
            {"invalid_value"},
            id="born-tomorrow",
        ),
        pytest.param({"sex": "male"}, 422, {"unknown_field"}, id="sex-is-in-the-number"),
        pytest.param({"id_type": "passport"}, 422, {"invalid_value"}, id="no-such-type"),
    ],
)
async def test_other_documents_have_their_own_rules(start: Start, changed: dict[str, Any], status: int, codes: set[str]) -> None:
    async with start("registry") as registry:
        answer = await registry.as_("officer", at=TODAY).post("/v1/trainees", json=trainee() | changed)
        assert (answer.status_code, {fault["code"] for fault in answer.json().get("errors", [])}) == (status, codes), answer.text


@pytest.mark.parametrize(
    ("number", "id_type"),
    [(YANG, "citizen"), ("810000199408230021", "residence_permit"), ("911111199003070014", "foreign_permanent_residence")],
)
async def test_a_number_says_which_document_it_is_on(start: Start, number: str, id_type: str) -> None:
    """Also where one takes the place of another."""
    async with start("registry") as registry:
        officer = registry.as_("officer", at=TODAY)
        kept = await made(officer, "/v1/trainees", {name: said for name, said in trainee(number).items() if name != "id_type"})
        assert kept["id_type"] == id_type
        other = await made(officer, "/v1/trainees", trainee(PAN if number == YANG else YANG))
        await officer.patch(f"/v1/trainees/{kept['id']}", json={"id_number": "522601197003150018"})
        corrected = await officer.patch(f"/v1/trainees/{other['id']}", json={"id_number": number})
        assert (corrected.status_code, corrected.json()["id_type"]) == (200, id_type)


async def test_the_same_number_twice_is_a_conflict_that_names_the_first(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=TODAY)
        kept = await made(officer, "/v1/trainees", trainee("11010519491231002X"))
        again = await officer.post("/v1/trainees", json=trainee("11010519491231002x", name="他人"))
        assert (again.status_code, again.json()["code"], again.json()["existing_id"]) == (409, "duplicate_trainee", kept["id"])
        assert "11010519491231002" not in again.text


async def test_faults_of_shape_do_not_hide_faults_of_rule(start: Start) -> None:
    async with start("registry") as registry:
        body = {"name": " ", "id_number": "110105194912310021", "phone": "12", "region_code": "999", "colour": 1, "categories": 7}
        answer = await registry.as_("officer").post("/v1/trainees", json=body)
        assert answer.status_code == 422
        found = {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}
        assert found >= {
            ("/colour", "unknown_field"),
            ("/categories", "invalid_value"),
            ("/id_number", "invalid_id_number"),
            ("/phone", "invalid_phone"),
            ("/region_code", "unknown_region"),
        }
        assert "110105194912310021" not in answer.text
        assert len({pointer for pointer, _ in found}) == len(answer.json()["errors"])


async def test_twenty_posts_at_once_make_one_trainee(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=TODAY)
        answers = await asyncio.gather(*(officer.post("/v1/trainees", json=trainee()) for _ in range(20)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
        [kept] = [answer.json()["id"] for answer in answers if answer.status_code == 201]
        assert {answer.json()["existing_id"] for answer in answers if answer.status_code == 409} == {kept}


async def test_a_repeat_with_the_same_key_gets_the_first_answer(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=TODAY)
        first = await officer.post("/v1/trainees", json=trainee(), headers={"Idempotency-Key": "k"})
        again = await officer.post("/v1/trainees", json=trainee(), headers={"Idempotency-Key": "k"})
        assert (again.status_code, again.json(), again.headers["idempotent-replayed"]) == (201, first.json(), "true")


async def test_an_employer_is_a_registered_institution(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=TODAY)
        employer = await made(officer, "/v1/institutions", institution())
        assert (await made(officer, "/v1/trainees", trainee(employer_id=employer["id"])))["employer_id"] == employer["id"]
