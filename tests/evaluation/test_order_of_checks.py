"""What comes first where several things are wrong: the paper's version, then its state, then the body's shape and its rules together."""

from typing import Any

import pytest

from tests.conftest import Start
from tests.evaluation import made
from tests.evaluation.made import done, fault_codes, refused, world


async def test_version_before_state_before_what_the_body_says(start: Start) -> None:
    async with world(start) as w:
        draft = await w.filing("draft")
        path, junk = f"/v1/filings/{draft['id']}:return", {"reason": ""}
        await refused(w.officer().post(path, json=junk, headers={"If-Match": '"9"'}), 412, "stale_version")
        await refused(w.officer().post(path, json=junk, headers={"If-Match": f'"{draft["version"]}"'}), 409, "invalid_state")
        submitted = await w.act(draft, "submit", day="2025-01-02")
        headers = {"If-Match": f'"{submitted["version"]}"'}
        problem = await refused(w.officer().post(path, json=junk, headers=headers), 422, "invalid")
        assert fault_codes(problem) == [("invalid_value", "/reason")]


async def test_a_revoked_certificate_is_not_revoked_again_whatever_the_body_says(start: Start) -> None:
    async with world(start) as w:
        certificate = await done(w.officer().post("/v1/certificates", json=made.certificate(await w.worker(1))))
        path = f"/v1/certificates/{certificate['id']}:revoke"
        assert fault_codes(await refused(w.reviewer().post(path), 422, "invalid")) == [("missing_field", "/reason")]
        await done(w.reviewer().post(path, json={"reason": "冒用他人编号"}))
        for body in (None, {}, {"reason": ""}):
            await refused(w.reviewer().post(path, json=body), 409, "invalid_state")


@pytest.mark.parametrize(
    ("path", "body", "faults"),
    [
        pytest.param(
            "filings",
            made.filing(scope=[{"occupation_code": made.ELECTRICIAN, "levels": ["junior", "junior"]}], materials=[{"name": ""}]),
            [("invalid_value", "/materials/0/name"), ("repeated_entry", "/scope/0/levels/1")],
            id="a-filing",
        ),
        pytest.param(
            "assessments",
            made.assessment(made.some_id(), [made.some_id()], level="apprentice", method="oral"),
            [("invalid_value", "/method"), ("level_without_number", "/level")],
            id="an-assessment",
        ),
        pytest.param(
            "certificates",
            made.certificate(made.some_id(), level=None, proof=""),
            [("invalid_value", "/proof"), ("level_required", "/level")],
            id="a-certificate",
        ),
    ],
)
async def test_faults_of_shape_and_of_rule_come_together(start: Start, path: str, body: Any, faults: list[tuple[str, str]]) -> None:
    async with start("evaluation") as evaluation:
        role = "officer" if path == "certificates" else "institution"
        client = evaluation.as_(role, institution_id=made.some_id(), at=made.at(made.HELD))
        assert fault_codes(await refused(client.post(f"/v1/{path}", json=body), 422, "invalid")) == faults
