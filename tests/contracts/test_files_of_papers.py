"""A file opens to whoever may see a paper that names it, in whatever service, and to nobody else: what the paper answers a caller, its file answers too."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from services.registry.files.tables import Naming
from shared import db
from tests import people
from tests.conftest import AWAY, Service, Start
from tests.eastwest import neighbours
from tests.evaluation import made as evaluation_made
from tests.registry import made
from tests.registry.files.test_files import PDF, upload
from tests.registry.following.city import City, a_city
from tests.registry.following.feeds import catch_up
from tests.subsidy import office

VIEWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "the-school": ("institution", {"institution_id": "{school}", "subject": "a-colleague"}),
    "another-school": ("institution", {"institution_id": "{other}"}),
    "the-enterprise": ("institution", {"institution_id": "{enterprise}"}),
    "the-person": ("person", {"trainee_id": "{trainee}"}),
    "another-person": ("person", {"trainee_id": "{nobody}"}),
    "the-town": ("town", {"region_code": "522601100"}),
    "another-town": ("town", {"region_code": "522601101"}),
    "its-department": ("department", {"department": "市农业农村局"}),
    "another-department": ("department", {"department": "市妇联"}),
    "the-partner": ("partner", {}),
    "another-partner": ("partner", {"subject": "another-office"}),
    "finance": ("finance", {}),
}


@dataclass
class Papers:
    """One paper of each kind that may name a file, each naming its own, which an officer uploaded, or whoever enters the paper."""

    city: City
    subsidy: Service
    ids: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)  # by the path of the paper

    def service(self, path: str) -> Service:
        noun = path.split("/")[2]
        city = self.city
        of = {"filings": city.evaluation, "assessments": city.evaluation, "certificates": city.evaluation, "placements": city.eastwest}
        return of.get(noun, self.subsidy if noun == "claims" else city.registry)

    def viewer(self, name: str, service: Service) -> httpx.AsyncClient:
        role, bound = VIEWERS[name]
        return service.as_(role, **{key: value.format(**self.ids) for key, value in bound.items()})

    async def file(self, role: str = "officer", **bound: Any) -> str:
        return str((await upload(self.city.registry.as_(role, **bound), PDF)).json()["id"])

    async def reads(self, name: str, file_id: str) -> int:
        return (await self.viewer(name, self.city.registry).get(f"/v1/files/{file_id}")).status_code

    async def catch_up(self) -> None:
        await catch_up(self.city.registry, self.city.evaluation, self.city.eastwest, self.subsidy)


@asynccontextmanager
async def papers(start: Start) -> AsyncIterator[Papers]:
    async with a_city(start) as city, start("subsidy") as subsidy:
        there = Papers(city, subsidy)
        for service in (city.evaluation, city.eastwest, subsidy):
            city.registry.knows(service)
        await _train(there)
        await _assess(there)
        await _place(there)
        await _claim(there)
        await there.catch_up()
        yield there


async def _train(there: Papers) -> None:
    registry, ids = there.city.registry, there.ids
    officer = registry.as_("officer", at=made.AFTER)
    ids["school"], ids["other"], ids["nobody"] = await made.school(registry), await made.school(registry), str(db.new_id())
    proof, late, work = [await there.file() for _ in range(3)]
    plan = await there.file("department", department="市农业农村局", subject="agriculture")  # whoever names a file may read it
    stated = [{"code": "rural_worker", "since_on": "2024-01-01", "proof": proof}]
    ids["trainee"] = trainee_id = await made.trainee(registry, 1, categories=stated)
    class_id = await made.proposed(registry, ids["school"], "in_progress", trade_name="稻田养鱼")
    enrolled = {"trainee_id": trainee_id, "reason": "漏录花名册", "proof": late}
    enrolment = await made.posted(officer, f"/v1/classes/{class_id}/enrolments", enrolled, 201)
    path = f"/v1/enrolments/{enrolment['id']}"
    worked = {"kind": "farming", "from_on": "2025-04-11", "grade": "E", "proof": work}
    await made.posted(officer, f"{path}/employment", worked, 201)
    by = registry.as_("department", department="市农业农村局", subject="agriculture")
    brand = await made.posted(by, "/v1/brands", {"name": "苗家酸汤", "kind": "brand", "creation_plan_file_id": plan}, 201)
    there.files |= {f"/v1/trainees/{trainee_id}": proof, path: late, f"{path}/employment": work, f"/v1/brands/{brand['id']}": plan}


async def _assess(there: Papers) -> None:
    world = evaluation_made.World(there.city.registry, there.city.evaluation)
    there.ids["enterprise"] = world.enterprise_id = await world.institution()
    clerk = {"institution_id": world.enterprise_id, "subject": "a-clerk"}
    rules, report, scan = await there.file("institution", **clerk), await there.file("institution", **clerk), await there.file()
    filing = await world.filing(materials=[{"name": "考务管理办法", "file_id": rules}])
    batch = await world.batch(filing["id"], [await world.worker(7)])
    path = f"/v1/assessments/{batch['id']}"
    await evaluation_made.done(world.enterprise().post(f"{path}/supervision", json=evaluation_made.supervision(report=report)))
    there.ids["certificate"] = await there.city.certificate(there.ids["trainee"], proof=scan)
    there.files |= {f"/v1/filings/{filing['id']}": rules, path: report, f"/v1/certificates/{there.ids['certificate']}": scan}


async def _place(there: Papers) -> None:
    slip, city = await there.file("partner"), there.city
    covers = neighbours.evidence("2025-05-30", "2025-06-29", ref=slip)
    facts = (neighbours.update("s"), neighbours.update("p", "present", "2025-06-29", evidence=covers))
    placement = await city.placement(await city.order(), there.ids["trainee"], *facts)
    there.files[f"/v1/placements/{placement}"] = slip


async def _claim(there: Papers) -> None:
    """Handed in with one file, and appealed against with another."""
    school = UUID(there.ids["school"])
    attached, appealed = await there.file(), await there.file("institution", institution_id=school, subject="a-clerk")
    there.subsidy.knows(there.city.registry)
    more = {"institution_id": school, "people": [UUID(there.ids["trainee"])], "attachments": [attached]}
    claim = await office.a_claim(there.subsidy, await office.a_fund(there.subsidy), **more)
    path = f"/v1/claims/{claim.id}"
    body = {"reason": "考勤有误", "attachments": [appealed]}
    await made.posted(there.subsidy.as_("institution", institution_id=school), f"{path}/appeals", body, 201)
    there.files |= {path: attached, f"{path}/appeals": appealed}


async def test_a_file_opens_to_whoever_sees_a_paper_that_names_it(start: Start) -> None:
    async with papers(start) as there:
        for path, file_id in there.files.items():
            opened = set[str]()
            for name in VIEWERS:
                sees = (await there.viewer(name, there.service(path)).get(path)).status_code == 200
                reads = await there.reads(name, file_id)
                if (
                    path.startswith("/v1/claims") and name == "the-person"
                ):  # who sees what the claim says of them, and not what was handed in with it
                    sees = False
                assert reads == (200 if sees else 404), (path, name, reads)
                opened |= {name} if sees else set()
            assert set() < opened < VIEWERS.keys(), path
        registry, file_id = there.city.registry, there.files[f"/v1/trainees/{there.ids['trainee']}"]
        statuses = [
            (await registry.as_(role).get(f"/v1/files/{file_id}")).status_code for role in ("officer", "reviewer", "auditor", "admin")
        ]
        assert statuses == [200, 200, 200, 404]
        trail = (await registry.as_("auditor").get("/v1/audit", params={"subject": file_id, "action": "file.read"})).json()["items"]
        assert {each["role"] for each in trail} == {"institution", "person", "town", "officer", "reviewer", "auditor"}


async def test_what_a_paper_names_no_more_is_closed_again(start: Start) -> None:
    async with a_city(start) as city, start("subsidy") as subsidy:
        there = Papers(city, subsidy)
        city.registry.knows(city.evaluation)
        world = evaluation_made.World(city.registry, city.evaluation)
        world.enterprise_id = await world.institution()
        files = [await there.file("institution", institution_id=world.enterprise_id) for _ in range(2)]
        draft = await world.filing("draft", materials=[{"name": "办法", "file_id": each} for each in files])
        await there.catch_up()
        assert await _named(city.registry) == set(files)
        change, headers = {"materials": [{"name": "办法", "file_id": files[1]}]}, {"If-Match": f'"{draft["version"]}"'}
        await evaluation_made.done(world.enterprise().patch(f"/v1/filings/{draft['id']}", json=change, headers=headers))
        await there.catch_up()
        assert await _named(city.registry) == {files[1]}


async def _named(registry: Service) -> set[str]:
    async with registry.kernel.reading() as session:
        return {str(each) for each in await session.scalars(select(Naming.file_id))}


async def test_nobody_names_a_file_that_is_not_theirs_to_read_for_naming_it_would_open_it(start: Start) -> None:
    """Wherever an id of a file, or a proof that may be one, is taken."""
    async with papers(start) as there:
        ids, city, registry = there.ids, there.city, there.city.registry
        school = registry.as_("institution", institution_id=ids["school"], at=made.AFTER)
        town, officer = registry.as_("town", region_code="522601100"), registry.as_("officer", at=made.AFTER)
        partner, examined = city.eastwest.as_("partner"), city.evaluation.as_("institution", institution_id=ids["enterprise"])
        work, trainee, placement, batch = [
            next(path for path in there.files if path.startswith(f"/v1/{noun}") and path.endswith(end))
            for noun, end in (("enrolments", "/employment"), ("trainees", ""), ("placements", ""), ("assessments", ""))
        ]
        mine, placed = {"code": "rural_worker", "since_on": "2024-01-01"}, placement.rpartition("/")[2]
        class_id = (await officer.get(work.removesuffix("/employment"))).json()["class_id"]
        theirs = await there.file("institution", institution_id=ids["other"], subject="a-stranger")
        for file_id in (str(db.new_id()), theirs):
            proved = [mine | {"proof": file_id}]
            person = people.trainee(50, categories=proved)
            fact = neighbours.update("n", "present", "2025-07-29", evidence=neighbours.evidence("2025-06-30", "2025-07-29", ref=file_id))
            farming = {"kind": "farming", "from_on": "2025-04-12", "grade": "E", "proof": file_id}
            asked: list[tuple[httpx.AsyncClient, str, Any, str]] = [
                (school, "/v1/trainees", person, "/categories/0/proof"),
                (school, "/v1/trainees:batch", {"atomic": "all", "items": [person]}, "/items/0/categories/0/proof"),
                (school, f"{trainee}/corrections", {"field": "categories", "proposed": proved, "reason": "有误"}, "/proposed/0/proof"),
                (town, f"{trainee}/erasure-requests", {"on_behalf": True, "reason": "本人要求", "proof": file_id}, "/proof"),
                (school, work, farming, "/proof"),
                (examined, f"{batch}/supervision", evaluation_made.supervision(report=file_id), "/report"),
                (examined, "/v1/filings", evaluation_made.filing(materials=[{"name": "办法", "file_id": file_id}]), "/materials/0/file_id"),
                (partner, f"{placement}/updates", fact, "/evidence/0/ref"),
                (
                    partner,
                    "/v1/placement-updates:batch",
                    {"atomic": "all", "items": [fact | {"placement_id": placed}]},
                    "/items/0/evidence/0/ref",
                ),
            ]
            if file_id != theirs:  # the offices read every file
                late = {"trainee_id": ids["trainee"], "reason": "漏录", "proof": file_id}
                scanned = evaluation_made.certificate(ids["trainee"], proof=file_id)
                asked += [
                    (officer, f"/v1/classes/{class_id}/enrolments", late, "/proof"),
                    (city.evaluation.as_("officer"), "/v1/certificates", scanned, "/proof"),
                ]
            for client, path, body, pointer in asked:
                answer = await client.post(path, json=body, headers=neighbours.key())
                told = {(each["code"], each["pointer"]) for each in answer.json().get("errors", ())}
                assert answer.status_code == 422 and ("unknown_file", pointer) in told, (path, answer.text)


async def test_while_a_service_is_away_only_what_it_alone_could_open_waits(start: Start) -> None:
    async with a_city(start) as city, start("subsidy") as subsidy:
        there = Papers(city, subsidy)
        for service in (city.evaluation, city.eastwest):
            city.registry.knows(service)
        there.ids["trainee"] = await made.trainee(city.registry, 1)
        scan, only, either = await there.file(), await there.file("partner"), await there.file("partner")
        await city.certificate(there.ids["trainee"], proof=scan)
        placement = await city.placement(await city.order(), there.ids["trainee"])
        for ref, slip, until in (("a", only, "2025-06-29"), ("b", either, "2025-06-30")):
            covers = neighbours.evidence("2025-05-30", until, ref=slip)
            await city.report(placement, neighbours.update(ref, "present", until, evidence=covers))
        await city.certificate(there.ids["trainee"], proof=either, number="S000052000009255999999")
        await there.catch_up()
        assert [await there.reads("the-person", each) for each in (scan, only, either)] == [200, 200, 200]
        city.registry.kernel.neighbours["eastwest"].transport = AWAY
        assert [await there.reads("the-person", each) for each in (scan, only, either)] == [200, 503, 200]
        assert (await city.registry.as_("auditor").get(f"/v1/files/{only}")).status_code == 200
