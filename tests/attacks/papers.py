"""Every paper as everyone who sees it is shown it, and what becomes of each action that it tells of; with the papers that the world's work has not left."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx

from deploy.demo.second_half import STAFF
from tests.attacks.doors import Answer, Operation, Try, ask_all
from tests.attacks.world import PLAN, World, sent_as

DURING_NOTICE, AFTER_NOTICE = "2025-04-18T10:00:00+08:00", "2025-05-12T10:00:00+08:00"
CLAIM, OBJECTION = "/v1/claims/{claim_id}", "/v1/objections/{objection_id}"
BATCH, RECOVERY = "/v1/payment-batches/{payment_batch_id}", "/v1/recoveries/{recovery_id}"
AFTER_THE_BODY = {"fund_exhausted"}  # the money moves last; `tests/subsidy/claims/test_deciding.py` holds that it is told as it is answered
LED_ELSEWHERE = {"webhook_of_another_failed"}  # an administrator is led to the account; the endpoint is not theirs to open
ONE_PERSON = uuid4()
TODAY = "2026-01-05T10:00:00+08:00"


BY_PATCH = {"change", "edit"}
# What is done with a paper by way of what is kept below it.
BELOW = {
    ("classes", "schedule"): "/sessions",
    ("classes", "inspect"): "/inspections",
    ("classes", "enrol"): "/enrolments",
    ("classes", "attend"): "/attendance",
    ("enrolments", "employment"): "/employment",
    ("trainees", "correct"): "/corrections",
    ("filings", "staff"): "/staff",
    ("assessments", "results"): "/results:batch",
    ("assessments", "supervision"): "/supervision",
    ("assessments", "amend"): "/results/{trainee_id}:amend",
    ("assessments", "approve"): "/results/{trainee_id}:approve",
    ("assessments", "reject"): "/results/{trainee_id}:reject",
    ("placements", "update"): "/updates",
}


def said_at(path: str, action: str) -> tuple[str, str]:
    """Method and path of an action of the paper at this path."""
    noun = path.split("/")[2]
    if below := BELOW.get((noun, action)):
        return "POST", path + below
    if action in BY_PATCH or (noun, action) == ("enrolments", "withdraw"):
        return "PATCH", path
    return ("DELETE", path) if action == "delete" else ("POST", f"{path}:{action}")


def papers(paths: dict[str, Any]) -> dict[str, set[tuple[str, str]]]:
    """Each paper's path, with what can be done with it: methods and paths."""
    singles = (path for path, methods in paths.items() if path.endswith("}") and "get" in methods)
    return {path: done for path in singles if (done := set(_done(paths, path)))}


def _done(paths: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for other, methods in paths.items():
        if other == path or other.startswith(f"{path}:"):
            yield from ((method.upper(), other) for method in methods if method in ("post", "patch", "put", "delete"))


class Papers:
    """Papers as those who see them are shown them, and what becomes of each action."""

    def __init__(self, world: World) -> None:
        self.world, forge, ids = world, world.forge, world.ids
        self.told: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.wrong: list[str] = []
        self.stale: dict[tuple[str, str], Try] = {}  # each action that may be taken, once, against a version that there never was
        self.paths: dict[str, list[str]] = {}
        self.document = httpx.get(f"{world.stack.gateway_url}/openapi.json", timeout=60).json()
        self.papers = papers(self.document["paths"])
        self.at = {(one.method, one.path): one for one in world.operations}
        self.tokens = {role: forge.true(role) for role in ("reviewer", "finance", "auditor", "admin")}
        self.tokens |= {who: forge.true(who.split()[-1], person_id=str(ONE_PERSON)) for who in ("officer", "officer as reviewer")}
        held, enrolled = self.read(f"/v1/classes/{ids['class_id']}"), self.read(f"/v1/enrolments/{ids['enrolment_id']}")
        self.school = self.read(f"/v1/claims/{ids['claim_id']}")["applicant"]["institution_id"]
        filing = self.read(f"/v1/filings/{ids['filing_id']}")
        self.tokens |= {
            "department": forge.true("department", department="市农业农村局"),
            "institution": forge.true("institution", institution_id=self.school, manager=True),
            "another institution": forge.true("institution", institution_id=filing["institution_id"], manager=True),
            "town": forge.true("town", region_code=held["region_code"]),
            "person": forge.true("person", trainee_id=enrolled["trainee_id"]),
            "partner": forge.true("partner", sub="local-partner"),
            "system": forge.true("system", scopes=sorted({one.scope for one in world.operations if one.scope})),
        }

    def read(self, path: str, who: str = "auditor", on: str = TODAY) -> Any:
        headers = sent_as(self.tokens[who]) | {"X-Server-Date": on}
        return httpx.get(self.world.stack.gateway_url + path, headers=headers, timeout=60).raise_for_status().json()

    def do(self, who: str, path: str, body: Any, on: str = TODAY) -> Any:
        headers = sent_as(self.tokens[who], str(uuid4())) | {"X-Server-Date": on} if who else {"X-Server-Date": on}
        answer = httpx.post(self.world.stack.gateway_url + path, json=body, headers=headers, timeout=60)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def differing(self, papers: Mapping[str, Iterable[str]], days: Iterable[str] = (TODAY,)) -> list[str]:
        """Where an action answers otherwise than the paper at this path, of these ids, has told."""
        seen = [
            self.ask(self.at["GET", template], path, who, day)
            for template, paths in papers.items()
            for path in paths
            for who in self.tokens
            for day in days
            if self._role(who) in self.at["GET", template].roles
        ]
        differing, tried = list[str](), dict[str, tuple[Try, Any]]()
        told = [
            (one, answer.said, each) for one, answer in ask_all(seen) if answer.status == 200 for each in answer.said["allowed_actions"]
        ]
        for one, paper, each in told:
            path, by = one.operation.path, said_at(one.operation.path, each["action"])
            self.told[path].add(by)
            code = each["why_not"] and each["why_not"]["code"]
            if (code == "wrong_role") == (self._role(one.what) in self.at[by].roles):
                differing.append(f"{by} {one.what}: {code}, may: {sorted(self.at[by].roles)}")
            if by[0] == "DELETE" or code in ("wrong_role", *AFTER_THE_BODY):
                continue
            shown_at = "/v1/" + one.url.partition("/v1/")[2]
            below = by[1].removeprefix(path)
            if "{trainee_id}" in below:
                below = below.format(trainee_id=paper["candidates"][0])
            made = self.ask(self.at[by], shown_at + below, one.what, one.headers["X-Server-Date"])
            if by[0] == "PATCH" and each["action"] == "withdraw" and not each["allowed"]:
                made = replace(made, body={"outcome": "withdrawn"})  # one PATCH does this and other things: which, the body says
            tried[made.headers["Idempotency-Key"]] = (made, each)
            if each["allowed"] and self._takes_a_version(by):
                self.stale[by] = replace(made, headers={**made.headers, "If-Match": '"0-0"', "Idempotency-Key": str(uuid4())})
        return differing + [
            f"{one.operation} {one.what} told {each['why_not']}: {answer.status} {answer.code}"
            for one, answer in ask_all(made for made, _ in tried.values())
            for each in [tried[one.headers["Idempotency-Key"]][1]]
            if not _as_told(each, answer)
        ]

    def _takes_a_version(self, by: tuple[str, str]) -> bool:
        said = self.document["paths"][by[1]][by[0].lower()].get("parameters", ())
        return any(each["name"] == "If-Match" for each in said)

    def _role(self, who: str) -> str:
        return who.rsplit(maxsplit=1)[-1]

    def ask(self, one: Operation, path: str, who: str, day: str = TODAY) -> Try:
        headers = sent_as(self.tokens[who], str(uuid4())) | {"X-Server-Date": day}
        url = self.world.stack.urls[one.service] if one.service != "gateway" else self.world.stack.gateway_url
        return Try(one, "direct", url + path, who, headers, {"unheard_of": 1} if one.changes else None)


def _as_told(each: Any, answer: Answer) -> bool:
    if each["allowed"]:
        return answer.status == 422 and {fault["code"] for fault in answer.said["errors"]} >= {"unknown_field"}
    return answer.code == each["why_not"]["code"] and answer.said["detail"] == each["why_not"]["detail"]


def seen(world: World) -> Papers:
    """With papers that the world's work has not left: a class and a filing in each state, and each paper that it has none of. All are tried."""
    found = Papers(world)
    _classes(found)
    _filings(found)
    _others(found)
    _supervised(found)
    _at_work(found)
    found.wrong += found.differing({path: _some(found, path) for path in found.papers} | found.paths)
    found.wrong += _to_the_money_and_back(found)
    return found


def _classes(seen: Papers) -> None:
    like = seen.read(f"/v1/classes/{seen.world.ids['class_id']}")
    names = ("institution_id", "region_code", "channel", "programmes", "occupation_code", "level", "hours", "seats")
    body = {name: like[name] for name in names} | {"starts_on": "2026-03-02", "ends_on": "2026-04-30"}
    by = {"submit": "town", "cancel": "town"}
    for number, steps in enumerate([[], ["submit"], ["submit", "return"], ["submit", "reject"], ["submit", "approve"], ["cancel"]]):
        made = seen.do("town", "/v1/classes", body | {"name": f"电工班{number}"}, on=f"2025-12-0{number + 1}T10:00:00+08:00")
        for step in steps:
            reason = {"reason": "不开"} if step in ("return", "reject", "cancel") else {}
            seen.do(by.get(step, "officer"), f"/v1/classes/{made['id']}:{step}", reason)


def _filings(seen: Papers) -> None:
    [like, *_] = seen.read("/v1/filings?status=accepted")["items"]
    like = seen.read(f"/v1/filings/{like['id']}")
    who = "the school" if like["institution_id"] == seen.school else "another institution"
    scope = [{name: each[name] for name in ("occupation_code", "levels")} for each in like["scope"]]
    body = {"scope": scope, "staff": STAFF, "materials": like["materials"]}
    by = {"submit": who, "check": "officer", "return": "officer", "reject": "reviewer"}
    for number, steps in enumerate([[], ["submit"], ["submit", "check"], ["submit", "return"], ["submit", "check", "reject"]]):
        made = seen.do(who, "/v1/filings", body, on=f"2025-12-0{number + 1}T10:00:00+08:00")
        for step in steps:
            seen.do(by[step], f"/v1/filings/{made['id']}:{step}", {"reason": "材料不全"} if step in ("return", "reject") else {})


def _others(seen: Papers) -> None:
    seen.do("department", "/v1/brands", {"name": "苗家酸汤", "kind": "brand"})
    filed = {"trade_name": "苗银锻制", "from_on": "2025-01-01", "document": "州人社局备案通知"}
    filings = [seen.do("officer", "/v1/trade-filings", filed | {"number": f"州备〔2025〕{number}号"})["id"] for number in (71, 72)]
    seen.do("officer", f"/v1/trade-filings/{filings[1]}:withdraw", {"reason": "州里撤销"})
    seen.paths["/v1/trade-filings/{filing_id}"] = [f"/v1/trade-filings/{each}" for each in filings]
    for files in ("/v1/exports", "/v1/certificates/exports"):
        seen.paths[f"{files}/{{export_id}}"] = [f"{files}/{each['id']}" for each in seen.read(files)["items"]]
    erased = f"/v1/trainees/{seen.world.ids['trainee_id']}/erasure-requests"
    class_id, enrolment = seen.world.ids["class_id"], f"/v1/enrolments/{seen.world.ids['enrolment_id']}"
    [signed, *_] = seen.read(f"/v1/classes/{class_id}/attendance")["items"]
    seen.paths["/v1/attendance/{attendance_id}"] = [f"/v1/attendance/{signed['id']}"]
    worked = seen.do("officer", f"{enrolment}/employment", {"kind": "farming", "from_on": "2025-11-01", "grade": "D"})
    seen.paths["/v1/enrolments/{enrolment_id}/employment/{employment_id}"] = [f"{enrolment}/employment/{worked['id']}"]
    teachers = f"/v1/institutions/{seen.school}/teachers"
    seen.paths["/v1/institutions/{institution_id}/teachers/{teacher_id}"] = [f"{teachers}/{seen.read(teachers)['items'][0]['id']}"]
    corrections = f"/v1/trainees/{seen.world.ids['trainee_id']}/corrections"
    wrong = seen.do("officer", corrections, {"field": "education", "proposed": "高中", "reason": "填错"})
    seen.do("officer", f"{corrections}/{wrong['id']}:reject", {"reason": "未附证明"})
    seen.paths["/v1/trainees/{trainee_id}/corrections/{correction_id}"] = [f"{corrections}/{wrong['id']}"]
    asked = seen.do("officer", erased, {"reason": "本人申请", "on_behalf": True, "proof": "书面申请1号"})
    seen.paths["/v1/trainees/{trainee_id}/erasure-requests/{erasure_id}"] = [f"{erased}/{asked['id']}"]
    seen.do("officer", "/v1/trainees:lookup", {"id_numbers": [f"52260119900307{serial:04}" for serial in range(100)]})  # nobody's
    paid = {"id_number": "522601199003070025", "trade_name": "苗银锻制", "amount": "100.00", "source": "州失业保险经办机构"}
    items = [paid | {"on": f"2025-03-0{day}"} for day in (1, 2)]
    payments = [each["id"] for each in seen.do("officer", "/v1/outside-payments:batch", {"items": items})["items"]]
    seen.do("officer", f"/v1/outside-payments/{payments[1]}:void", {"reason": "报错"})
    seen.paths["/v1/outside-payments/{payment_id}"] = [f"/v1/outside-payments/{each}" for each in payments]
    fact = {"id_number": paid["id_number"], "status": "resident_pension", "source": paid["source"]}
    items = [fact | {"from_on": each["on"]} for each in items]
    records = [each["id"] for each in seen.do("officer", "/v1/status-records:batch", {"items": items})["items"]]
    seen.do("officer", f"/v1/status-records/{records[1]}:void", {"reason": "报错"})
    seen.paths["/v1/status-records/{record_id}"] = [f"/v1/status-records/{each}" for each in records]
    complete = {"status": "resident_pension", "source": paid["source"], "complete_from_on": "2025-01-01", "complete_to_on": "2025-03-31"}
    seen.paths["/v1/status-lists/{list_id}"] = [f"/v1/status-lists/{seen.do('officer', '/v1/status-lists', complete)['id']}"]
    claim = f"/v1/claims/{seen.world.ids['claim_id']}"
    appeal = seen.do("institution", f"{claim}/appeals", {"reason": "请复核。"}, on=DURING_NOTICE)
    seen.paths["/v1/claims/{claim_id}/appeals/{appeal_id}"] = [f"{claim}/appeals/{appeal['id']}"]
    endpoint = seen.do("institution", "/v1/webhook-endpoints", {"url": "http://127.0.0.1:9/"})
    seen.paths["/v1/webhook-endpoints/{endpoint_id}"] = [f"/v1/webhook-endpoints/{endpoint['id']}"]
    block = seen.read("/v1/schemes/agricultural_short?on=2025-01-01", "finance")["terms"]
    block = {each["name"]: each["value"] for each in block["figures"] if each["value"] is not None}
    block |= {"in_force_from": "2027-01-01", "document": "示例〔2027〕1号", "clause": "一", "basis_status": "confirmed"}
    terms = seen.do("admin", "/v1/schemes/agricultural_short/terms", block)
    seen.paths["/v1/schemes/{code}/terms/{terms_id}"] = [f"/v1/schemes/agricultural_short/terms/{terms['id']}"]


def _supervised(seen: Papers) -> None:
    """Inspections that are answered and closed beside the world's open one, a complaint in each state, and a measure that was voided."""
    [open_one, *_] = seen.read("/v1/inspections?status=open")["items"]
    visited = f"/v1/classes/{open_one['class_id']}/inspections"
    again = {name: open_one[name] for name in ("on", "headcount", "findings", "due_on")}
    answered = seen.do("officer", visited, again)
    seen.do("institution", f"/v1/inspections/{answered['id']}:answer", {"reply": "设备已补齐"})
    seen.do("officer", visited, again | {"findings": [], "due_on": None})
    by = {"dismiss": "reviewer", "uphold": "reviewer"}
    for steps in (["accept"], ["answer"], ["dismiss"], ["accept", "uphold"], ["accept", "hold"]):
        made = seen.do("", "/v1/complaints", {"subject": {"kind": "class", "id": open_one["class_id"]}, "text": "签到表是补的。"})
        for step in steps:
            said = {"accept": {}, "answer": {"answer": "已核对签到原件。"}}.get(step, {"reason": "已核对签到原件。"})
            seen.do(by.get(step, "officer"), f"/v1/complaints/{made['id']}:{step}", said)
    measures = [each["id"] for each in seen.read("/v1/measures")["items"]]
    seen.do("reviewer", f"/v1/measures/{measures[0]}:void", {"reason": "情况不实"})
    seen.paths["/v1/measures/{measure_id}"] = [f"/v1/measures/{each}" for each in measures]


def _at_work(seen: Papers) -> None:
    """What the newest enrolled wishes and is offered, settled and open; a survey and its correction; an examiner who is excluded; a town's part of the plan."""
    offers = f"/v1/enrolments/{seen.world.ids['enrolment_id']}/job-offers"
    [offered, *_] = seen.read(offers)["items"]
    declined = seen.do("officer", offers, {name: offered[name] for name in ("stage", "employer", "offered_on")})
    seen.do("person", f"{offers}/{declined['id']}:decline", {"reason": "离家太远"})
    seen.paths["/v1/enrolments/{enrolment_id}/job-offers/{offer_id}"] = [f"{offers}/{each['id']}" for each in (offered, declined)]
    wished = seen.do("person", "/v1/training-wishes", {"trade_name": "苗银锻制"})
    seen.do("person", f"/v1/training-wishes/{wished['id']}:withdraw", {})
    [wrong, *_] = seen.read("/v1/enterprise-surveys")["items"]
    said = {name: wrong[name] for name in ("surveyed_on", "technical_workers", "willingness")} | {"certified_workers": 61, "reason": "填错"}
    right = seen.do("officer", f"/v1/enterprise-surveys/{wrong['id']}:correct", said)
    seen.paths["/v1/enterprise-surveys/{survey_id}"] = [f"/v1/enterprise-surveys/{each['id']}" for each in (wrong, right)]
    examiners = [each["id"] for each in seen.read("/v1/examiners")["items"][:2]]
    seen.do("officer", f"/v1/examiners/{examiners[0]}:exclude", {"reason": "参与考场舞弊"})
    seen.paths["/v1/examiners/{examiner_id}"] = [f"/v1/examiners/{each}" for each in examiners]
    parts = f"{PLAN}/subtargets"
    seen.paths["/v1/plans/{plan}/subtargets/{subtarget_id}"] = [f"{parts}/{each['id']}" for each in seen.read(parts)["items"]]


def _some(seen: Papers, path: str) -> list[str]:
    """One paper in each of the states that there are."""
    above, reader = path.rpartition("/")[0], next(who for who in ("auditor", "admin", "system") if who in seen.at["GET", path].roles)
    if "{" in above or path in seen.paths:
        return []
    items = seen.read(f"{above}?limit=200", reader)["items"]
    states = {item.get("status") or item.get("outcome"): item for item in items}
    return [f"{above}/{item.get('client_id') or item['id']}" for item in states.values()]


def _to_the_money_and_back(seen: Papers) -> list[str]:
    """A claim's way past its objections to the payment and the recovery: what is told differently from what is answered, after each step."""
    claim = f"/v1/claims/{seen.world.ids['claim_id']}"
    paid = seen.read(claim)
    [notice] = [each["id"] for each in seen.read("/v1/notices", on=DURING_NOTICE)["items"] if each["claim_id"] == paid["id"]]
    wrong, papers = [], {CLAIM: [claim], OBJECTION: list[str](), BATCH: list[str](), RECOVERY: list[str]()}

    def then(who: str, path: str, body: Any, on: str = AFTER_NOTICE) -> Any:
        done = seen.do(who, path, body, on)
        wrong.extend(seen.differing(papers, (DURING_NOTICE, AFTER_NOTICE)))
        return done

    def object_on(day: str) -> str:
        papers[OBJECTION].append(f"/v1/objections/{seen.do('', f'/v1/notices/{notice}/objections', {'reason': '名单有误'}, day)['id']}")
        return papers[OBJECTION][-1]

    in_time = object_on(DURING_NOTICE)
    then("officer", f"{in_time}:accept", {})
    object_on(AFTER_NOTICE)  # while the other stops the clock, but too late to stop anything itself
    then("reviewer", f"{in_time}:dismiss", {"reason": "查无此事"})
    then("officer", f"{claim}:hold", {"reason": "待查"})
    then("reviewer", f"{claim}:release", {"comment": "已查"})
    then("finance", f"{claim}:approve", {})
    batch = seen.do("finance", "/v1/payment-batches", {"fund_id": paid["fund_id"], "claim_ids": [paid["id"]]}, AFTER_NOTICE)
    papers[BATCH].append(f"/v1/payment-batches/{batch['id']}")
    exported = then("finance", f"{papers[BATCH][0]}:export", {})
    results = [
        {"payment_id": each["id"], "result": "paid", "voucher_no": "V-1", "paid_on": AFTER_NOTICE[:10]} for each in exported["payments"]
    ]
    then("finance", f"{papers[BATCH][0]}:confirm", {"results": results})
    then("finance", f"{claim}:recover", {"amount": "1.00", "reason": "多付"})
    papers[RECOVERY] += [f"/v1/recoveries/{each['id']}" for each in seen.read("/v1/recoveries")["items"]]
    return wrong + seen.differing(papers)
