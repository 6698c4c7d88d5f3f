"""Whoever is suspended, gone or blacklisted neither files nor renews, assesses nor issues on that day; what is shown beforehand says so too."""

from typing import Any

import pytest

from tests.conftest import AWAY, Start
from tests.evaluation import made
from tests.evaluation.made import World, done, refused, world

DAY, BEFORE, AFTER = "2025-06-20", "2025-06-19", "2025-07-01"
SUSPENDED = ("suspend", {"from_on": "2025-06-20", "until_on": "2025-06-30", "reason": "停业整顿"}, "institution_suspended")
LISTED = ("blacklist", {"from_on": "2025-06-20", "until_on": "2025-06-30", "reason": "虚报人数"}, "institution_blacklisted")
GONE = ("exit", {"on": "2025-06-20", "reason": "不再办学"}, "institution_exited")


async def leaves(w: World, action: str, body: dict[str, Any]) -> None:
    role = "reviewer" if action == "blacklist" else "officer"
    client = w.registry.as_(role, at=made.at("2025-06-01"))
    await done(client.post(f"/v1/institutions/{w.enterprise_id}:{action}", json=body))


def why_not(paper: dict[str, Any], action: str) -> str | None:
    [found] = [each["why_not"] for each in paper["allowed_actions"] if each["action"] == action]
    return found and str(found["code"])


@pytest.mark.parametrize(("action", "body", "code"), [SUSPENDED, GONE, LISTED], ids=["suspended", "gone", "blacklisted"])
async def test_who_takes_no_part_files_nothing_and_is_granted_nothing(start: Start, action: str, body: dict[str, Any], code: str) -> None:
    async with world(start) as w:
        papers = {status: await w.filing(status, number_prefix=None) for status in ("draft", "checked", "accepted")}
        await leaves(w, action, body)
        steps = (("draft", "submit"), ("checked", "accept"), ("accepted", "renew"), ("accepted", "extend-scope"))
        for status, step in steps:
            paper, client = papers[status], w.who(step, DAY)
            path, headers = f"/v1/filings/{paper['id']}", {"If-Match": f'"{paper["version"]}"'}
            if step != "renew":  # of which the day has not come either way
                assert why_not(await done(w.who(step, BEFORE).get(path)), step) is None
            assert why_not(await done(client.get(path)), step) == code
            await refused(client.post(f"{path}:{step}", json=made.BODIES.get(step, {}), headers=headers), 409, code)
        await refused(w.enterprise(DAY).post("/v1/filings", json=made.filing()), 409, code)
        revoked = await w.act(papers["accepted"], "revoke", made.BODIES["revoke"], DAY)  # what is taken away asks nobody's leave
        assert revoked["status"] == "revoked"


@pytest.mark.parametrize(("action", "body", "code"), [SUSPENDED, GONE, LISTED], ids=["suspended", "gone", "blacklisted"])
async def test_who_takes_no_part_on_the_exams_day_or_today_neither_assesses_nor_issues(
    start: Start, action: str, body: dict[str, Any], code: str
) -> None:
    async with world(start) as w:
        filing, people = await w.filing(), [await w.worker(1)]
        before = await w.batch(filing["id"], people, "locked", held_on="2025-06-10")
        await leaves(w, action, body)
        for held_on, today in ((DAY, BEFORE), (BEFORE, DAY)):
            announced = made.assessment(filing["id"], people, held_on=held_on)
            await refused(w.enterprise(today).post("/v1/assessments", json=announced), 409, code)
        await done(w.enterprise(BEFORE).post("/v1/assessments", json=made.assessment(filing["id"], people, held_on=BEFORE)))
        path = f"/v1/assessments/{before['id']}"
        assert why_not(await done(w.enterprise(DAY).get(path)), "issue") == code
        await refused(w.enterprise(DAY).post(f"{path}:issue"), 409, code)
        free = BEFORE if action == "exit" else AFTER
        assert why_not(await done(w.enterprise(free).get(path)), "issue") is None
        assert (await done(w.enterprise(free).post(f"{path}:issue")))["status"] == "issued"


async def test_while_the_registry_is_away_only_what_depends_on_it_waits(start: Start) -> None:
    async with world(start) as w:
        draft, accepted = await w.filing("draft"), await w.filing("accepted", number_prefix=None)
        w.evaluation.kernel.neighbours["registry"].transport = AWAY
        path, headers = f"/v1/filings/{draft['id']}", {"If-Match": f'"{draft["version"]}"'}
        assert why_not(await done(w.enterprise().get(path)), "submit") == "unavailable"
        assert (await refused(w.enterprise().post(f"{path}:submit", headers=headers), 503, "unavailable"))["retryable"]
        assert (await w.act(accepted, "suspend", made.BODIES["suspend"]))["status"] == "suspended"
