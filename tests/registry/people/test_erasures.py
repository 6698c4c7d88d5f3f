"""Erasure on request: whom nothing counts on is gone, of whom a paper does what it needs stays, and the trail still holds."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.registry.people.erasures.policy import split
from shared import db
from tests.conftest import Service, Start, both_ciphers
from tests.registry import made
from tests.registry.invented import PAN, YANG, trainee

SIGNED = {"reason": "本人不再参加培训", "on_behalf": True, "proof": "书面申请1号"}


@pytest.mark.parametrize(
    ("holds", "erased", "kept"),
    [
        ({}, {"phone", "bank_account", "name"}, set()),
        ({"claim": 0, "placement": 0}, {"phone", "bank_account", "name"}, set()),
        ({"claim": 0, "placement": 1}, {"phone", "bank_account"}, {"name"}),
        ({"claim": 1, "placement": 0}, {"phone"}, {"bank_account", "name"}),
    ],
)
def test_what_the_papers_need_stays_and_all_else_goes(holds: dict[str, int], erased: set[str], kept: set[str]) -> None:
    found = split(holds)
    assert ({*found.erased} & {"phone", "bank_account", "name"}, {*found.kept} & {"phone", "bank_account", "name"}) == (erased, kept)
    assert found.whole is (not kept)


def counting(registry: Service, **counts: int) -> None:
    """Neighbours who say how many papers of theirs count on the person."""
    kinds = {"subsidy": ("claim",), "evaluation": ("certificate", "assessment"), "eastwest": ("placement",)}
    for name, of in kinds.items():
        said = {"counts": {kind: counts.get(kind, 0) for kind in of}}
        registry.kernel.neighbours[name].transport = httpx.MockTransport(lambda _, said=said: httpx.Response(200, json=said))


async def person(registry: Service, number: str = YANG, **more: Any) -> str:
    """Somebody of whom all is known, and who was called otherwise and had another phone before."""
    officer = registry.as_("officer")
    told = trainee(number, name="杨英", education="初中", bank_account="6217001234567894321", **more)
    made_ = await made.posted(officer, "/v1/trainees", told, 201)
    path = f"/v1/trainees/{made_['id']}"
    assert (await officer.patch(path, json={"name": "杨秀英", "phone": "13900001111", "education": "高中"})).status_code == 200
    return str(made_["id"])


async def asked(registry: Service, trainee_id: str) -> str:
    path = f"/v1/trainees/{trainee_id}/erasure-requests"
    return f"{path}/{(await made.posted(registry.as_('officer', at=made.BEFORE), path, SIGNED, 201))['id']}"


async def granted(registry: Service, request: str) -> Any:
    return await made.posted(registry.as_("reviewer", name="李复审"), f"{request}:decide", {"outcome": "granted", "reason": "依法"}, 200)


async def everything_kept(registry: Service) -> str:
    """All that stands in the tables of the registry, as text."""
    async with registry.superuser() as connection:
        names = (await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))).scalars()
        return "".join([str((await connection.execute(text(f"SELECT * FROM {name}"))).all()) for name in names])


async def test_whom_nothing_counts_on_is_gone_and_the_number_is_free(start: Start) -> None:
    async with start("registry") as registry:
        counting(registry)
        officer, reviewer = registry.as_("officer"), registry.as_("reviewer")
        gone, twin = await person(registry), await made.trainee(registry, 5, name="龙阿妹")
        await made.posted(officer, f"/v1/trainees/{twin}:merge", {"into": gone})
        change = {"field": "phone", "proposed": "13812340000", "reason": "换号"}
        await made.posted(officer, f"/v1/trainees/{gone}/corrections", change, 201)
        await made.posted(officer, "/v1/training-wishes", {"trainee_id": gone, "trade_name": "苗绣"}, 201)  # it goes with the person
        request = await asked(registry, gone)
        [waiting] = [each for each in (await reviewer.get("/v1/worklist")).json()["items"] if each["kind"] == "erasure_asked"]
        assert (waiting["action"], waiting["whom"]["trainee_id"], waiting["due_on"] is not None) == ("decide", gone, True)
        foreseen = await made.posted(reviewer, f"{request}:decide?preview=true", {"outcome": "granted", "reason": "依法"}, 200)
        assert (foreseen["kept"], foreseen["holds"], "name" in foreseen["erased"]) == ([], [], True)
        assert (await officer.get(f"/v1/trainees/{gone}")).status_code == 200
        history = (await officer.get(f"/v1/trainees/{gone}/history")).json()["items"]
        assert {"field": "name", "old": "杨英", "new": "杨秀英"} in [each for one in history for each in one["changes"]]

        done = await granted(registry, request)
        assert (done["status"], done["kept"], done["holds"], done["decided_by_name"]) == ("granted", [], [], "李复审")
        for each in (gone, twin):
            assert (await officer.get(f"/v1/trainees/{each}")).status_code == 404
        told = [each for each in (await officer.get("/v1/changes")).json()["items"] if each["type"] == "trainee.erased"]
        assert {each["subject"] for each in told} == {gone, twin}
        kept = await everything_kept(registry)
        assert not [word for word in ("杨英", "杨秀英", "龙阿妹", "初中", "高中", "13900001111", "*1111") if word in kept]
        assert [each["status"] for each in (await reviewer.get(request.rpartition("/")[0])).json()["items"]] == ["granted"]
        assert (await registry.as_("town", region_code="522601100").get(request)).status_code == 404
        again = await made.posted(officer, "/v1/trainees", trainee(YANG), 201)
        assert again["id"] != gone
        assert (await made.posted(reviewer, f"{request}:decide", {"outcome": "refused", "reason": "x"}, 409))["code"] == "invalid_state"


@both_ciphers
async def test_of_whom_a_paper_counts_on_what_it_needs_stays(start: Start, cipher: str) -> None:
    async with start("registry", cipher=cipher) as registry:
        counting(registry)
        officer = registry.as_("officer")
        held = await person(registry)
        class_id = await made.proposed(registry, await made.school(registry), "approved")
        early = registry.as_("officer", at=made.BEFORE)
        enrolled = await made.posted(early, f"/v1/classes/{class_id}/enrolments", {"trainee_id": held}, 201)
        await early.patch(f"/v1/enrolments/{enrolled['id']}", json={"outcome": "withdrawn"})  # the class's files name them all the same
        done = await granted(registry, await asked(registry, held))
        assert [(each["kind"], each["count"], each["basis"]["document"]) for each in done["holds"]] == [
            ("enrolment", 1, "中华人民共和国档案法")
        ]
        assert ("name" in done["kept"], "bank_account" in done["erased"], "phone" in done["erased"]) == (True, True, True)
        now = (await officer.get(f"/v1/trainees/{held}")).json()
        shown = {name: now[name] for name in ("name", "phone", "education", "bank_account", "earlier_names", "external_refs", "birth_on")}
        assert shown == {
            "name": "杨秀英",
            "phone": None,
            "education": None,
            "bank_account": None,
            "earlier_names": [],
            "external_refs": [],
            "birth_on": "1990-03-07",
        }
        history = (await officer.get(f"/v1/trainees/{held}/history")).json()["items"]
        old = [change for each in history for change in each["changes"]]
        assert {change["field"] for change in old} >= {"name", "phone"}
        assert {(change["old"], change["new"], change["erased"]) for change in old} == {(None, None, True)}
        assert (await officer.get("/v1/trainees", params={"name": "杨英"})).json()["items"] == []
        kept = await everything_kept(registry)
        assert not [word for word in ("杨英", "初中", "高中", "13900001111", "*1111") if word in kept]
        assert (await officer.patch(f"/v1/trainees/{held}", json={"education": "大专"})).status_code == 200
        newest = (await officer.get(f"/v1/trainees/{held}/history")).json()["items"][0]["changes"]
        assert newest == [{"field": "education", "old": None, "new": "大专"}]


@pytest.mark.parametrize(
    ("counts", "account"),
    [({"claim": 1}, "kept"), ({"certificate": 1}, "erased"), ({"assessment": 2}, "erased"), ({"placement": 1}, "erased")],
    ids=["a-claim", "a-certificate", "an-exam", "a-placement"],
)
async def test_each_neighbour_that_counts_on_a_person_keeps_them(start: Start, counts: dict[str, int], account: str) -> None:
    async with start("registry") as registry:
        counting(registry, **counts)
        held = await person(registry)
        done = await granted(registry, await asked(registry, held))
        assert {each["kind"]: each["count"] for each in done["holds"]} == counts
        assert "bank_account" in done[account]
        assert (await registry.as_("officer").get(f"/v1/trainees/{held}")).status_code == 200


async def test_nothing_is_erased_while_a_neighbour_is_away(start: Start) -> None:
    async with start("registry") as registry:
        held = await person(registry)
        request = await asked(registry, held)
        answer = await registry.as_("reviewer").post(f"{request}:decide", json={"outcome": "granted", "reason": "依法"})
        assert answer.status_code in (502, 503, 504)
        assert (await registry.as_("officer").get(f"/v1/trainees/{held}")).json()["phone"] == "139****1111"
        refused = await made.posted(registry.as_("reviewer"), f"{request}:decide", {"outcome": "refused", "reason": "材料不符"}, 200)
        assert (refused["status"], refused["erased"], refused["kept"]) == ("refused", None, None)


async def test_who_asks_and_who_decides(start: Start) -> None:
    async with start("registry") as registry:
        counting(registry)
        someone = str(db.new_id())
        held = await person(registry)
        path = f"/v1/trainees/{held}/erasure-requests"
        own = registry.as_("person", trainee_id=held)
        for client, body, pointers in (
            (registry.as_("officer"), {"reason": "x"}, ["/on_behalf", "/proof"]),
            (registry.as_("town", region_code="522601100"), {"reason": "x", "on_behalf": True}, ["/proof"]),
            (own, SIGNED, ["/on_behalf", "/proof"]),
        ):
            answer = await client.post(path, json=body)
            assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, pointers)
        assert (await registry.as_("institution", institution_id=str(db.new_id())).post(path, json=SIGNED)).status_code == 403
        asked_ = await made.posted(registry.as_("officer", person_id=someone), path, SIGNED, 201)
        twice = await own.post(path, json={"reason": "请删除"})
        assert (twice.status_code, twice.json()["code"], twice.json()["existing_id"]) == (409, "duplicate_erasure_request", asked_["id"])
        decision = {"outcome": "refused", "reason": "未附身份证明"}
        same = await registry.as_("reviewer", person_id=someone).post(f"{path}/{asked_['id']}:decide", json=decision)
        assert (same.status_code, same.json()["code"]) == (409, "same_person")
        await made.posted(registry.as_("reviewer"), f"{path}/{asked_['id']}:decide", decision, 200)
        anew = await made.posted(own, path, {"reason": "请删除"}, 201)
        assert (await own.get(f"{path}/{anew['id']}")).json()["on_behalf"] is False
        stranger = registry.as_("person", trainee_id=await made.trainee(registry, 9))
        assert (await stranger.get(path)).status_code == (await stranger.post(path, json={"reason": "x"})).status_code == 404


async def test_whom_a_paper_names_the_database_does_not_let_go(start: Start) -> None:
    """Whatever the service were to think, the foreign keys of enrolments keep the person."""
    async with start("registry") as registry:
        held = await person(registry, PAN)
        class_id = await made.proposed(registry, await made.school(registry), "approved")
        await made.posted(registry.as_("officer", at=made.BEFORE), f"/v1/classes/{class_id}/enrolments", {"trainee_id": held}, 201)
        async with registry.superuser() as connection:
            await connection.execute(text("DELETE FROM trainee_sightings"))
            await connection.execute(text("DELETE FROM trainee_categories"))
            with pytest.raises(Exception, match="enrolments_trainee_id_fkey"):
                await connection.execute(text("DELETE FROM trainees"))
