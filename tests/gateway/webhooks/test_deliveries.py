"""Events on their way to a receiver: signed, never lost, not before they may be known, sent again on demand."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from gateway.webhooks import policy
from gateway.webhooks.deliveries import job as sending
from gateway.webhooks.following import job as following
from shared import clock, db
from tests.gateway.houses import House
from tests.gateway.routing.upstream import free_port, serving
from tests.gateway.webhooks.conftest import account
from tests.gateway.webhooks.receiver import Receiver, a_receiver
from tests.registry.invented import PAN, YANG, made, trainee
from tests.waiting import until

pytestmark = pytest.mark.jobs

PATH = "/v1/webhook-endpoints"


async def listens(home: House, receiver: Receiver, role: str = "admin", scopes: set[str] | None = None, **body: Any) -> str:
    """An endpoint for the receiver; its path."""
    client = home.gateway.as_(role, **({"scopes": scopes} if scopes is not None else {}))
    made = await client.post(PATH, json={"url": receiver.url} | body)
    assert made.status_code == 201, made.text
    receiver.secret = made.json()["secret"]
    return f"{PATH}/{made.json()['id']}"


async def deliveries(home: House, endpoint: str, **params: Any) -> list[dict[str, Any]]:
    return list((await home.gateway.as_("admin").get(f"{endpoint}/deliveries", params=params)).json()["items"])


async def test_events_of_all_services_arrive_signed(home: House) -> None:
    async with a_receiver() as receiver:
        endpoint = await listens(home, receiver)
        happened = await home.happens("registry", "trainee.changed", "class.approved") + await home.happens("subsidy", "claim.submitted")
        await until(lambda: len(receiver.events) == 3)
        assert sorted(receiver.subjects) == sorted(happened) and receiver.forged == 0
        event, headers = receiver.events[0], receiver.headers[0]
        assert event["specversion"] == "1.0" and event["sequence"] and headers["webhook-id"] == event["id"]
        assert headers["content-type"] == "application/cloudevents+json"
        await until(lambda: settled(home, endpoint, 3))
        shown = await deliveries(home, endpoint)
        assert {(each["status"], each["attempts"], each["last_status"], each["next_at"]) for each in shown} == {("delivered", 1, 204, None)}


async def settled(home: House, endpoint: str, number: int) -> bool:
    return len(await deliveries(home, endpoint, status="delivered")) == number


async def test_while_the_receiver_is_down_events_wait_and_none_is_lost(home: House) -> None:
    receiver = Receiver(free_port())
    endpoint = await listens(home, receiver)
    happened = await home.happens("registry", *["trainee.changed"] * 12)

    async def tried() -> bool:
        return len(waiting := await deliveries(home, endpoint, status="pending")) == 12 and all(each["attempts"] for each in waiting)

    await until(tried)
    async with receiver.up():
        await until(lambda: len(receiver.events) >= 12)
        assert sorted(set(receiver.subjects)) == sorted(happened)
        await until(lambda: settled(home, endpoint, 12))


@pytest.mark.parametrize("answers", [500, 404, 302])
async def test_only_an_answer_of_success_is_a_delivery(home: House, answers: int) -> None:
    async with a_receiver() as receiver:
        receiver.answers = answers
        endpoint = await listens(home, receiver)
        happened = await home.happens("registry", "trainee.changed")
        await until(lambda: bool(receiver.headers))
        receiver.answers = 200
        await until(lambda: receiver.subjects == happened)
        await until(lambda: settled(home, endpoint, 1))
        [shown] = await deliveries(home, endpoint)
        assert shown["attempts"] >= 2
        assert {headers["webhook-id"] for headers in receiver.headers} == {shown["event_id"]}


async def test_gone_disables_the_endpoint(home: House) -> None:
    async with a_receiver() as receiver:
        receiver.answers = 410
        endpoint = await listens(home, receiver)
        await home.happens("registry", "trainee.changed")

        async def disabled() -> bool:
            return (await home.gateway.as_("admin").get(endpoint)).json()["disabled_reason"] == "gone"

        await until(disabled)
        assert [each["status"] for each in await deliveries(home, endpoint)] == ["failed"]


async def test_after_the_last_attempt_it_has_failed_and_can_be_sent_again(home: House) -> None:
    async with a_receiver() as receiver:
        receiver.answers = 500
        endpoint = await listens(home, receiver)
        happened = await home.happens("registry", "trainee.changed")
        await until(lambda: bool(receiver.headers))
        async with home.gateway.kernel.engine.begin() as connection:
            await connection.execute(
                text(f"UPDATE webhook_deliveries SET attempts = {policy.ATTEMPTS_AT_MOST - 1}, next_at = now() WHERE status = 'pending'")
            )

        async def failed() -> bool:
            return len(await deliveries(home, endpoint, status="failed")) == 1

        await until(failed)
        [shown] = await deliveries(home, endpoint)
        assert (shown["attempts"], shown["last_status"], shown["next_at"]) == (policy.ATTEMPTS_AT_MOST, 500, None)
        receiver.answers = 200
        again = await home.gateway.as_("admin").post(f"{endpoint}:replay", json={"delivery_id": shown["id"]})
        assert again.json() == {"replayed": 1}
        await until(lambda: receiver.subjects == happened)


async def test_a_replay_sends_again_what_is_asked_for(home: House) -> None:
    async with a_receiver() as receiver:
        endpoint, admin = await listens(home, receiver), home.gateway.as_("admin")
        before = await home.happens("registry", "trainee.changed", "trainee.changed")
        middle = (await admin.get("/v1/changes")).json()["next"]
        later = await home.happens("registry", "class.approved") + await home.happens("subsidy", "claim.submitted")
        await until(lambda: settled(home, endpoint, 4))
        for body, expected in (
            ({"after": middle}, later),
            ({}, before + later),
            ({"from_on": "2199-01-01"}, []),
            ({"from_on": "2020-01-01"}, before + later),
        ):
            receiver.events.clear()
            assert (await admin.post(f"{endpoint}:replay", json=body)).json() == {"replayed": len(expected)}, body
            await until(lambda wanted=expected: sorted(receiver.subjects) == sorted(wanted))  # type: ignore[misc]
            await until(lambda: settled(home, endpoint, 4))
        for body, status in (({"after": "x"}, 400), ({"after": middle, "from_on": "2025-01-01"}, 422), ({"delivery_id": before[0]}, 404)):
            assert (await admin.post(f"{endpoint}:replay", json=body)).status_code == status, body


async def test_after_a_rotation_both_secrets_verify(home: House) -> None:
    async with a_receiver() as receiver:
        endpoint = await listens(home, receiver)
        new = (await home.gateway.as_("admin").post(f"{endpoint}:rotate-secret")).json()["secret"]
        await home.happens("registry", "trainee.changed")
        await until(lambda: len(receiver.events) == 1)
        receiver.secret = new
        await home.happens("registry", "trainee.changed")
        await until(lambda: len(receiver.events) == 2)
        assert receiver.forged == 0 and len(receiver.headers[0]["webhook-signature"].split(" ")) == 2
        async with home.gateway.kernel.engine.begin() as connection:
            await connection.execute(text("UPDATE webhook_endpoints SET previous_secret_until = now()"))
        await home.happens("registry", "trainee.changed")
        await until(lambda: len(receiver.events) == 3)
        assert len(receiver.headers[2]["webhook-signature"].split(" ")) == 1


async def test_an_endpoint_gets_the_types_it_names_and_only_what_its_owner_may_read(home: House) -> None:
    async with a_receiver() as named, a_receiver() as scoped:
        await listens(home, named, types=["class.*", "claim.submitted"])
        await listens(home, scoped, "system", {"claims.read"})
        await home.happens("registry", "trainee.changed", "class.approved")
        await home.happens("subsidy", "claim.submitted", "claim.reviewed")
        await until(lambda: len(named.events) == 2 and len(scoped.events) == 2)
        assert sorted(event["type"] for event in named.events) == ["claim.submitted", "class.approved"]
        assert sorted(event["type"] for event in scoped.events) == ["claim.reviewed", "claim.submitted"]


async def test_what_happened_before_an_endpoint_was_made_is_not_told(home: House) -> None:
    async with a_receiver() as receiver:
        await home.happens("registry", "trainee.changed")
        await listens(home, receiver)
        happened = await home.happens("registry", "class.approved")
        await until(lambda: receiver.subjects == happened)


async def test_one_that_hangs_holds_up_no_other(home: House) -> None:
    async with a_receiver() as receiver:
        hanging = Receiver(free_port())

        async def hang(scope: Any, receive: Any, send: Any) -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        async with serving(hang, hanging.port):
            await listens(home, hanging)
            await listens(home, receiver)
            await home.happens("registry", *["trainee.changed"] * 3)
            await until(lambda: len(receiver.events) == 3)


async def test_two_gateways_that_follow_and_send_make_and_deliver_each_event_once(home: House) -> None:
    async with a_receiver() as receiver:
        endpoint, kernel = await listens(home, receiver), home.gateway.kernel
        happened = await home.happens("registry", *["trainee.changed"] * 30)
        async with sending.Way(policy.Reach(local=True)).client() as http:

            async def all_told() -> bool:
                await following.follow_once(kernel, "registry")
                await sending.send_some(kernel, http, _id(endpoint))
                return len(set(receiver.subjects)) == 30

            await until(all_told)
        await until(lambda: settled(home, endpoint, 30))
        assert sorted(receiver.subjects) == sorted(happened)


def _id(endpoint: str) -> UUID:
    return UUID(endpoint.rpartition("/")[2])


async def test_a_disabled_account_s_endpoint_is_sent_nothing_more_not_even_what_waits(home: House) -> None:
    admin, kernel = home.gateway.as_("admin"), home.gateway.kernel
    account = (await admin.post("/v1/clients", json={"name": "外单位", "role": "system", "scopes": ["trainees.read"]})).json()
    caller = home.gateway.as_("system", subject=account["client_id"], scopes={"trainees.read"})
    made = (await caller.post(PATH, json={"url": Receiver(free_port()).url})).json()
    await home.happens("registry", "trainee.changed")

    async def tried() -> bool:
        waiting = (await caller.get(f"{PATH}/{made['id']}/deliveries")).json()["items"]
        return len(waiting) == 1 and waiting[0]["attempts"] > 0

    await until(tried)

    async def sent() -> int:
        async with kernel.engine.begin() as connection:
            await connection.execute(text("UPDATE webhook_deliveries SET next_at = now() - interval '1 minute'"))
        due = UUID(made["id"]) in await sending._due(kernel)
        async with sending.Way(policy.Reach(local=True)).client() as http:
            return due + await sending.send_some(kernel, http, UUID(made["id"]))

    await until(lambda: _is(sent, 2))  # unless the sender itself was there first
    await admin.post(f"/v1/clients/{account['client_id']}:disable")
    assert await sent() == 0


async def _is(ask: Callable[[], Awaitable[int]], number: int) -> bool:
    return await ask() == number


async def test_a_school_and_the_office_are_told_of_their_own_papers_alone(home: House) -> None:
    registry, school = home.services["registry"], db.new_id()
    await account(home.gateway, "institution", institution_id=school)
    await account(home.gateway, "partner", department="佛山市人社局")
    async with a_receiver() as theirs, a_receiver() as offices:
        await listens(home, theirs, "institution")
        await listens(home, offices, "partner")
        others = await made(registry.as_("officer"), "/v1/trainees", trainee(PAN))
        own = await made(registry.as_("institution", institution_id=school), "/v1/trainees", trainee(YANG))
        everyones = await home.happens("subsidy", "terms.published")
        await until(lambda: set(theirs.subjects) == {own["id"], *everyones} and offices.subjects == everyones)
        assert others["id"] not in theirs.subjects


async def test_an_account_that_has_become_another_s_hears_nothing_more(home: House) -> None:
    async with a_receiver() as receiver, a_receiver() as other:
        await listens(home, receiver, "system")
        await listens(home, other)
        async with home.gateway.kernel.engine.begin() as connection:
            await connection.execute(text("UPDATE clients SET scopes = '{claims.read}' WHERE client_id = 'test-system'"))
        happened = await home.happens("registry", "trainee.changed") + await home.happens("subsidy", "claim.submitted")
        await until(lambda: sorted(other.subjects) == sorted(happened) and receiver.subjects == happened[1:])


async def waiting(reader: httpx.AsyncClient) -> list[dict[str, Any]]:
    """What waits of endpoints; the time of year has work of its own."""
    items = (await reader.get("/v1/worklist")).json()["items"]
    return [item for item in items if item["kind"].startswith("webhook_")]


async def test_who_takes_nothing_for_three_days_is_switched_off_and_says_why(home: House) -> None:
    async with a_receiver() as receiver:
        receiver.answers = 503
        endpoint, admin = await listens(home, receiver), home.gateway.as_("admin")
        happened = await home.happens("registry", "trainee.changed")
        await until(lambda: bool(receiver.headers))

        async def failing() -> bool:
            return (await admin.get(endpoint)).json()["failing_since"] is not None

        await until(failing)
        assert (await admin.get(endpoint)).json()["enabled"]
        async with home.gateway.kernel.engine.begin() as connection:
            await connection.execute(text("UPDATE webhook_endpoints SET failing_since = now() - interval '3 days'"))
            last = f"UPDATE webhook_deliveries SET attempts = {policy.ATTEMPTS_AT_MOST - 1}, next_at = now()"
            await connection.execute(text(last))

        async def off() -> bool:
            return (await admin.get(endpoint)).json()["disabled_reason"] == "failing"

        await until(off)
        other = home.gateway.as_("admin", subject="another")
        for reader, kind, link in ((admin, "webhook_failed", endpoint), (other, "webhook_of_another_failed", "/v1/clients/test-admin")):
            assert [(item["kind"], item["link"]) for item in await waiting(reader)] == [(kind, link)]
            assert (await reader.get(link)).status_code == 200
        receiver.answers = 200
        shown = (await admin.patch(endpoint, json={"enabled": True})).json()
        assert (shown["disabled_reason"], shown["failing_since"]) == (None, None)
        await admin.post(f"{endpoint}:replay")
        await until(lambda: receiver.subjects == happened)
        assert await waiting(admin) == await waiting(other) == []


async def test_one_success_is_enough_to_stay_on(home: House) -> None:
    async with a_receiver() as receiver:
        endpoint, admin = await listens(home, receiver), home.gateway.as_("admin")
        async with home.gateway.kernel.engine.begin() as connection:
            await connection.execute(text("UPDATE webhook_endpoints SET failing_since = now() - interval '9 days'"))
        await home.happens("registry", "trainee.changed")
        await until(lambda: settled(home, endpoint, 1))
        assert (await admin.get(endpoint)).json()["failing_since"] is None


async def test_a_receiver_is_left_alone_as_long_as_it_asks(home: House) -> None:
    async with a_receiver() as receiver:
        receiver.answers, receiver.says = 503, {"retry-after": "7200"}
        endpoint = await listens(home, receiver)
        await home.happens("registry", "trainee.changed")

        async def put_off() -> bool:
            [shown] = await deliveries(home, endpoint) or [{"last_status": None}]
            return shown["last_status"] == 503

        await until(put_off)
        [shown] = await deliveries(home, endpoint)
        assert timedelta(hours=1.9) < clock.read(shown["next_at"]) - clock.now() < timedelta(hours=2.1)
