"""Every paper × everyone it does not concern, over real processes: a stranger is told of another's paper exactly what is told of one that nobody has.

The papers are those of a school, an enterprise and the Foshan office that have done their work; the operations come from the documents, so that
what is added to a paper is closed to strangers the same day, or stands below with the reason why it is open.
"""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from services.eastwest.changes import visibility as eastwest
from services.evaluation.changes import visibility as evaluation
from services.registry.changes import visibility as registry
from services.subsidy.changes import visibility as subsidy
from tests.attacks.doors import PARAMETER, Answer, Try, ask_all, doors
from tests.attacks.world import World, sent_as

# What is open to a stranger, by noun and role. Everyone who may claim or file sees which money there is; a department holds its classes at any school;
# a brand is there to be known, and so are catalogues of trades and skill standards (`paper_id`); whom an enterprise will have trained is for the departments
# that lead the training.
OPEN = {("funds", role) for role in ("institution", "town", "department", "person")} | {("institutions", "department")}
OPEN |= {("brands", role) for role in ("institution", "town")}
OPEN |= {(noun, "department") for noun in ("enterprise-surveys", "surveys")}
OPEN |= {(noun, role) for noun in ("catalogues", "skill-standards", "papers") for role in ("institution", "town", "department")}


# What is answered of the caller himself, each his own.
OF_THE_CALLER = {"/v1/worklist", "/v1/changes", "/v1/webhook-endpoints"}

PAPERS = (registry.PAPERS, subsidy.PAPERS, evaluation.PAPERS, eastwest.PAPERS)


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
    assert len(tries) > 500 and {"user_id", "claim_id", "trainee_id"} <= world.ids.keys()
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


# Which rows of each list a role sees: `a` all (there may be none), `o` its own and no other's, `n` none that there are, `-` none since the list is closed
# to it. One letter a role, in this order:
ROLES = ("institution", "person", "town", "department", "officer", "reviewer", "finance", "partner", "auditor", "system", "admin")
SCOPES = {
    "/v1/assessments": "o---aa--aa-",
    "/v1/audit": "--------a--",
    "/v1/brands": "a-aoaa--aa-",
    "/v1/catalogues": "a-aaaaa-aa-",
    "/v1/categories": "aaaaaaaaaaa",
    "/v1/certificate-imports": "a---aa--aa-",
    "/v1/certificates/exports": "----aa--a--",
    "/v1/certificates": "oo--aa-naa-",
    "/v1/claim-samples": "----aa--a--",
    "/v1/claims": "oon-aaa-aa-",
    "/v1/classes": "ooooaa--aa-",
    "/v1/clients": "----------a",
    "/v1/complaints": "----aa--a--",
    "/v1/enrolments": "ooooaa--aa-",
    "/v1/enterprise-surveys": "o-oaaa--aa-",
    "/v1/examiners": "o---aa--aa-",
    "/v1/exports": "----aa--a--",
    "/v1/filings": "o---aa--aa-",
    "/v1/funds": "aaaaaaa-aa-",
    "/v1/harvest-alarms": "--------a--",
    "/v1/history-imports": "----aa--aa-",
    "/v1/imports": "o-n-aa--aa-",
    "/v1/inspections": "o-onaa--aa-",
    "/v1/insurance-records": "----aa--aa-",
    "/v1/institutions": "o-oaaa--aa-",
    "/v1/measures": "o-ooaaa-aa-",
    "/v1/objections": "----aaa-aa-",
    "/v1/occupations": "aaaaaaaaaaa",
    "/v1/orders": "----aa-oaa-",
    "/v1/outside-payments": "----aa--aa-",
    "/v1/payment-batches": "----aaa-aa-",
    "/v1/payments": "on--aaa-aa-",
    "/v1/placement-imports": "----aa-aaa-",
    "/v1/placements": "oo--aa-oaa-",
    "/v1/plans": "aaaaaaa-aaa",
    "/v1/recoveries": "----aaa-aa-",
    "/v1/regions": "aaaaaaaaaaa",
    "/v1/schemes": "aaaaaaaaaaa",
    "/v1/scopes": "aaaaaaaaaaa",
    "/v1/seat-plans": "o-ooaa--aa-",
    "/v1/skill-standards": "a-aaaaa-aa-",
    "/v1/status-lists": "----aa--aa-",
    "/v1/status-records": "----aa--aa-",
    "/v1/supervision-tasks": "o-ooaa--a--",
    "/v1/trade-filings": "a-aaaaa-aa-",
    "/v1/trainees": "ooo-aa-naa-",
    "/v1/trainees:possible-duplicates": "----aa--a--",
    "/v1/training-bases": "o-ooaaa-aa-",
    "/v1/training-wishes": "-oo-aa--aa-",
    "/v1/users": "o---n-----a",
    "/v1/yearly-reports": "a-aaaa--aa-",
}


@pytest.mark.usefixtures("seen")
def test_each_role_sees_of_each_list_the_rows_that_the_table_says(world: World) -> None:
    """A list that is added stands in the table before it is served. After `seen` there are payments."""
    lists = [
        one for one in world.operations if one.method == "GET" and one.path.startswith("/v1/") and "{" not in one.path and not one.public
    ]
    everyone = {"insider": _everyone(world), "stranger": {role: [token] for role, token in world.strangers.items()}}
    tries = [
        Try(one, who, f"{world.stack.urls.get(one.service, world.stack.gateway_url)}{one.path}?limit=200", role, sent_as(token))
        for one in lists
        for who, tokens in everyone.items()
        for role, some in tokens.items()
        for token in (some if role in one.roles else some[:1])  # what is closed to the role is closed to each
    ]
    seen: dict[tuple[str, str, str], set[str]] = {}
    for one, answer in ask_all(tries):
        if answer.status == 200 and isinstance(answer.said, dict) and "items" in answer.said:
            rows = {json.dumps(row.get("id", row), sort_keys=True) for row in answer.said["items"]}
            seen.setdefault((one.operation.path, one.what, one.door), set()).update(rows)
    paths = {path for path, *_ in seen} - OF_THE_CALLER
    found = {path: "".join(_scope(seen, path, role) for role in ROLES) for path in sorted(paths)}
    assert found == SCOPES


def _everyone(world: World) -> dict[str, list[str]]:
    """Of each role those whom papers of this world concern: schools and enterprises, people with a certificate, a class, a place at work or a claim."""
    forge, reads = world.forge, sent_as(world.forge.true("auditor"))

    def told(path: str, name: str) -> list[str]:
        answer = httpx.get(f"{world.stack.gateway_url}{path}?limit=200", headers=reads, timeout=60).raise_for_status().json()
        return sorted({row[name] for row in answer["items"]})

    scopes = sorted({one.scope for one in world.operations if one.scope})
    schools = {*told("/v1/classes", "institution_id"), *told("/v1/filings", "institution_id")}
    people = {
        each for noun in ("certificates", "enrolments", "placements", "training-wishes") for each in told(f"/v1/{noun}", "trainee_id")[:3]
    }
    claim = httpx.get(f"{world.stack.gateway_url}/v1/claims/{world.ids['claim_id']}", headers=reads, timeout=60).raise_for_status().json()
    people.add(claim["lines"][0]["trainee_id"])
    return {role: [forge.true(role)] for role in ("officer", "reviewer", "finance", "auditor", "admin")} | {
        "institution": [forge.true("institution", institution_id=each, manager=True) for each in sorted(schools)],
        "person": [forge.true("person", trainee_id=each) for each in sorted(people)],
        "town": [forge.true("town", region_code=each) for each in told("/v1/trainees", "region_code")],
        "department": [forge.true("department", department="市农业农村局")],
        "partner": [forge.true("partner", sub="local-partner")],
        "system": [forge.true("system", scopes=scopes)],
    }


def _scope(seen: Mapping[tuple[str, str, str], set[str]], path: str, role: str) -> str:
    theirs, others = (seen.get((path, role, who)) for who in ("insider", "stranger"))
    whole = next(rows for who in ("auditor", "admin", "system", "partner") if (rows := seen.get((path, who, "insider"))) is not None)
    if theirs is None:
        return "-"
    if not theirs and not others:
        return "n" if whole else "a"
    if others is not None and not others & theirs and theirs != others:
        return "o"
    return "a" if theirs == whole else "?"


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
        for noun, paper in theirs.items()
        if not {(one.operation.noun, one.what), (noun.replace("_id", "s"), one.what)} & OPEN and paper in str(_but_notices(answer.said))
    ]
    assert not named, "\n".join(named)


def _but_notices(said: Any) -> Any:
    """Notices are public, and name the claim; so do their events."""
    return [each for each in said["items"] if not each.get("type", "").startswith("notice.")] if "next" in said else said


def test_everyone_hears_of_the_papers_they_can_open_and_of_no_others(world: World) -> None:
    """Each role's events, held against what the paper itself answers to the same token."""
    tokens = world.strangers | _insiders(world)
    told = {who: _told_of(world, token) for who, token in tokens.items()}
    papers = {kind: paper.shown_at.replace(":uuid", "") for service in PAPERS for kind, paper in service.items()}
    shown = {kind: one for kind, path in papers.items() for one in world.operations if (one.method, one.path) == ("GET", path)}
    happened = told["auditor"]
    assert {kind for kind, _ in happened} >= {"trainee", "class", "attendance", "enrolment", "claim", "filing", "certificate", "placement"}
    some = [pair for kind in shown for pair in sorted(pair for pair in happened if pair[0] == kind)[:4]]
    tries = [
        Try(
            shown[kind],
            who,
            world.stack.urls[shown[kind].service] + PARAMETER.sub(subject, shown[kind].path),
            f"{kind} {subject}",
            sent_as(token),
        )
        for who, token in tokens.items()
        for kind, subject in some
    ]
    differing = [
        f"{one.door} {one.what}: the paper answers {answer.status}"
        for one, answer in ask_all(tries)
        if (answer.status == 200) != (tuple(one.what.split()) in told[one.door])
    ]
    assert not differing, "\n".join(sorted(differing))
    assert all(told[who] for who in tokens if who not in world.strangers)


def _insiders(world: World) -> dict[str, str]:
    """The offices, and those whom the newest papers concern."""
    reads = sent_as(world.forge.true("auditor"))

    def seen(path: str) -> Any:
        return httpx.get(world.stack.gateway_url + path, headers=reads, timeout=60).raise_for_status().json()

    held, enrolled = seen(f"/v1/classes/{world.ids['class_id']}"), seen(f"/v1/enrolments/{world.ids['enrolment_id']}")
    bound = {
        "its institution": ("institution", {"institution_id": held["institution_id"]}),
        "its town": ("town", {"region_code": held["region_code"]}),
        "its person": ("person", {"trainee_id": enrolled["trainee_id"]}),
        "its partner": ("partner", {"sub": "local-partner"}),
    }
    offices = {role: world.forge.true(role) for role in ("officer", "reviewer", "finance", "auditor")}
    return offices | {who: world.forge.true(role, **to) for who, (role, to) in bound.items()}


def _told_of(world: World, token: str) -> set[tuple[str, str]]:
    """Of which papers the whole feed tells, by kind: by their own ids, or of the paper that shows them."""
    shown_by = {kind: PARAMETER.findall(paper.shown_at.replace(":uuid", "")) for service in PAPERS for kind, paper in service.items()}

    def paper_of(event: dict[str, Any]) -> tuple[str, str]:
        kind = event["type"].partition(".")[0]
        return kind, next((event["data"][name] for name in shown_by.get(kind, ()) if name in event["data"]), event["subject"])

    events, after = list[dict[str, Any]](), ""
    while True:
        answer = (
            httpx.get(f"{world.stack.gateway_url}/v1/changes?limit=1000{after}", headers=sent_as(token), timeout=60)
            .raise_for_status()
            .json()
        )
        assert answer["complete"]
        events += answer["items"]
        if after == (after := f"&after={answer['next']}"):
            return {paper_of(event) for event in events}
