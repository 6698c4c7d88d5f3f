"""What is readable, and what shape a body has."""

import json
import time
from typing import Any

import pytest

from shared import db, wire
from shared.web.strict_input import PARTS_AT_MOST
from tests.conftest import Service
from tests.shared.web.papers import KEY, made

ID = str(db.new_id())
GOOD: dict[str, Any] = {
    "words": "早",
    "hours": 3,
    "share": 1,
    "open": True,
    "price": "180.00",
    "on": "2999-01-01",
    "at": "2025-04-10T09:00:00+08:00",
    "other_id": ID,
    "kind": "letter",
    "others": [ID],
    "parts": [{"n": 1}],
}


async def test_every_type_of_json_is_taken_in_its_own_form(papers: Service) -> None:
    answer = await papers.as_("officer").post("/v1/papers", json=GOOD, headers=KEY)
    assert answer.status_code == 422 and [fault["pointer"] for fault in answer.json()["errors"]] == ["/on"]  # no civil date of ours
    answer = await papers.as_("officer").post("/v1/papers", json=GOOD | {"on": "2099-01-01"}, headers=KEY)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("hours", True, id="true-for-an-integer"),
        pytest.param("hours", "1", id="text-for-an-integer"),
        pytest.param("hours", "1_0", id="underscore"),
        pytest.param("hours", 1.0, id="float-for-an-integer"),
        pytest.param("share", "0.5", id="text-for-a-number"),
        pytest.param("share", True, id="true-for-a-number"),
        pytest.param("open", "y", id="y-for-a-boolean"),
        pytest.param("open", 1, id="1-for-a-boolean"),
        pytest.param("open", "true", id="text-for-a-boolean"),
        pytest.param("words", 7, id="a-number-for-text"),
        pytest.param("price", "180", id="money-without-places"),
        pytest.param("price", "180.0", id="money-with-one-place"),
        pytest.param("price", 180, id="money-as-an-integer"),
        pytest.param("price", 180.00, id="money-as-a-float"),
        pytest.param("price", "-1.00", id="money-below-zero"),
        pytest.param("on", 1735689600, id="a-date-in-seconds"),
        pytest.param("other_id", 7, id="a-number-for-an-id"),
        pytest.param("kind", "card", id="no-such-code"),
        pytest.param("others", [7], id="a-number-in-a-list-of-ids"),
        pytest.param("parts", [{"n": "1"}], id="text-for-an-integer-inside"),
        pytest.param("parts", {}, id="an-object-for-a-list"),
    ],
)
async def test_a_loose_type_is_a_422_with_its_pointer(papers: Service, field: str, value: object) -> None:
    answer = await papers.as_("officer").post("/v1/papers", json={"words": "早", field: value}, headers=KEY)
    assert answer.status_code == 422
    assert [fault["code"] for fault in answer.json()["errors"]] == ["invalid_value"]
    told = answer.json()["errors"][0]
    assert told["pointer"].startswith(f"/{field}")
    shown = value if isinstance(value, str) else json.dumps(value)
    assert isinstance(value, list | dict) or told["seen"] == shown  # as it was written: true, and not True


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"words": "早", "words": "晚"}', id="twice"),
        pytest.param('{"words": "早", "parts": [{"n": 1, "n": 1}]}', id="twice-inside"),
        pytest.param('{"words": "早", "share": NaN}', id="nan"),
        pytest.param('{"words": "早", "hours": ' + "9" * 5000 + "}", id="a-number-without-end"),
        pytest.param('{"words": ' + "[" * 500 + "]" * 500 + "}", id="nested-deeper-than-anyone-reads"),
    ],
)
async def test_what_two_readers_could_read_differently_is_unreadable(papers: Service, content: str) -> None:
    answer = await papers.as_("officer").post("/v1/papers", content=content.encode(), headers={**KEY, "Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param("limit=10", 200, id="digits"),
        pytest.param("limit=1_0", 400, id="underscore"),
        pytest.param("limit=%205", 400, id="space"),
        pytest.param("limit=%2B5", 400, id="plus"),
        pytest.param("limit=5.0", 400, id="point"),
        pytest.param("limit=٥", 400, id="another-script-s-digit"),
        pytest.param("limit=0", 400, id="below-its-bound"),
        pytest.param("share=0.5", 200, id="number"),
        pytest.param("share=1e3", 400, id="exponent"),
        pytest.param("share=inf", 400, id="infinity"),
        pytest.param("open=true", 200, id="true"),
        pytest.param("open=yes", 400, id="yes"),
        pytest.param("open=on", 400, id="on"),
        pytest.param("open=1", 400, id="one"),
        pytest.param("open=True", 400, id="capital"),
        pytest.param(f"other_id={ID}", 200, id="id"),
        pytest.param(f"other_id={ID.replace('-', '')}", 400, id="id-without-hyphens"),
        pytest.param("limit=1&limit=2", 400, id="twice"),
        pytest.param("status=open&status=closed", 200, id="either-of-two"),
        pytest.param("to_on=2025-04-08&from_on=2025-04-08", 200, id="one-day"),
        pytest.param("to_on=2025-04-07&from_on=2025-04-08", 400, id="backwards"),
    ],
)
async def test_a_parameter_is_text_yet_written_in_one_way(papers: Service, query: str, status: int) -> None:
    answer = await papers.as_("officer").get(f"/v1/papers?{query}")
    assert answer.status_code == status, answer.text
    if status == 400:
        assert (answer.json()["code"], answer.json()["parameter"]) == ("invalid_parameter", query.partition("=")[0])


async def test_all_loose_parameters_are_named_at_once(papers: Service) -> None:
    faults = (await papers.as_("officer").get("/v1/papers?limit=x&open=yes")).json()["errors"]
    assert [fault["parameter"] for fault in faults] == ["limit", "open"]


async def test_a_missing_body_is_a_missing_field(papers: Service) -> None:
    path = f"/v1/papers/{await made(papers)}:close"
    answer = await papers.as_("officer").post(path, headers={"If-Match": "*"})
    assert (answer.status_code, [fault["code"] for fault in answer.json()["errors"]]) == (422, ["missing_field"])


async def test_no_member_s_name_that_holds_a_number_is_echoed(papers: Service) -> None:
    content = json.dumps({"522601199003070017": 1})[:-1] + ', "522601199003070017": 2}'
    answer = await papers.as_("officer").post("/v1/papers", content=content, headers={**KEY, "Content-Type": "application/json"})
    assert answer.status_code == 400 and "522601199003070017" not in answer.text


def numbers(parts: int) -> bytes:
    """A list of so many elements."""
    return b"[" + b",".join([b"1"] * parts) + b"]"


@pytest.mark.parametrize(("parts", "status", "code"), [(PARTS_AT_MOST, 422, "invalid"), (PARTS_AT_MOST + 1, 413, "too_large")])
async def test_a_body_has_so_many_members_and_elements(papers: Service, parts: int, status: int, code: str) -> None:
    headers = KEY | {"Content-Type": "application/json"}
    answer = await papers.as_("officer").post("/v1/papers", content=numbers(parts), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("path", ["/v1/papers", "/v1/papers/{}:touch"], ids=["fields", "no-body-wanted"])
async def test_of_unknown_members_a_hundred_are_told(papers: Service, path: str) -> None:
    path = path.format(await made(papers))
    said = {f"field_{number}": 1 for number in range(20_000)}
    answer = (await papers.as_("officer").post(path, json=said, headers=KEY)).json()
    assert {fault["code"] for fault in answer["errors"]} <= {"unknown_field", "missing_field"}
    assert (len(answer["errors"]), answer["faults_left_out"] >= 19_900) == (100, True)


async def test_of_unknown_parameters_a_hundred_are_told_and_none_at_length(papers: Service) -> None:
    names = [f"p{number}{'x' * 100}" for number in range(300)]
    answer = (await papers.as_("officer").get("/v1/papers?" + "&".join(names))).json()
    assert (answer["code"], len(answer["errors"]), answer["faults_left_out"]) == ("unknown_parameter", 100, 200)
    assert max(len(fault["parameter"]) for fault in answer["errors"]) == 60 and len(answer["detail"]) < 10_000


async def test_thousands_of_names_said_over_and_over_take_no_time(papers: Service) -> None:
    """Each is counted once, not once for each other."""
    officer, twice = papers.as_("officer"), [(f"k{number}", 1) for number in range(PARTS_AT_MOST - 2)] + [("k9", 1)]
    said = "{" + ",".join(f'"{name}": {value}' for name, value in twice) + "}"
    began = time.process_time()
    assert (await officer.get("/v1/papers?" + "&".join(["limit=1"] * 4000))).json()["code"] == "invalid_parameter"
    body = await officer.post("/v1/papers", content=said, headers=KEY | {"Content-Type": "application/json"})
    assert (body.json()["code"], "k9" in body.json()["detail"]) == ("unreadable", True)
    assert time.process_time() - began < 3


async def test_a_path_with_a_nul_names_nothing(papers: Service) -> None:
    """Whatever the parameter is: text that the database cannot take finds no paper."""
    answer = await papers.as_("officer").get("/v1/problems/not%00found")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "said", ["522601199003070017", "５２２６０１１９９００３０７００１７", "522601-19900307-0017", "号522601199003070017的"]
)
async def test_a_citizens_number_has_no_place_in_an_address(papers: Service, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = await papers.as_("officer").get("/v1/papers", params={"status": said})
    assert (answer.status_code, answer.json()["code"], answer.json()["parameter"]) == (400, "invalid_parameter", "status")
    assert said not in answer.text + capsys.readouterr().out


@pytest.mark.parametrize("said", ["522601199003070018", "5226", "915226015901234567", "13812341234"])
async def test_what_is_no_citizens_number_may_be_looked_for(papers: Service, said: str) -> None:
    assert (await papers.as_("officer").get("/v1/papers", params={"status": said})).status_code == 200


async def test_a_long_name_is_cut_after_its_number_is_masked(papers: Service) -> None:
    answer = await papers.as_("officer").get("/v1/papers", params={"x" * 48 + "522601199003070017": "1"})
    assert answer.json()["parameter"] == "x" * 48 + "5226********"
    paper = await papers.as_("officer").post("/v1/papers", json={"words": "早", "x" * 48 + "522601199003070017": 1}, headers=KEY)
    assert "5226**********0017" in paper.json()["errors"][0]["pointer"] and "5226011" not in paper.text


def test_free_text_is_kept_without_a_persons_number() -> None:
    told = wire.Reasoned(reason="与 522601199003070017(电话 138 1234 1234)同户,证书 S000052000023251000123")
    assert told.reason == "与 5226**********0017(电话 138****1234)同户,证书 S000052000023251000123"
    assert wire.Commented.model_validate({"comment": "卡 6222020000000017"}).comment == "卡 " + "*" * 16
