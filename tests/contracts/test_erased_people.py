"""Of whom everything was erased no service says the name or the number any more, and nobody signs in as them."""

import contextlib
from typing import Any

import httpx
from sqlalchemy import text

from gateway.identity.following import job, operations
from shared import following
from tests.conftest import Service, Start
from tests.registry import made
from tests.registry.people.test_erasures import asked, granted

NAME, NUMBER = "欧阳稀有", made.citizen(77)
DOER = " - 'actor_name'"
ISSUER = {"oidc_issuer": "https://login.example.gov", "oidc_audience": "kaili"}
CARD = {"card": "GZ-KP-0077", "teams": ["assessors"], "occupations": ["6-31-01-03"]}
CARD |= {"valid_from_on": "2024-01-01", "valid_until_on": "2027-01-01"}


@contextlib.asynccontextmanager
async def a_city(start: Start) -> Any:
    async with contextlib.AsyncExitStack() as stack:
        names = ("registry", "subsidy", "evaluation", "eastwest")
        services = {name: await stack.enter_async_context(start(name)) for name in names}
        services["gateway"] = await stack.enter_async_context(start("gateway", **ISSUER))
        for one in services.values():
            for other in services.values():
                if other.kernel.service in one.kernel.neighbours:
                    one.knows(other)
        yield services


async def kept(service: Service) -> str:
    """All that stands in the tables of a service, as text, but who did what is in the trail: that is kept as it was sealed."""
    async with service.superuser() as connection:
        names = (await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))).scalars()
        rows = [f"SELECT to_jsonb({name}){DOER * (name == 'audit')} FROM {name}" for name in names]
        return "".join([str((await connection.execute(text(each))).all()) for each in rows])


async def follow(gateway: Service) -> None:
    kernel = gateway.kernel
    fetch = following.feed_of(kernel.neighbours["registry"], kernel.own_call)
    while await following.follow_once(kernel.engine, job.CURSOR, fetch, operations.taking_in(kernel.own_call)):
        pass


async def test_no_service_says_an_erased_name_or_number_and_nobody_signs_in_as_them(start: Start) -> None:
    async with a_city(start) as city:
        registry, gateway = city["registry"], city["gateway"]
        admin = gateway.as_("admin")
        gone = await made.trainee(registry, 77, name=NAME)
        stays = await made.trainee(registry, 78, name="潘秀兰")
        insured = {
            "id_number": NUMBER,
            "month": "2025-02",
            "employer": {"name": "佛山市某厂"},
            "source": "顺德社保",
            "external_ref": "SB-77",
        }
        sent = await made.posted(city["eastwest"].as_("officer", at=made.AFTER), "/v1/insurance-records:batch", {"items": [insured]}, 207)
        assert sent["summary"]["created"] == 1, sent
        bound = {"role": "person", "name": NAME, "trainee_id": gone}
        by_password = await made.posted(admin, "/v1/users", bound | {"login": NAME}, 201)
        at_issuer = await made.posted(
            admin, "/v1/users", bound | {"login": f"{NAME}2", "issuer": ISSUER["oidc_issuer"], "subject": f"cn={NAME}"}, 201
        )
        program = await made.posted(admin, "/v1/clients", bound, 201)
        other = await made.posted(admin, "/v1/users", {"role": "person", "name": "潘秀兰", "trainee_id": stays}, 201)
        proof = {"name": NAME, "password": by_password["client_secret"]}
        assert (await gateway.as_("public").post("/v1/sessions", json=proof)).status_code == 201

        assert (await granted(registry, await asked(registry, gone)))["kept"] == []
        await follow(gateway)

        for name, service in city.items():
            whole = await kept(service)
            assert [word for word in (NAME, NUMBER) if word in whole] == [], name
        shown = [(await admin.get(f"/v1/users/{each['id']}")).json() for each in (by_password, at_issuer)]
        shown.append((await admin.get(f"/v1/clients/{program['client_id']}")).json())
        assert {(each["status"], each["name"], each["trainee_name"]) for each in shown} == {("disabled", operations.NO_NAME, None)}
        assert (await gateway.as_("public").post("/v1/sessions", json=proof)).status_code == 401
        assert (await admin.get(f"/v1/users/{other['id']}")).json()["status"] == "active"
        [record] = (await city["eastwest"].as_("officer").get("/v1/insurance-records")).json()["items"]
        assert (record["trainee_id"], record["trainee_name"], record["id_number_masked"]) == (gone, None, None)


async def test_whoever_is_on_the_register_of_examiners_stays_and_the_answer_says_why(start: Start) -> None:
    async with start("registry") as registry, start("evaluation") as evaluation:
        evaluation.knows(registry)
        registry.knows(evaluation)
        for name, kind in (("subsidy", "claim"), ("eastwest", "placement")):
            answer = {"counts": {kind: 0}}
            registry.kernel.neighbours[name].transport = httpx.MockTransport(lambda _, said=answer: httpx.Response(200, json=said))
        examiner = await made.trainee(registry, 77, name=NAME)
        await made.posted(evaluation.as_("officer"), "/v1/examiners", CARD | {"name": NAME, "trainee_id": examiner}, 201)
        done = await granted(registry, await asked(registry, examiner))
        assert ([(each["kind"], each["count"]) for each in done["holds"]], "name" in done["kept"]) == ([("examiner", 1)], True)
