"""The real registry and evaluation answer what eastwest reads of them."""

from services.eastwest import clients
from shared import clock, db
from shared.access import Actor, Call
from tests import people
from tests.conftest import Service, Start

CALL = Call(Actor("eastwest", "service"), clock.now())


async def test_the_registry_finds_people_by_number_and_names_them(eastwest: Service, start: Start) -> None:
    async with start("registry") as registry:
        eastwest.knows(registry)
        made = await registry.as_("officer").post("/v1/trainees", json=people.trainee(1))
        trainee_id = made.json()["id"]
        assert [str(each) for each in await clients.lookup(eastwest.kernel, CALL, [people.id_number(1), people.id_number(2)])] == [
            trainee_id,
            "None",
        ]
        names = await clients.names(eastwest.kernel, CALL, trainee_ids=[made.json()["id"], db.new_id()])
        [person] = names.trainees.values()
        assert (person.name, person.id_number_masked) == (people.name(1), made.json()["id_number"])


async def test_the_registry_tells_the_first_day_of_a_class(eastwest: Service, start: Start) -> None:
    async with start("registry") as registry:
        eastwest.knows(registry)
        officer = registry.as_("officer")
        institution = {
            "name": "凯里市某技工学校",
            "uscc": "91110000600037341L",
            "kind": "technical_school",
            "region_code": "522601001",
            "above_scale": False,
        }
        school = (await officer.post("/v1/institutions", json=institution)).json()["id"]
        body = {
            "name": "电工订单班",
            "institution_id": school,
            "channel": "project",
            "programmes": ["brand.rongwan"],
            "occupation_code": "6-31-01-03",
            "level": "junior",
            "starts_on": "2025-03-10",
            "ends_on": "2025-04-18",
            "hours": 240,
            "seats": 40,
            "region_code": "522601001",
        }
        made = await registry.as_("institution", institution_id=school).post("/v1/classes", json=body)
        assert made.status_code == 201, made.text
        names = await clients.names(eastwest.kernel, CALL, class_ids=[made.json()["id"]])
        assert [str(each.starts_on) for each in names.classes.values()] == ["2025-03-10"]


async def test_evaluation_tells_of_outside_certificates(eastwest: Service, start: Start) -> None:
    async with start("registry") as registry, start("evaluation") as evaluation:
        eastwest.knows(evaluation)
        evaluation.knows(registry)
        trainee_id = (await registry.as_("officer").post("/v1/trainees", json=people.trainee(1))).json()["id"]
        body = {
            "kind": "work_permit",
            "number": "T522601199003070017",
            "trainee_id": trainee_id,
            "occupation_code": "6-31-01-03",
            "level": None,
            "issued_on": "2025-05-10",
            "issuer": "贵州省应急管理厅",
            "proof": "原件已核对",
        }
        made = await evaluation.as_("officer").post("/v1/certificates", json=body)
        assert made.status_code == 201, made.text
        [found] = await clients.certificates(eastwest.kernel, CALL, trainee_ids=[trainee_id])
        assert (str(found.id), found.outside, str(found.issued_on), found.exam_held_on) == (made.json()["id"], True, "2025-05-10", None)
