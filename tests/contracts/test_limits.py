"""What can be harvested or guessed is limited always, without any setting: as often as is allowed, and not once more."""

import base64
from collections.abc import Iterable

import httpx

from shared import db, limits
from tests.conftest import Start
from tests.registry.invented import id_number, made, trainee


def _codes(answers: Iterable[httpx.Response]) -> list[int]:
    return [each.status_code for each in answers]


def _refused(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert int(answer.headers["retry-after"]) >= 1 and "ratelimit-policy" in answer.headers


async def test_certificates_are_verified_60_times_a_minute_an_address(start: Start) -> None:
    async with start("evaluation") as evaluation, start("registry") as registry:
        evaluation.knows(registry)
        anyone, asked = evaluation.as_("public"), {"number": "S000052000001250000001", "name": "杨秀英"}
        assert set(_codes([await anyone.post("/v1/certificates:verify", json=asked) for _ in range(60)])) == {200}
        _refused(await anyone.post("/v1/certificates:verify", json=asked))


async def test_signing_in_fails_20_times_a_minute_an_address_and_then_even_a_right_secret_waits(start: Start) -> None:
    async with start("gateway") as gateway:
        anyone = gateway.as_("public")
        for n in range(10):
            assert (await anyone.post("/v1/sessions", json={"name": f"nobody-{n}", "password": "wrong-password"})).status_code == 401
        basic = {"Authorization": f"Basic {base64.b64encode(b'nobody:wrong').decode()}"}
        grant = {"grant_type": "client_credentials"}
        assert _codes([await anyone.post("/oauth2/token", data=grant, headers=basic) for _ in range(10)]) == [401] * 10
        answer = await anyone.post("/oauth2/token", data=grant, headers=basic)
        assert (answer.status_code, answer.json()["error"]) == (429, "temporarily_unavailable") and "retry-after" in answer.headers
        _refused(await anyone.post("/v1/sessions", json={"name": "nobody", "password": "wrong-password"}))
        _refused(await anyone.post("/v1/sessions:refresh", json={"refresh_token": f"{db.new_id()}.x"}))


async def test_an_institution_asks_for_200_unknown_numbers_a_day_and_known_ones_do_not_count(start: Start) -> None:
    async with start("registry") as registry:
        await made(registry.as_("officer"), "/v1/trainees", trainee())
        school_id = str(db.new_id())
        known = trainee()["id_number"]

        async def ask(client: httpx.AsyncClient, numbers: list[str]) -> httpx.Response:
            return await client.post("/v1/trainees:lookup", json={"id_numbers": numbers, "names": ["杨秀英"] * len(numbers)})

        school = registry.as_("institution", institution_id=school_id)
        unknown = [id_number(n) for n in range(300, 501)]
        assert _codes([await ask(school, [*unknown[first : first + 100], known]) for first in (0, 100)]) == [200, 200]
        assert (await ask(school, [known])).status_code == 200
        _refused(await ask(school, [unknown[200]]))
        colleague = registry.as_("institution", institution_id=school_id, subject="a-colleague")
        _refused(await ask(colleague, [unknown[200]]))
        assert (await ask(registry.as_("institution", institution_id=str(db.new_id())), [unknown[200]])).status_code == 200
        assert (await ask(registry.as_("officer"), [unknown[200]])).status_code == 200


async def test_an_officer_asks_for_5000_unknown_numbers_a_day_and_another_system_for_as_many_as_its_grant(start: Start) -> None:
    async with start("registry") as registry:
        who, body = str(db.new_id()), {"id_numbers": [id_number(n) for n in range(300, 310)]}
        officer, system = registry.as_("officer", person_id=who), registry.as_("system", person_id=who, scopes={"trainees.read"})
        await registry.kernel.limits.take(limits.LOOKUP_MISSES_OF_A_PERSON, who, 4_990)
        assert (await officer.post("/v1/trainees:lookup", json=body)).status_code == 200
        _refused(await officer.post("/v1/trainees:lookup", json=body))
        assert (await system.post("/v1/trainees:lookup", json=body)).status_code == 200


async def test_a_partner_names_200_unknown_numbers_a_day(start: Start) -> None:
    async with start("eastwest") as eastwest, start("registry") as registry:
        eastwest.knows(registry)
        partner = eastwest.as_("partner", subject="an-office")
        body = {"order_id": str(db.new_id()), "id_number": id_number(300)}

        async def name() -> httpx.Response:
            return await partner.post("/v1/placements", json=body, headers={"Idempotency-Key": str(db.new_id())})

        await eastwest.kernel.limits.take(limits.LOOKUP_MISSES, "an-office", 199)
        last = await name()
        assert (last.status_code, last.json()["errors"][0]["code"]) == (422, "unknown_trainee")
        _refused(await name())


async def test_objections_are_raised_60_times_a_minute_an_address(start: Start) -> None:
    async with start("subsidy") as subsidy:
        path, body = f"/v1/notices/{db.new_id()}/objections", {"reason": "没有参加培训"}
        await subsidy.kernel.limits.take(limits.OBJECTIONS, "127.0.0.1", 59)
        assert (await subsidy.as_("public").post(path, json=body)).status_code == 404
        _refused(await subsidy.as_("public").post(path, json=body))


async def test_a_person_reveals_100_a_day_whatever_the_account(start: Start) -> None:
    async with start("registry") as registry:
        person = await made(registry.as_("officer"), "/v1/trainees", trainee())
        path, because, who = f"/v1/trainees/{person['id']}:reveal", {"reason": "核对银行账号"}, str(db.new_id())
        accounts = [registry.as_("officer", person_id=who, subject=f"account-{n}") for n in range(2)]
        assert set(_codes([await accounts[n % 2].post(path, json=because) for n in range(100)])) == {200}
        _refused(await accounts[0].post(path, json=because))
        assert (await registry.as_("officer").post(path, json=because)).status_code == 200
