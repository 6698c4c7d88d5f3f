"""Every paper × everyone it does not concern, over real processes: a stranger is told of another's paper exactly what is told of one that nobody has.

The papers are those of a school, an enterprise and the Foshan office that have done their work; the operations come from the documents, so that
what is added to a paper is closed to strangers the same day, or stands below with the reason why it is open.
"""

import json
from typing import Any

import psutil

from deploy.stack import Stack
from tests.attacks.doors import PARAMETER, Answer, Try, ask_all, doors
from tests.attacks.world import World, sent_as

# What is open to a stranger, by noun and role. Everyone who may claim or file sees which money there is; a department holds its classes at any school.
OPEN = {("funds", role) for role in ("institution", "town", "department", "person")} | {("institutions", "department")}


def test_a_stranger_is_told_of_anothers_paper_what_is_told_of_none(world: World) -> None:
    tries: list[Try] = []
    for one in world.operations:
        if not (set(PARAMETER.findall(one.path)[:1]) & world.ids.keys()):
            continue
        for role in sorted(world.strangers.keys() & one.roles):
            if (one.noun, role) not in OPEN:
                for ids in (world.ids, {}):
                    for door, url in doors(world.stack, one).items():
                        headers = sent_as(world.strangers[role], f"{role}-{len(tries)}")
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
        Try(one, door, f"{url}{one.at()}?limit=200", role, sent_as(world.strangers[role]))
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
