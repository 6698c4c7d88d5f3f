"""Files of certificates for the national network: the certificates issued here, with their holders as the registry knows them."""

import hashlib

from tests import people
from tests.conftest import Start
from tests.evaluation.made import HELD, done, world
from tests.registry.exports.test_exports import rows


async def test_certificates_go_out_with_their_holders_and_the_answer_is_kept(start: Start) -> None:
    async with world(start) as w:
        workers = [await w.worker(n) for n in (1, 2)]
        paper = await w.batch((await w.filing())["id"], workers, "issued")
        certificates = {each["trainee_id"]: each for each in await w.certificates(assessment_id=paper["id"], sort="registered_at")}
        officer, path = w.evaluation.as_("officer", at="2025-07-01T09:00:00+08:00"), "/v1/certificates/exports"
        reviewer = w.evaluation.as_("reviewer", at="2025-07-01T09:00:00+08:00")
        taken = certificates[workers[1]]
        await done(reviewer.post(f"/v1/certificates/{taken['id']}:revoke", json={"reason": "冒名"}))

        file = f"{path}/national_certificates.xlsx"
        answer = await officer.get(f"{file}?from_on={HELD}&to_on={HELD}")
        header, *found = rows(answer.content)
        told = {each["证书编号"]: each for line in found for each in [dict(zip(header, line, strict=True))]}
        assert told.keys() == {each["number"] for each in certificates.values()}
        first = told[certificates[workers[0]]["number"]]
        assert (first["证件号码"], first["职业(工种)名称"], first["技能等级"], first["证书状态"]) == (
            people.id_number(1),
            "电工",
            "五级",
            "有效",
        )
        assert (told[taken["number"]]["证书状态"], told[taken["number"]]["撤销日期"]) == ("撤销", "2025-07-01")
        assert len(rows((await officer.get(f"{file}?from_on=2025-06-21&to_on=2025-06-30")).content)) == 1

        assert (await w.evaluation.as_("auditor").get(f"{file}?from_on={HELD}&to_on={HELD}")).status_code == 403
        unknown = await officer.get(f"{path}/province_classes.xlsx")
        assert unknown.status_code == 404 and "national_certificates(" in unknown.json()["detail"]
        empty, whole = (await done(officer.get(path)))["items"]
        assert (empty["rows"], whole["rows"], whole["full_numbers"]) == (0, 2, True)
        assert whole["sha256"] == hashlib.sha256(answer.content).hexdigest()
        trail = (await done(w.evaluation.as_("auditor").get("/v1/audit", params={"subject": whole["id"]})))["items"]
        assert [each["action"] for each in trail] == ["certificate_export.made"] and people.id_number(1) not in str(trail)
        await done(officer.post(f"{path}/{whole['id']}:sent", json={}))
        wrong = await officer.post(f"{path}/{whole['id']}:answer", json={"text": "退回", "file_id": whole["id"]})
        assert [each["code"] for each in wrong.json()["errors"]] == ["unknown_file"]
        kept = await done(officer.post(f"{path}/{whole['id']}:answer", json={"text": "1 条不收", "rejected": 1}))
        assert (kept["answer"], kept["rejected"]) == ("1 条不收", 1)
