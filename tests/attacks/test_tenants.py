"""Every paper × everyone it does not concern, over real processes: a stranger is told of another's paper exactly what is told of one that nobody has.

The papers are those of a school, an enterprise and the Foshan office that have done their work; the operations come from the documents, so that
what is added to a paper is closed to strangers the same day, or stands below with the reason why it is open.
"""

import json
from dataclasses import dataclass
from typing import Any

import psutil
import pytest

from deploy.demo import second_half
from deploy.demo.foshan import Foshan
from deploy.demo.main_job import Job
from deploy.demo.second_half import SecondHalf
from deploy.stack import Stack
from tests.attacks.doors import NOBODYS, PARAMETER, Answer, Operation, Try, ask_all, doors, operations
from tests.attacks.tokens import Forge

FAR = "522601209"
ANOTHER_USCC = "52522601MJ0KL0037W"

# What is open to a stranger, by noun and role. Everyone who may claim or file sees which money there is; a department holds its classes at any school.
OPEN = {("funds", role) for role in ("institution", "town", "department", "person")} | {("institutions", "department")}


@dataclass
class World:
    stack: Stack
    forge: Forge
    operations: list[Operation]
    ids: dict[str, str]
    strangers: dict[str, str]


@pytest.fixture(scope="module")
def world(stack: Stack, forge: Forge) -> World:
    with Job(stack.gateway_url) as job:
        another, _ = second_half.register(job, "凯里市清江职业培训学校", ANOTHER_USCC, "private_school")
        _work(job)
        found = operations(stack)
        strangers: dict[str, dict[str, Any]] = {
            "institution": {"institution_id": another["id"], "manager": True},
            "town": {"region_code": FAR},
            "department": {"department": "市文体广电旅游局"},
            "person": {"trainee_id": str(NOBODYS)},
            "partner": {"sub": "another-office"},
        }
        tokens = {role: forge.true(role, **bound) for role, bound in strangers.items()}
        return World(stack, forge, found, _ids(stack, forge, found), tokens)


def _work(job: Job) -> None:
    job.register_the_school(), job.add_teachers(), job.propose_and_approve_the_classes(), job.import_the_rosters()
    job.run_the_short_class(), job.run_the_electrician_class()
    job.quote(), job.submit(), job.review(), job.confirm()
    enterprise, foshan = SecondHalf(job), Foshan(job)
    enterprise.register_the_enterprise(), enterprise.file_for_self_assessment(), enterprise.accept_the_filing()
    enterprise.train_the_workers(), enterprise.assess_the_workers(), enterprise.supervise("DD-001"), enterprise.lock_and_issue()
    foshan.place_the_order(), foshan.train_to_the_order(), foshan.certify_the_class(), foshan.place_the_people(), foshan.start_the_people()


def _ids(stack: Stack, forge: Forge, found: list[Operation]) -> dict[str, str]:
    """The newest paper of each noun, by the name that paths call it (`claim_id`)."""
    named = {one.noun: PARAMETER.findall(one.path)[0] for one in found if "{" in one.path and one.path.startswith("/v1/")}
    lists = [one for one in found if one.method == "GET" and one.path == f"/v1/{one.noun}" and one.noun in named and not one.public]
    reader = {one.noun: next(role for role in ("auditor", "officer", "finance", "admin") if role in one.roles) for one in lists}
    tries = [Try(one, "direct", stack.urls[one.service] + one.at(), "", _as(forge.true(reader[one.noun]))) for one in lists]
    return {
        named[one.operation.noun]: items[0]["id"] for one, answer in ask_all(tries) if (items := answer.said["items"]) and "id" in items[0]
    }


def _as(token: str, key: str = "stranger") -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "X-Server-Date": "2026-01-05T10:00:00+08:00", "If-Match": "*", "Idempotency-Key": key}


def test_a_stranger_is_told_of_anothers_paper_what_is_told_of_none(world: World) -> None:
    tries: list[Try] = []
    for one in world.operations:
        if not (set(PARAMETER.findall(one.path)[:1]) & world.ids.keys()):
            continue
        for role in sorted(world.strangers.keys() & one.roles):
            if (one.noun, role) not in OPEN:
                for ids in (world.ids, {}):
                    for door, url in doors(world.stack, one).items():
                        headers = _as(world.strangers[role], f"{role}-{len(tries)}")
                        tries.append(Try(one, door, url + one.at(ids), role, headers, one.body if one.changes else None))
    assert len(tries) > 500
    answers = {(one.operation, one.door, one.what, one.url.endswith(one.operation.at())): answer for one, answer in ask_all(tries)}
    differing = [
        f"{operation} ({door}) {role}: {answer.status} {answer.code}, of nobody's {answers[operation, door, role, True].status}"
        for (operation, door, role, of_nobody), answer in answers.items()
        if not of_nobody and _told(answer) != _told(answers[operation, door, role, True])
    ]
    assert not differing, "\n".join(sorted(differing))
    assert sum(answer.status == 404 for answer in answers.values()) > 500  # the others are overviews, empty for both


def _told(answer: Answer) -> Any:
    """All that an answer says, but for what names the request itself."""
    if not isinstance(answer.said, dict):
        return answer.status
    return answer.status, {name: value for name, value in answer.said.items() if name not in ("instance", "request_id")}


def test_no_list_names_anothers_paper_to_a_stranger(world: World) -> None:
    tries = [
        Try(one, door, f"{url}{one.at()}?limit=200", role, _as(world.strangers[role]))
        for one in world.operations
        if one.method == "GET" and "{" not in one.path and not one.public and one.path.startswith("/v1/")
        for role in sorted(world.strangers.keys() & one.roles)
        for door, url in doors(world.stack, one).items()
    ]
    assert len(tries) > 60
    theirs = {noun: str(paper) for noun, paper in world.ids.items()}
    named = [
        f"{one.operation} ({one.door}) {one.what}: {noun}"
        for one, answer in ask_all(tries)
        if (one.operation.noun, one.what) not in OPEN
        for noun, paper in theirs.items()
        if paper in str(answer.said)
    ]
    assert not named, "\n".join(named)


def test_no_process_is_given_the_password_of_a_role_that_it_does_not_work_as(stack: Stack) -> None:
    passwords: dict[str, str] = json.loads((stack.var / "secrets.json").read_text())["role_passwords"]
    for name, pid in stack.pids.items():
        given = "\n".join(psutil.Process(pid).environ().values())
        assert {role for role, password in passwords.items() if password in given} == {name} & passwords.keys()
