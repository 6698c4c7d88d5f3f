"""Names beside ids, told by the services that own them and read by those that show them; and no answer with an id, a code or an account that has none."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from shared.names import PATH
from tests.conftest import Service, Start
from tests.contracts import merged
from tests.contracts.test_subsidy_reads_registry import IN_MAY, Course, a_course
from tests.eastwest.neighbours import order


class Counted(httpx.AsyncBaseTransport):
    """A neighbour that notes what it was asked, and is away when told so."""

    def __init__(self, of: Service) -> None:
        self.of, self.asked, self.away = of, list[str](), False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        return httpx.Response(503) if self.away else await self.of.transport.handle_async_request(request)


async def _claims(course: Course) -> tuple[httpx.AsyncClient, list[dict[str, Any]]]:
    subsidy = course.subsidy
    fund = {"source": "employment_subsidy", "year": 2025, "total": "1000.00"}
    fund_id = (await subsidy.as_("finance", at=IN_MAY).post("/v1/funds", json=fund, headers={"Idempotency-Key": "f"})).json()["id"]
    school = subsidy.as_("institution", at=IN_MAY, institution_id=course.school_id)
    body = {
        "kind": "training",
        "scheme": "agricultural_short",
        "applicant": {"institution_id": course.school_id},
        "class_id": course.class_id,
        "fund_id": fund_id,
    }
    made = [await school.post("/v1/claims", json=body, headers={"Idempotency-Key": str(n)}) for n in range(4)]
    assert {answer.status_code for answer in made} == {201}, made[0].text
    return school, [answer.json() for answer in made]


def _watched(course: Course) -> Counted:
    seen = Counted(course.registry)
    course.subsidy.kernel.neighbours["registry"].transport = seen
    return seen


async def test_a_claim_and_a_page_of_claims_are_named_in_one_call(start: Start) -> None:
    async with a_course(start) as course:
        school, claims = await _claims(course)
        for made in claims:
            assert [line["trainee_name"] is not None for line in made["lines"]] == [True] * 3
        seen = _watched(course)
        claim = (await school.get(f"/v1/claims/{claims[0]['id']}")).json()
        assert seen.asked == [PATH]
        assert {(line["trainee_name"], line["id_number_masked"][:4]) for line in claim["lines"]} == {("杨秀英", "5226")}
        assert (claim["class_name"], claim["class_number"][:5], claim["fund_name"]) == ("稻田养鱼班", "KL-PX", "2025 年就业补助资金")
        assert claim["applicant"]["institution_name"] and claim["applicant"]["trainee_name"] is None
        page = (await school.get("/v1/claims")).json()["items"]
        assert len(seen.asked) == 2 and [each["class_name"] for each in page] == ["稻田养鱼班"] * 4


async def test_a_registry_that_is_away_leaves_nulls_and_what_is_known_here(start: Start) -> None:
    async with a_course(start) as course:
        school, claims = await _claims(course)
        _watched(course).away = True
        answer = await school.get(f"/v1/claims/{claims[0]['id']}")
        claim = answer.json()
        assert answer.status_code == 200 and [line["trainee_name"] for line in claim["lines"]] == [None] * 3
        assert (claim["class_name"], claim["fund_name"]) == (None, "2025 年就业补助资金")


async def test_a_repeat_has_the_first_answer_with_its_names(start: Start) -> None:
    async with a_course(start) as course:
        school, claims = await _claims(course)
        body = {
            "kind": "training",
            "scheme": "agricultural_short",
            "applicant": {"institution_id": course.school_id},
            "class_id": course.class_id,
            "fund_id": claims[0]["fund_id"],
        }
        again = await school.post("/v1/claims", json=body, headers={"Idempotency-Key": "0"})
        assert again.headers["idempotent-replayed"] == "true" and again.json() == claims[0]


@pytest.mark.parametrize("role", ["finance", "officer"])
async def test_who_sees_the_claim_sees_its_people(start: Start, role: str) -> None:
    async with a_course(start) as course:
        _, claims = await _claims(course)
        claim = (await course.subsidy.as_(role).get(f"/v1/claims/{claims[0]['id']}")).json()
        assert [line["trainee_name"] for line in claim["lines"]] == ["杨秀英"] * 3


async def test_orders_are_named_by_eastwest(start: Start) -> None:
    async with start("eastwest") as eastwest:
        made = await eastwest.as_("partner").post("/v1/orders", json=order(), headers={"Idempotency-Key": "o"})
        assert made.status_code == 201, made.text
        told = (await eastwest.internal().post(PATH, json={"order_ids": [made.json()["id"]], "fund_ids": []})).json()
        known = {"number": made.json()["number"], "until_on": made.json()["until_on"], "closed": False}
        assert told == {"orders": {made.json()["id"]: known}, "placements": {}}


# What stands for itself, by the last word of its name or by the model it stands in.
NAMELESS = {
    "request_id": "a trace, no thing",
    "event_id": "a trace, no thing",
    "key_id": "a key",
    "existing_id": "a refusal's, of what the caller named",
    "client_id": "the name that a program signs in with",
    "person_id": "who acts: `actor_name`, or the account's own name, stands beside",
    "file_id": "read at /v1/files; what it is for its member says",
    "enrolment_id": "one person's place in one class, both named beside",
    "payment_id": "one payee's part of a claim, whose number stands beside",
    "recovery_id": "told by its claim, whose number stands beside",
}
NAMED_OTHERWISE = {
    ("Waiting", "subject_id"): "`title` and `number`",
    ("ReplayOut", "claim_id"): "`number`",
    ("StaffMember", "trainee_id"): "`name`",
    ("ExaminerOut", "trainee_id"): "`name`",
    ("ExaminerPaper", "trainee_id"): "`name`",
    ("InstitutionOut", "industry_code"): "a national classification that is not ours to name",
    ("InstitutionPaper", "industry_code"): "a national classification that is not ours to name",
    ("ChainOut", "placement_id"): "the paper of the path",
    ("RetentionOut", "placement_id"): "the paper of the path",
    ("UpdateOut", "placement_id"): "the paper of the path",
    ("Receipt", "placement_id"): "signed as it stands",
    ("ClaimReceipt", "claim_id"): "`number`; signed as it stands, without names",
    ("ReceiptLine", "trainee_id"): "signed as it stands, without names: it goes to strangers",
}


def _answered(document: dict[str, Any]) -> Iterator[str]:
    """The names of all models that a successful answer is made of."""
    seen: set[str] = set()
    left = [
        each
        for methods in document["paths"].values()
        for described in methods.values()
        for status, response in described["responses"].items()
        if status.startswith("2")
        for each in re.findall(r"#/components/schemas/(\w+)", str(response))
    ]
    while left:
        if (name := left.pop()) not in seen:
            seen.add(name)
            yield name
            left += re.findall(r"#/components/schemas/(\w+)", str(document["components"]["schemas"][name]))


def _unnamed(model: str, members: set[str]) -> Iterator[str]:
    for member in members:
        what, _, kind = member.rpartition("_")
        told = {f"{what}_{word}" for word in ("name", "number", "title")} | {f"{what}_order_number"}
        if kind in ("id", "code") and what:
            known = any(member == each or member.endswith(f"_{each}") for each in NAMELESS) or (model, member) in NAMED_OTHERWISE
            if not known and not told & members:
                yield member
        if (member == "actor" or (what and kind == "by")) and f"{member}_name" not in members:
            yield member


def test_no_answer_has_an_id_a_code_or_an_account_without_its_name() -> None:
    document = merged.document()
    schemas = document["components"]["schemas"]
    answered = {name: set(schemas[name].get("properties", ())) for name in _answered(document)}
    assert len(answered) > 100
    assert {name: sorted(found) for name, members in answered.items() if (found := set(_unnamed(name, members)))} == {}
    assert not [where for where in NAMED_OTHERWISE if where[1] not in answered.get(where[0], ())]
    for model, members in answered.items():
        assert "trainee_name" not in members or "id_number_masked" in members, model
