"""Of who was merged into another, candidates, results, teams and certificates are told by either id and are one person's."""

from uuid import UUID

from services.evaluation.known.conditions import ALIASES
from shared import aliases
from tests.conftest import Start
from tests.evaluation.made import World, assessment, certificate, done, refused, staff, world


async def merged(at: World, old: str, stays: str) -> None:
    """As the feed of the registry tells it."""
    await done(at.registry.as_("officer").post(f"/v1/trainees/{old}:merge", json={"into": stays}))
    async with at.evaluation.kernel.writing.begin() as session:
        await aliases.learn(session, ALIASES, UUID(old), UUID(stays))


async def test_who_was_announced_under_one_id_is_given_results_under_the_other_and_one_certificate(start: Start) -> None:
    async with world(start) as at:
        filing = await at.filing()
        old, stays, other = [await at.worker(n) for n in (1, 2, 3)]
        batch = await at.batch(filing["id"], [old, other])
        await merged(at, old, stays)
        path = f"/v1/assessments/{batch['id']}"
        for named, outcome in ((stays, "created"), (old, "unchanged")):
            results = {"items": [{"trainee_id": named, "score": 80, "passed": True}]}
            [item] = (await done(at.enterprise().post(f"{path}/results:batch", json=results)))["items"]
            assert (item["outcome"], item["id"]) == (outcome, stays)
        twice = {"items": [{"trainee_id": each, "score": 80, "passed": True} for each in (old, stays)]}
        said = (await done(at.enterprise().post(f"{path}/results:batch", json=twice)))["items"]
        assert [[fault["code"] for fault in each["errors"]] for each in said] == [[], ["listed_twice"]]
        assert set((await done(at.enterprise().get(path)))["candidates"]) == {stays, other}
        await done(at.enterprise().post(f"{path}/supervision", json={"supervisor": "DD-001", "mode": "online", "report": "秩序良好"}))
        await done(at.enterprise().post(f"{path}:lock"))
        await done(at.enterprise().post(f"{path}:issue"))
        lists = [await at.certificates(trainee_id=each) for each in (old, stays)]
        assert lists[0] == lists[1] and [each["trainee_id"] for each in lists[0]] == [stays]
        single = await done(at.officer().get(f"/v1/certificates/{lists[0][0]['id']}"))
        assert single["trainee_id"] == stays


async def test_who_sat_one_exam_under_both_ids_is_given_one_certificate(start: Start) -> None:
    async with world(start) as at:
        filing = await at.filing()
        old, stays = [await at.worker(n) for n in (1, 2)]
        batch = await at.batch(filing["id"], [old, stays], "locked")
        await merged(at, old, stays)
        await done(at.enterprise().post(f"/v1/assessments/{batch['id']}:issue"))
        assert len(await at.certificates(trainee_id=old)) == 1


async def test_an_assessor_is_no_candidate_under_their_other_id(start: Start) -> None:
    async with world(start) as at:
        old, stays = [await at.worker(n) for n in (1, 2)]
        filing = await at.filing(staff=staff(assessors=[{"name": "吴考评", "card": "KP-001", "trainee_id": old}]))
        assert (await at.enterprise().post("/v1/assessments", json=assessment(filing["id"], [stays]))).status_code == 201
        await merged(at, old, stays)
        for named in (old, stays):
            await refused(at.enterprise().post("/v1/assessments", json=assessment(filing["id"], [named])), 409, "conflict_of_interest")


async def test_an_outside_certificate_named_for_the_old_id_is_the_kept_persons(start: Start) -> None:
    async with world(start) as at:
        old, stays = [await at.worker(n) for n in (1, 2)]
        await merged(at, old, stays)
        paper = await done(at.officer().post("/v1/certificates", json=certificate(old)))
        assert paper["trainee_id"] == stays
        facts = await done(at.evaluation.internal().post("/internal/v1/certificate-facts", json={"trainee_ids": [old]}))
        assert [each["trainee_id"] for each in facts["certificates"]] == [stays]
