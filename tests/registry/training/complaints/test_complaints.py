"""Complaints: anyone's, answered in time, seen by who complained, and what an officer holds for them."""

from typing import Any

import httpx
import pytest

from shared import db
from tests.conftest import AWAY, Start
from tests.registry import made

TEXT = "签到表是补的,李某 522601199003070025 没有到场"


async def test_anyone_complains_and_sees_what_becomes_of_it_with_number_and_code(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "in_progress")
        public, officer = registry.as_("public", at=made.FIRST), registry.as_("officer", at=made.FIRST)
        number = (await officer.get(f"/v1/classes/{class_id}")).json()["number"]
        body = {"subject": {"kind": "class", "number": number}, "text": TEXT, "name": "杨某某", "contact": "13800001234"}
        receipt = await made.posted(public, "/v1/complaints", body, 201)
        assert (receipt["number"][:11], receipt["status"], receipt["due_on"]) == ("KL-TS-2025-", "received", "2025-04-22")
        asked = {"number": receipt["number"], "code": receipt["code"]}
        for wrong in ({"code": receipt["code"] + "x"}, {"number": "KL-TS-2025-999999"}):
            assert (await public.post("/v1/complaints:state", json=asked | wrong)).status_code == 404
        [item] = [each for each in (await officer.get("/v1/worklist")).json()["items"] if each["subject_id"] == receipt["id"]]
        assert (item["kind"], item["action"], item["due_on"]) == ("complaint_received", "accept", "2025-04-22")
        path = f"/v1/complaints/{receipt['id']}"
        shown = (await officer.get(path)).text
        assert "522601199003070025" not in shown and "13800001234" not in shown and "138****1234" in shown and "杨某某" not in shown
        assert (await officer.post(f"{path}:uphold", json={"reason": "属实"})).json()["code"] == "invalid_state"
        await made.posted(officer, f"{path}:accept", {}, 200)
        answered = await made.posted(officer, f"{path}:answer", {"answer": "已核对,签到属实"}, 200)
        assert (answered["status"], answered["class_id"]) == ("answered", class_id)
        told = await made.posted(public, "/v1/complaints:state", asked, 200)
        assert (told["status"], told["answer"]) == ("answered", "已核对,签到属实")
        whole = await made.posted(officer, f"{path}:reveal", {"reason": "回访"}, 200)
        assert (whole["name"], whole["contact"]) == ("杨某某", "13800001234")
        assert (await registry.as_("institution", institution_id=str(db.new_id())).get(path)).json()["code"] == "wrong_role"
        assert (await public.get(path)).status_code == 401


async def test_what_is_complained_of_is_named(start: Start) -> None:
    async with start("registry") as registry:
        public = registry.as_("public", at=made.FIRST)
        faulty: list[tuple[dict[str, Any], str]] = [
            ({"kind": "class", "number": "KL-PX-2025-999999"}, "/subject/number"),
            ({"kind": "class", "id": str(db.new_id())}, "/subject/id"),
            ({"kind": "notice"}, "/subject"),
            ({"kind": "certificate", "id": str(db.new_id()), "number": "Y00005200000125300001"}, "/subject"),
            ({"kind": "class", "number": "KL-PX-2025-000001", "issuer": "某机构"}, "/subject/issuer"),
        ]
        for subject, pointer in faulty:
            refused = await public.post("/v1/complaints", json={"subject": subject, "text": "不实"})
            assert (refused.status_code, [each["pointer"] for each in refused.json()["errors"]]) == (422, [pointer])


@pytest.mark.parametrize(("kind", "kept_by"), [("notice", "subsidy"), ("certificate", "evaluation")])
async def test_a_certificate_or_a_notice_is_asked_of_who_keeps_it_and_held_by_its_class(start: Start, kind: str, kept_by: str) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "in_progress")
        public, officer = registry.as_("public", at=made.FIRST), registry.as_("officer", at=made.FIRST)
        told: dict[str, Any] = {}
        registry.kernel.neighbours[kept_by].transport = httpx.MockTransport(lambda _: httpx.Response(200, json=told))
        body = {"subject": {"kind": kind, "number": "KL-GS-2025-000001"}, "text": "不实"}
        told |= {"found": False, "class_id": None}
        unknown = {"kind": kind, "id": str(db.new_id())} if kind == "certificate" else body["subject"]
        refused = await public.post("/v1/complaints", json={"subject": unknown, "text": "不实"})
        faults = [(each["code"], each["pointer"]) for each in refused.json()["errors"]]
        assert (refused.status_code, faults) == (422, [("unknown_subject", f"/subject/{'id' if 'id' in unknown else 'number'}")])
        for found, status in ((class_id, 200), (None, 409)):
            told |= {"found": True, "class_id": found}
            path = f"/v1/complaints/{(await made.posted(public, '/v1/complaints', body, 201))['id']}"
            paper = (await officer.get(path)).json()
            assert (paper["subject_kind"], paper["class_id"]) == (kind, found)
            assert (await officer.post(f"{path}:hold", json={"reason": "核查"})).status_code == status
        registry.kernel.neighbours[kept_by].transport = AWAY
        assert (await public.post("/v1/complaints", json=body)).status_code == 503


async def test_a_complaint_is_read_as_it_stood(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "in_progress")
        body = {"subject": {"kind": "class", "id": class_id}, "text": "代签"}
        path = f"/v1/complaints/{(await made.posted(registry.as_('public', at=made.FIRST), '/v1/complaints', body, 201))['id']}"
        officer = registry.as_("officer", at=made.LAST)
        await made.posted(officer, f"{path}:answer", {"answer": "已核对"}, 200)
        stood = [(await officer.get(path, params={"as_of": day})).json() for day in ("2025-04-07", "2025-04-09", "2025-04-10")]
        assert stood[0]["code"] == "not_found"
        assert [(each["status"], each["answer"], each["answered_at"] is None) for each in stood[1:]] == [
            ("received", None, True),
            ("answered", "已核对", False),
        ]


async def test_a_hold_is_told_to_who_judges_the_class_until_the_complaint_is_unfounded_or_let_go(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "in_progress")
        public, officer = registry.as_("public", at=made.FIRST), registry.as_("officer", at=made.FIRST)
        body = {"subject": {"kind": "class", "id": class_id}, "text": "代签"}

        async def stops() -> list[tuple[str, str]]:
            told = await made.posted(registry.internal(), "/internal/v1/claim-facts", {"class_id": class_id, "trainee_ids": None}, 200)
            return [(each["why"], each["from_on"]) for each in told["class"]["stops"]]

        for ending, left in (("dismiss", 0), ("uphold", 1)):
            path = f"/v1/complaints/{(await made.posted(public, '/v1/complaints', body, 201))['id']}"
            await made.posted(officer, f"{path}:accept", {}, 200)
            assert await stops() == []
            await made.posted(officer, f"{path}:hold", {"reason": "核查签到"}, 200)
            assert await stops() == [("complaint_open", "2025-04-08")]
            again = await officer.post(f"{path}:hold", json={"reason": "再核查"})
            assert (again.status_code, again.json()["code"]) == (409, "invalid_state")
            await made.posted(officer, f"{path}:{ending}", {"reason": "已核对"}, 200)
            assert len(await stops()) == left
        await made.posted(officer, f"{path}:release", {}, 200)
        assert await stops() == []
        feed = (await registry.as_("auditor").get("/v1/changes")).json()["items"]
        held = [each["type"] for each in feed if each["type"].startswith("complaint.") and each["data"].get("class_id") == class_id]
        assert held[-4:] == ["complaint.accepted", "complaint.held", "complaint.upheld", "complaint.released"]
