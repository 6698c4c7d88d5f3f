"""Certificates over their routes: registered with proof, verified by anyone on any day, revoked, told to the other services."""

import asyncio
from typing import Any

import pytest

from tests import people
from tests.conftest import Start
from tests.evaluation import made
from tests.evaluation.made import done, fault_codes, refused, world
from tests.registry import made as registered

REISSUED = {200: (403, "wrong_role"), 404: (404, "not_found")}  # printed anew by who issued it


async def test_an_officer_registers_an_outside_certificate_once(start: Start) -> None:
    async with world(start) as w:
        trainee = await w.worker(1)
        answer = await w.officer().post("/v1/certificates", json=made.certificate(trainee, number=" s000052000009245000123"))
        assert answer.status_code == 201, answer.text
        paper = answer.json()
        assert answer.headers["location"] == f"/v1/certificates/{paper['id']}"
        assert (paper["number"], paper["status"], paper["filing_id"]) == ("S000052000009245000123", "valid", None)
        problem = await refused(w.officer().post("/v1/certificates", json=made.certificate(trainee)), 409, "duplicate_certificate")
        assert problem["existing_id"] == paper["id"]
        other = made.certificate(trainee, kind="completion", level=None)
        assert (await w.officer().post("/v1/certificates", json=other)).status_code == 201
        events = (await w.evaluation.as_("auditor").get("/v1/changes")).json()["items"]
        assert [each["type"] for each in events] == ["certificate.registered"] * 2


async def test_what_may_be_the_same_certificate_under_another_number_is_told_of(start: Start) -> None:
    async with world(start) as w:
        body = made.certificate(await w.worker(1))
        first = await done(w.officer().post("/v1/certificates", json=body))
        again = await done(w.officer().post("/v1/certificates", json=body | {"number": "S000052000009245000124"}))
        [alike] = again["warnings"]
        assert first["warnings"] == [] and (alike["certificate_id"], alike["certificate_number"]) == (first["id"], first["number"])
        for serial, changed in enumerate(({"issued_on": "2024-11-06"}, {"level": "intermediate"}, {"trainee_id": await w.worker(2)}), 125):
            unlike = body | {"number": f"S00005200000924{4 if 'level' in changed else 5}000{serial}"} | changed
            assert (await done(w.officer().post("/v1/certificates", json=unlike)))["warnings"] == [], changed


async def test_registering_the_same_at_once_keeps_one(start: Start) -> None:
    async with world(start) as w:
        body = made.certificate(await w.worker(1))
        answers = await asyncio.gather(*(w.officer().post("/v1/certificates", json=body) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"duplicate_certificate"}


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        pytest.param(
            {"number": "S000052000009254000123"},
            [("certificate_number_level", "/number"), ("certificate_number_year", "/number")],
            id="year-and-level",
        ),
        pytest.param({"number": "123"}, [("certificate_number_shape", "/number")], id="shape"),
        pytest.param({"level": None}, [("level_required", "/level")], id="no-level"),
        pytest.param({"kind": "special_skill", "number": "ZX-1"}, [("no_level", "/level")], id="a-level-too-many"),
        pytest.param({"occupation_code": None}, [("missing_field", "/occupation_code")], id="no-occupation"),
        pytest.param({"occupation_code": "9-99-99-99"}, [("unknown_occupation", "/occupation_code")], id="unknown-occupation"),
        pytest.param(
            {"occupation_code": "4-10-01-06", "level": "senior_technician", "number": "S000052000009241000123"},
            [("level_not_in_occupation", "/level")],
            id="a-level-the-occupation-lacks",
        ),
        pytest.param({"printed_name": "龙阿妹"}, [("printed_name_differs", "/printed_name")], id="somebody-elses-name-on-it"),
        pytest.param({"trainee_id": made.some_id()}, [("unknown_holder", "/trainee_id")], id="unknown-holder"),
        pytest.param({"issued_on": "2025-06-21", "number": "S000052000009255000123"}, [("issued_later", "/issued_on")], id="tomorrow"),
        pytest.param({"issued_on": "1950-06-21", "number": "S000052000009505000123"}, [("invalid_value", "/issued_on")], id="before-birth"),
        pytest.param({"proof": ""}, [("invalid_value", "/proof")], id="no-proof"),
    ],
)
async def test_what_does_not_fit_a_certificate_is_named(start: Start, changed: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    async with world(start) as w:
        body = made.certificate(await w.worker(1)) | changed
        assert fault_codes(await refused(w.officer().post("/v1/certificates", json=body), 422, "invalid")) == faults


async def test_an_operating_permit_hides_the_id_number_it_is_made_of(start: Start) -> None:
    async with world(start) as w:
        trainee, number = await w.worker(1), f"T{people.id_number(1)}"
        body = made.certificate(trainee, kind="work_permit", number=number, level=None)
        paper = await done(w.officer().post("/v1/certificates", json=body))
        assert paper["number"].startswith("T5226***") and people.id_number(1) not in str(paper)
        await refused(w.officer().post("/v1/certificates", json=body), 409, "duplicate_certificate")
        await refused(w.officer().get("/v1/certificates", params={"number": number}), 400, "invalid_parameter")
        public = w.evaluation.as_("public", at=made.at(made.HELD))
        assert (await done(public.post("/v1/certificates:verify", json={"number": number, "name": people.name(1)})))["valid"] is True
        facts = await done(w.evaluation.internal().post("/internal/v1/certificate-facts", json={"trainee_ids": [trainee]}))
        assert facts["certificates"][0]["number_fits"] is True


@pytest.mark.parametrize(
    ("on", "valid", "reason"),
    [
        pytest.param("2025-06-19", False, "not_yet_issued", id="the-day-before-issue"),
        pytest.param("2025-06-20", True, None, id="the-day-of-issue"),
        pytest.param("2025-07-31", True, None, id="the-day-before-revocation"),
        pytest.param("2025-08-01", False, "revoked", id="the-day-of-revocation"),
    ],
)
async def test_anyone_verifies_a_certificate_on_any_day(start: Start, on: str, valid: bool, reason: str | None) -> None:
    async with world(start) as w:
        certificate = await w.issued()
        await done(w.reviewer("2025-08-01").post(f"/v1/certificates/{certificate['id']}:revoke", json={"reason": "弄虚作假"}))
        asked = {"number": certificate["number"].lower(), "name": people.name(1)}
        said = await done(w.evaluation.as_("public", at=made.at("2025-12-01")).post("/v1/certificates:verify", json=asked | {"on": on}))
        assert (said["valid"], said["reason"]) == (valid, reason)
        assert said["name"] == people.name(1)[0] + "**" and said["level"] == "junior" and said["issuer"] == certificate["issuer"]
        today = await done(w.evaluation.as_("public", at=made.at(on)).post("/v1/certificates:verify", json=asked))
        assert today == said
        for asked_for, there in ("status=revoked", reason == "revoked"), ("status=revoked&status=valid", True):
            listed = await done(w.officer(on).get(f"/v1/certificates?include_total=true&{asked_for}"))
            assert (listed["total"], [each["id"] for each in listed["items"]]) == (there, [certificate["id"]] * there)


async def test_a_wrong_name_is_answered_as_an_unknown_number_is(start: Start) -> None:
    async with world(start) as w:
        certificate = await w.issued()
        public = w.evaluation.as_("public")
        wrong = await done(
            public.post("/v1/certificates:verify", json={"number": certificate["number"], "name": "龙阿妹", "on": "2025-07-01"})
        )
        unknown = await done(
            public.post("/v1/certificates:verify", json={"number": f"{made.PREFIX}255999999", "name": "龙阿妹", "on": "2025-07-01"})
        )
        assert wrong == unknown and wrong["valid"] is False and wrong["issuer"] is None


async def test_a_certificate_is_revoked_once_and_says_so(start: Start) -> None:
    async with world(start) as w:
        certificate = await w.issued()
        path = f"/v1/certificates/{certificate['id']}:revoke"
        await refused(w.officer().post(path, json={"reason": "弄虚作假"}), 403, "wrong_role")
        assert fault_codes(await refused(w.reviewer().post(path), 422, "invalid")) == [("missing_field", "/reason")]
        shown = await done(w.reviewer().post(path, params={"preview": "true"}, json={}))
        assert (shown["complete"], shown["claims"], shown["placements"]) == (False, [], [])
        actions = (await done(w.reviewer().get(f"/v1/certificates/{certificate['id']}")))["allowed_actions"]
        assert [(each["action"], each["allowed"]) for each in actions] == [("reissue", False), ("revoke", True)]
        await refused(w.reviewer().post(path, json={"reason": "弄虚作假"}, headers={"If-Match": '"7"'}), 412, "stale_version")
        revoked = await done(w.reviewer("2025-08-01").post(path, json={"reason": "弄虚作假"}))
        assert (revoked["status"], revoked["revoked_on"]) == ("revoked", "2025-08-01")
        await refused(w.reviewer("2025-08-02").post(path, json={"reason": "弄虚作假"}), 409, "invalid_state")
        await refused(w.reviewer("2025-08-02").post(path, params={"preview": "true"}), 409, "invalid_state")
        events = [
            each for each in (await w.evaluation.as_("auditor").get("/v1/changes")).json()["items"] if each["type"] == "certificate.revoked"
        ]
        assert [(each["subject"], each["data"]["trainee_id"]) for each in events] == [(certificate["id"], certificate["trainee_id"])]
        for status, day, found in (("revoked", "2025-08-01", 1), ("valid", "2025-08-01", 0), ("valid", "2025-07-31", 1)):
            assert len((await done(w.officer(day).get("/v1/certificates", params={"status": status})))["items"]) == found


async def test_who_sees_a_certificate(start: Start) -> None:
    async with world(start) as w:
        certificate = await w.issued()
        outside = await done(w.officer().post("/v1/certificates", json=made.certificate(await w.worker(2, employer_id=None))))
        other = await w.institution()
        seen = {
            w.enterprise(): [certificate["id"]],
            w.enterprise(institution_id=other): [],
            w.evaluation.as_("partner"): [],
            w.evaluation.as_("person", trainee_id=certificate["trainee_id"]): [certificate["id"]],
            w.evaluation.as_("person", trainee_id=outside["trainee_id"]): [outside["id"]],
            w.evaluation.as_("person", trainee_id=made.some_id()): [],
            w.evaluation.as_("auditor"): [outside["id"], certificate["id"]],
            w.evaluation.as_("system", scopes={"certificates.read"}): [outside["id"], certificate["id"]],
        }
        for client, ids in seen.items():
            assert [each["id"] for each in (await done(client.get("/v1/certificates")))["items"]] == ids
            for one in (certificate["id"], outside["id"]):
                assert (await client.get(f"/v1/certificates/{one}")).status_code == (200 if one in ids else 404)
        await refused(w.evaluation.as_("town").get("/v1/certificates"), 403, "wrong_role")
        for filters, found in (
            ({"number": certificate["number"]}, 1),
            ({"number": "Y1"}, 0),
            ({"trainee_id": outside["trainee_id"]}, 1),
            ({"kind": "completion"}, 0),
        ):
            assert len(await w.certificates(**filters)) == found


async def test_the_holders_school_and_employer_see_a_certificate_too(start: Start) -> None:
    """Another issuer's: the school of the class it came from, and the holder's employer of the day it was registered."""
    async with world(start) as w:
        school_id = await registered.school(w.registry)
        body = made.certificate(await w.worker(1), class_id=await registered.proposed(w.registry, school_id))
        paper = await done(w.officer().post("/v1/certificates", json=body))
        assert (paper["school_id"], paper["employer_id"]) == (school_id, w.enterprise_id)
        for institution_id, status in ((school_id, 200), (w.enterprise_id, 200), (await w.institution(), 404)):
            seen = w.enterprise(institution_id=institution_id)
            assert (await seen.get(f"/v1/certificates/{paper['id']}")).status_code == status
            assert len((await done(seen.get("/v1/certificates")))["items"]) == (status == 200)
            await refused(seen.post(f"/v1/certificates/{paper['id']}:reissue", json={"reason": "遗失"}), *REISSUED[status])


async def test_a_number_registered_before_is_passed_over_when_minting(start: Start) -> None:
    async with world(start) as w:
        paper = await w.batch((await w.filing())["id"], [await w.worker(n) for n in range(3)], "locked")
        body = made.certificate(await w.worker(9), number=f"{made.PREFIX}255000002", issued_on="2025-01-01")
        await done(w.officer().post("/v1/certificates", json=body))
        await done(w.enterprise().post(f"/v1/assessments/{paper['id']}:issue"))
        assert sorted(each["number"][-1] for each in await w.certificates(assessment_id=paper["id"])) == ["1", "3", "4"]


async def test_a_number_of_a_body_filed_here_is_one_that_was_minted_here(start: Start) -> None:
    """Its filing is accepted on 2 January 2025; what it issued before was numbered elsewhere."""
    async with world(start) as w:
        issued, worker = await w.issued(), await w.worker(2)
        forged = made.certificate(worker, number=f"{made.PREFIX}255000009", issued_on="2025-01-02")
        await refused(w.officer().post("/v1/certificates", json=forged), 409, "number_not_minted")
        minted = made.certificate(worker, number=issued["number"], issued_on="2025-06-20")
        await refused(w.officer().post("/v1/certificates", json=minted), 409, "duplicate_certificate")
        for changed in ({"issued_on": "2025-01-01"}, {"number": "Y000052000124255000009"}):
            assert (await w.officer().post("/v1/certificates", json=forged | changed)).status_code == 201, changed


async def test_the_printed_name_and_todays_both_verify(start: Start) -> None:
    """A name that was neither printed nor is today's does not, though the registry knows it."""
    async with world(start) as w:
        issued = await w.issued()
        assert issued["printed_name"] == people.name(1)
        holder = f"/v1/trainees/{issued['trainee_id']}"
        for name in ("潘误写", "潘绣英"):
            clerk = w.registry.as_("officer")
            version = (await done(clerk.get(holder)))["version"]
            await done(clerk.patch(holder, json={"name": name}, headers={"If-Match": f'"{version}"'}))
        public = w.evaluation.as_("public", at=made.at("2025-07-01"))
        asked = [{"number": issued["number"], "name": name} for name in (people.name(1), "潘绣英", "潘误写", "龙阿妹")]
        assert [(await done(public.post("/v1/certificates:verify", json=each)))["valid"] for each in asked] == [True, True, False, False]


@pytest.mark.parametrize(("as_of", "count"), [("2024-11-04", 0), ("2024-11-05", 1), ("2025-07-31", 1), ("2025-08-01", 0)])
async def test_who_of_a_class_is_certified_as_of_a_day(start: Start, as_of: str, count: int) -> None:
    async with world(start) as w:
        class_id = made.some_id()
        paper = await done(w.officer().post("/v1/certificates", json=made.certificate(await w.worker(1), class_id=class_id)))
        await done(w.reviewer("2025-08-01").post(f"/v1/certificates/{paper['id']}:revoke", json={"reason": "弄虚作假"}))
        found = await done(w.evaluation.internal("registry").post("/internal/v1/certified", json={"as_of": as_of, "class_ids": [class_id]}))
        assert [each["trainee_id"] for each in found["items"]] == [paper["trainee_id"]] * count


async def test_verifying_needs_the_registry(start: Start) -> None:
    async with start("evaluation") as evaluation:
        answer = await evaluation.as_("public").post("/v1/certificates:verify", json={"number": "Y1", "name": "龙阿妹"})
        assert answer.status_code in (502, 503, 504) and answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("issued_on", "occupation_code", "faults"),
    [
        pytest.param("2024-11-01", made.ELECTRICIAN, [], id="on-its-first-day"),
        pytest.param("2024-11-30", None, [], id="on-its-last-day"),
        pytest.param("2024-10-31", made.ELECTRICIAN, ["unknown_skill_standard"], id="the-day-before"),
        pytest.param("2024-12-01", made.ELECTRICIAN, ["unknown_skill_standard"], id="the-day-after"),
        pytest.param("2024-11-05", "6-18-02-04", ["unknown_skill_standard"], id="of-another-trade"),
    ],
)
async def test_a_special_skill_names_the_standard_it_was_examined_by(
    start: Start, issued_on: str, occupation_code: str | None, faults: list[str]
) -> None:
    async with world(start) as w:
        clerk = w.registry.as_("officer", at="2024-10-20T09:00:00+08:00")
        standard = {"name": "苗银锻制考核规范", "document": "州人社发〔2024〕1号", "occupation_code": made.ELECTRICIAN}
        path = f"/v1/skill-standards/{(await done(clerk.post('/v1/skill-standards', json=standard)))['id']}"
        filings = [{"authority": each, "number": "备1", "filed_on": "2024-10-20"} for each in ("prefecture", "province")]
        await done(clerk.post(f"{path}:file", json={"filings": filings}))
        await done(clerk.post(f"{path}:put-in-force", json={"from_on": "2024-11-01", "until_on": "2024-11-30"}))
        standard_id, trainee = path.rpartition("/")[2], await w.worker(1)
        body = made.certificate(trainee, kind="special_skill", number="ZX2024000001", level=None, issued_on=issued_on)
        body |= {"occupation_code": occupation_code, "skill_standard_id": standard_id}
        answer = await w.officer().post("/v1/certificates", json=body)
        assert [each["code"] for each in answer.json().get("errors", [])] == faults, answer.text
        other = await w.officer().post("/v1/certificates", json=made.certificate(trainee, skill_standard_id=standard_id))
        assert [(each["code"], each["pointer"]) for each in other.json()["errors"]] == [("invalid_value", "/skill_standard_id")]
        found = await w.certificates(skill_standard_id=standard_id)
        assert [each["skill_standard_name"] for each in found] == ([] if faults else ["苗银锻制考核规范"])
        unknown = body | {"number": "ZX2024000002", "skill_standard_id": trainee}
        told = (await w.officer().post("/v1/certificates", json=unknown)).json()
        assert [(each["code"], each["pointer"]) for each in told["errors"]] == [("unknown_skill_standard", "/skill_standard_id")]
