"""A system in which a school, an enterprise and the Foshan office have done their work, and tokens of everyone whom it does not concern."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from deploy.demo import second_half
from deploy.demo.foshan import Foshan
from deploy.demo.main_job import Job
from deploy.demo.second_half import SecondHalf
from deploy.stack import Stack
from tests.attacks.doors import NOBODYS, PARAMETER, Operation, Try, ask_all, operations
from tests.attacks.tokens import Forge
from tests.registry import made

FAR = "522601209"
TOWN, OCCUPATION, DEPARTMENT = "522601100", "6-31-01-03", "市农业农村局"
PLAN = "/v1/plans/kaili-2024"
ANOTHER_USCC = "52522601MJ0KL0037W"


@dataclass
class World:
    stack: Stack
    forge: Forge
    operations: list[Operation]
    ids: dict[str, str]
    strangers: dict[str, str]


def build(stack: Stack, forge: Forge) -> World:
    with Job(stack.gateway_url) as job:
        another, _ = second_half.register(job, "凯里市清江职业培训学校", ANOTHER_USCC, "private_school")
        job.register_the_school()
        _past(stack, forge, job.institution_id)
        _work(job)
        _employ(stack, forge, job.institution_id)
        _brand(stack, forge)
        _trade_papers(stack, forge, job.institution_id)
        _plan(stack, forge, job.institution_id)
        _supervise(stack, forge, job.institution_id)
        _wish(stack, forge)
        _supervision_tasks(stack, forge, job.institution_id)
        _export(stack, forge)
        _insure(stack, forge)
        found = operations(stack)
        strangers: dict[str, dict[str, Any]] = {
            "institution": {"institution_id": another["id"], "manager": True},
            "town": {"region_code": FAR},
            "department": {"department": "市水务局"},
            "person": {"trainee_id": str(NOBODYS)},
            "partner": {"sub": "another-office"},
        }
        tokens = {role: forge.true(role, **bound) for role, bound in strangers.items()}
        return World(stack, forge, found, _ids(stack, forge, found), tokens)


def _work(job: Job) -> None:
    job.add_teachers(), job.propose_and_approve_the_classes(), job.import_the_rosters()
    job.run_the_short_class(), job.run_the_electrician_class()
    job.quote(), job.submit(), job.review(), job.confirm()
    enterprise, foshan = SecondHalf(job), Foshan(job)
    enterprise.register_the_enterprise(), enterprise.file_for_self_assessment(), enterprise.accept_the_filing()
    enterprise.train_the_workers(), enterprise.assess_the_workers(), enterprise.supervise("DD-001"), enterprise.lock_and_issue()
    foshan.place_the_order(), foshan.train_to_the_order(), foshan.certify_the_class(), foshan.place_the_people(), foshan.start_the_people()


def _employ(stack: Stack, forge: Forge, institution_id: str) -> None:
    """An account of the school's staff, which another school's manager must not come to know of."""
    manager = forge.true("institution", institution_id=institution_id, manager=True)
    _post(stack, "/v1/users", {"name": "教务", "login": "staff-of-the-school", "role": "institution"}, manager)


def _brand(stack: Stack, forge: Forge) -> None:
    _post(stack, "/v1/brands", {"name": "苗岭酸汤鱼", "kind": "dish"}, forge.true("department", department=DEPARTMENT))


def _plan(stack: Stack, forge: Forge, institution_id: str) -> None:
    """The school's seats, what a town is to bring to the plan, and the board as it was once frozen."""
    by = forge.true("officer")
    _post(stack, "/v1/seat-plans", {"year": 2027, "institution_id": institution_id, "channel": "project", "seats": 40}, by)
    _post(stack, f"{PLAN}/subtargets", {"line": "four.technician", "town": TOWN, "period": "total", "value": 120}, by)
    _post(stack, f"{PLAN}/reports", {"as_of": "2025-06-30"}, by)


def _past(stack: Stack, forge: Forge, institution_id: str) -> None:
    """An import of past years whose one class completed nobody: it changes no count, and is older than every other class."""
    person = {"id_number": made.citizen(977), "name": "吴往年", "outcome": "absent"}
    days = {"starts_on": "2023-04-08", "ends_on": "2023-04-10", "hours": 8, "region_code": "522601100"}
    item = {
        "number_there": "2023-001",
        "name": "往年班",
        "institution_id": institution_id,
        "channel": "project",
        "trade_name": "刺绣",
    } | days
    _post(stack, "/v1/history-imports", {"items": [item | {"people": [person]}]}, forge.true("officer"))


def _trade_papers(stack: Stack, forge: Forge, institution_id: str) -> None:
    """A catalogue and a standard, which everyone may read, and a base that is applied for, which is its school's, its town's and its department's."""
    by = forge.true("department", department=DEPARTMENT)
    entries, document = [{"occupation_code": OCCUPATION}], "凯农呈〔2025〕1号"
    base = {"institution_id": institution_id, "region_code": TOWN, "entries": entries}
    for noun, body in (
        ("training-bases", base),
        ("skill-standards", {"trade_name": "稻田养鱼"}),
        ("catalogues", {"kind": "urgent", "entries": entries}),
    ):
        _post(stack, f"/v1/{noun}", {**body, "name": "凯里电工", "document": document}, by)


def _supervise(stack: Stack, forge: Forge, institution_id: str) -> None:
    """The school's class that nobody claims for is inspected, with something to put right, and complained of; and the school, the class's town and a
    department are criticised."""
    held = _newest(stack, forge, f"classes?status=completed&channel=project&institution_id={institution_id}")
    unmet = {"item": "equipment", "met": False, "finding": "缺少实训设备两台"}
    inspected = {"on": held["starts_on"], "headcount": 20, "findings": [unmet], "due_on": "2026-01-31"}
    _post(stack, f"/v1/classes/{held['id']}/inspections", inspected, forge.true("officer"))
    _post(stack, "/v1/complaints", {"subject": {"kind": "class", "id": held["id"]}, "text": "培训只办了一天。", "name": "杨某"})
    said = {"kind": "criticism", "reason": "年度目标未完成", "document": "联席会议纪要〔2026〕1号", "from_on": "2026-01-05"}
    for whom in ({"region_code": held["region_code"]}, {"department": DEPARTMENT}, {"institution_id": held["institution_id"]}):
        _post(stack, "/v1/measures", said | whom, forge.true("reviewer"))


def _wish(stack: Stack, forge: Forge) -> None:
    """Whoever enrolled last wishes to learn more and is offered a post, and an enterprise has said whom it will train."""
    by, enrolled = forge.true("officer"), _newest(stack, forge, "enrolments")
    _post(stack, "/v1/training-wishes", {"trainee_id": enrolled["trainee_id"], "occupation_code": OCCUPATION}, by)
    offer = {"stage": "after", "employer": "某电器有限公司", "offered_on": "2026-01-04"}
    _post(stack, f"/v1/enrolments/{enrolled['id']}/job-offers", offer, by)
    told = {"surveyed_on": "2025-12-30", "technical_workers": 120, "certified_workers": 60, "willingness": "willing"}
    enterprise = _newest(stack, forge, "institutions?kind=enterprise")
    _post(stack, "/v1/enterprise-surveys", told | {"institution_id": enterprise["id"], "year": 2025}, by)


def _export(stack: Stack, forge: Forge) -> None:
    """Of classes and of certificates a file that was made, one that was sent, and one that was answered."""
    by = forge.true("officer")
    for noun, layout in (("exports", "province_classes"), ("certificates/exports", "national_certificates")):
        for steps in ((), ("sent",), ("sent", "answer")):
            asked = f"{stack.gateway_url}/v1/{noun}/{layout}.xlsx?from_on=2025-01-01&to_on=2025-12-31"
            httpx.get(asked, headers=sent_as(by), timeout=60).raise_for_status()
            made_last = _newest(stack, forge, noun)
            for step in steps:
                _post(stack, f"/v1/{noun}/{made_last['id']}:{step}", {"text": "已入库"} if step == "answer" else {}, by)


def _insure(stack: Stack, forge: Forge) -> None:
    """Whoever was placed last was insured by the employer for two months, one of which was told wrongly."""
    by, placed = forge.true("officer"), _newest(stack, forge, "placements")
    number = _post(stack, f"/v1/trainees/{placed['trainee_id']}:reveal", {"reason": "核对参保"}, by)["id_number"]
    insured = {"id_number": number, "employer": {"name": placed["employer"]["name"]}, "source": "顺德社保"}
    items = [insured | {"month": month, "external_ref": f"SB-{month}"} for month in ("2025-10", "2025-11")]
    kept = _post(stack, "/v1/insurance-records:batch", {"items": items}, by)["items"]
    _post(stack, f"/v1/insurance-records/{kept[1]['id']}:void", {"reason": "报错"}, by)


def _post(stack: Stack, path: str, body: Any, by: str = "") -> Any:
    headers = sent_as(by, str(uuid4())) if by else {}
    answer = httpx.post(stack.gateway_url + path, json=body, headers=headers, timeout=60)
    assert answer.is_success, f"{path}: {answer.text}"
    return answer.json()


def _newest(stack: Stack, forge: Forge, noun: str) -> Any:
    answer = httpx.get(f"{stack.gateway_url}/v1/{noun}", headers=sent_as(forge.true("auditor")), timeout=60)
    return answer.raise_for_status().json()["items"][0]


def _supervision_tasks(stack: Stack, forge: Forge, institution_id: str) -> None:
    """Each of whom they may be given to has one."""
    for to in ({"institution_id": institution_id}, {"region_code": TOWN}, {"department": DEPARTMENT}):
        body = {"to": to, "title": "补足班次", "reason": "进度落后", "due_on": "2026-03-31"}
        _post(stack, "/v1/supervision-tasks", body, forge.true("officer"))


def _ids(stack: Stack, forge: Forge, found: list[Operation]) -> dict[str, str]:
    """The newest paper of each noun, by the name that paths call it (`claim_id`)."""
    named = {one.noun: PARAMETER.findall(one.path)[0] for one in found if "{" in one.path and one.path.startswith("/v1/")}
    lists = [one for one in found if one.method == "GET" and one.path == f"/v1/{one.noun}" and one.noun in named and not one.public]
    reader = {one.noun: next(role for role in ("auditor", "admin", "officer", "finance") if role in one.roles) for one in lists}
    tries = [Try(one, "direct", stack.urls[one.service] + one.at(), "", sent_as(forge.true(reader[one.noun]))) for one in lists]
    return {
        named[one.operation.noun]: items[0]["id"] for one, answer in ask_all(tries) if (items := answer.said["items"]) and "id" in items[0]
    }


def sent_as(token: str, key: str = "stranger") -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "X-Server-Date": "2026-01-05T10:00:00+08:00", "If-Match": "*", "Idempotency-Key": key}
