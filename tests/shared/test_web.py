"""The kernel's promises, on a small service of the test's own over real PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated
from uuid import UUID

import httpx
import pytest
from fastapi import Query, UploadFile
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text

from shared import access, deeds, errors, wire
from shared.web import REQUIRED, Caller, Part, Router, Session, create_app
from tests.conftest import Databases, Service, running, settings, version_of
from tests.conftest import token as tokened
from tests.gateway.routing.upstream import serving


class NoteIn(wire.In):
    """A note."""

    words: wire.Word
    price: wire.Money | None = None
    on: wire.CivilDate | None = None


class NoteOut(wire.Out):
    id: UUID
    words: str
    version: int


class NoteTaken(errors.Problem):
    code, status = "note_taken", 409


errors.violates("notes_words_key", NoteTaken)
router = Router("notes")


@router.operation(
    "POST", "/v1/notes", may=frozenset({"officer", "system"}), summary="新建便条", status=201, key=REQUIRED, errors=[NoteTaken]
)
async def create(body: NoteIn, session: Session, call: Caller) -> NoteOut:
    made = (await session.execute(text("INSERT INTO notes (words) VALUES (:words) RETURNING id"), {"words": body.words})).scalar_one()
    await deeds.record(session, call, "note.created", made)
    return NoteOut(id=made, words=body.words, version=1)


@router.operation("GET", "/v1/notes", may=access.SIGNED_IN, summary="便条数")
async def count(session: Session, words: Annotated[str | None, Query()] = None) -> dict[str, int]:
    return {"count": (await session.execute(text("SELECT count(*) FROM notes"))).scalar_one()}


@router.operation("GET", "/v1/notes/{note_id:uuid}", may=access.SIGNED_IN, summary="一张便条", operation_id="notes_read")
async def read(note_id: UUID) -> NoteOut:
    return NoteOut(id=note_id, words="x", version=3)


@router.operation("POST", "/v1/notes/{note_id:uuid}:pin", may=frozenset({"officer"}), summary="置顶", if_match=True)
async def pin(note_id: UUID, session: Session, call: Caller) -> NoteOut:
    call.match(3)
    return NoteOut(id=note_id, words="x", version=4)


@router.operation("POST", "/v1/drawings", may=frozenset({"officer"}), summary="上传图样")
async def draw(file: UploadFile, session: Session) -> dict[str, int]:
    return {"bytes": len(await file.read())}


@router.operation("GET", "/v1/broken", may=access.PUBLIC, summary="出错")
async def broken() -> dict[str, int]:
    raise RuntimeError("522601199003070017")


@pytest.fixture
async def notes(databases: Databases, tmp_path: Path) -> AsyncIterator[Service]:
    url = await databases.make("evaluation")
    async with running(create_app(Part("notes", "Notes", [router]), settings(url, tmp_path))) as service:
        async with service.kernel.engine.begin() as connection:
            await connection.execute(
                text("CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), words text CONSTRAINT notes_words_key UNIQUE)")
            )
        yield service


async def test_a_write_is_kept_and_tagged(notes: Service) -> None:
    made = await notes.as_("officer").post("/v1/notes", json={"words": "早"}, headers={"Idempotency-Key": "a"})
    assert made.status_code == 201, made.text
    assert version_of(made) == 1
    assert made.headers["location"] == f"/v1/notes/{made.json()['id']}"
    assert (await notes.as_("auditor").get("/v1/notes")).json() == {"count": 1}


async def test_a_repeat_gets_the_first_answer_and_takes_effect_once(notes: Service) -> None:
    officer = notes.as_("officer")
    first = await officer.post("/v1/notes", json={"words": "早"}, headers={"Idempotency-Key": "a"})
    again = await officer.post("/v1/notes", json={"words": "早"}, headers={"Idempotency-Key": "a"})
    assert (again.status_code, again.json(), again.headers["idempotent-replayed"]) == (201, first.json(), "true")
    assert again.headers["location"] == first.headers["location"]
    other = await officer.post("/v1/notes", json={"words": "晚"}, headers={"Idempotency-Key": "a"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (await officer.get("/v1/notes")).json() == {"count": 1}


async def test_a_failing_commit_is_not_a_201(notes: Service) -> None:
    async with notes.kernel.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE notes DROP CONSTRAINT notes_words_key"))
        await connection.execute(text("ALTER TABLE notes ADD CONSTRAINT notes_words_key UNIQUE (words) DEFERRABLE INITIALLY DEFERRED"))
    officer = notes.as_("officer")
    assert (await officer.post("/v1/notes", json={"words": "早"}, headers={"Idempotency-Key": "a"})).status_code == 201
    refused = await officer.post("/v1/notes", json={"words": "早"}, headers={"Idempotency-Key": "b"})
    assert (refused.status_code, refused.json()["code"]) == (409, "note_taken")
    assert (await officer.get("/v1/notes")).json() == {"count": 1}


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        pytest.param({"words": "早", "colour": 1}, "unknown_field", "/colour", id="unknown-field"),
        pytest.param({}, "missing_field", "/words", id="missing-field"),
        pytest.param({"words": "早", "price": 1.5}, "invalid_value", "/price", id="money-as-a-float"),
        pytest.param({"words": "早", "price": "1.005"}, "invalid_value", "/price", id="three-decimals"),
        pytest.param({"words": "早", "on": "2025-02-29"}, "invalid_value", "/on", id="no-such-day"),
        pytest.param({"words": "早\u0007"}, "invalid_value", "/words", id="control-character"),
    ],
)
async def test_a_faulty_body_is_a_422_with_a_pointer(notes: Service, body: dict[str, object], code: str, pointer: str) -> None:
    answer = await notes.as_("officer").post("/v1/notes", json=body, headers={"Idempotency-Key": "a"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]]) == (422, [(code, pointer)])


async def test_all_faults_come_at_once_and_no_id_number_is_echoed(notes: Service) -> None:
    answer = await notes.as_("officer").post(
        "/v1/notes", json={"a": "522601199003070017", "price": "522601199003070017"}, headers={"Idempotency-Key": "a"}
    )
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/a", "/words", "/price"}
    assert "522601199003070017" not in answer.text


@pytest.mark.parametrize(
    ("content", "status"),
    [
        pytest.param(b"{", 400, id="not-json"),
        pytest.param(b'{"words": "\\u0000"}', 400, id="nul"),
        pytest.param(b'{"words": "\\ud800"}', 400, id="lone-surrogate"),
        pytest.param('{"words": "早"}'.encode("gb18030"), 400, id="not-utf-8"),
        pytest.param(b"[" * 100_000, 400, id="deeply-nested"),
        pytest.param(b'{"words": "' + b"a" * 5_000_000 + b'"}', 413, id="too-large"),
        pytest.param(b"null", 422, id="null"),
    ],
)
async def test_an_unreadable_body_is_refused_clearly(notes: Service, content: bytes, status: int) -> None:
    headers = {"Idempotency-Key": "a", "Content-Type": "application/json"}
    answer = await notes.as_("officer").post("/v1/notes", content=content, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_an_unknown_parameter_is_named_never_ignored(notes: Service) -> None:
    answer = await notes.as_("officer").get("/v1/notes?wrods=1")
    assert (answer.status_code, answer.json()["code"], answer.json()["parameter"]) == (400, "unknown_parameter", "wrods")


async def test_who_may_not_is_refused_and_the_refusal_is_on_the_trail(notes: Service) -> None:
    assert (await notes.as_("public").get("/v1/notes")).status_code == 401
    refused = await notes.as_("finance").post("/v1/notes", json={"words": "早"}, headers={"Idempotency-Key": "a"})
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_role")
    trail = (await notes.as_("auditor").get("/v1/audit", params={"action": "refused"})).json()["items"]
    assert [(entry["role"], entry["outcome"], entry["details"]["path"]) for entry in trail] == [("finance", "refused", "/v1/notes")]


async def test_a_system_needs_the_scope(notes: Service) -> None:
    without, with_scope = notes.as_("system", scopes={"other.read"}), notes.as_("system", scopes={"notes.read"})
    assert (await without.get("/v1/notes")).json()["code"] == "missing_scope"
    assert (await with_scope.get("/v1/notes")).status_code == 200
    assert (await with_scope.post("/v1/notes", json={"words": "早"}, headers={"Idempotency-Key": "a"})).json()["code"] == "missing_scope"


async def test_if_match_is_required_then_compared(notes: Service) -> None:
    officer, path = notes.as_("officer"), "/v1/notes/01932f6e-7c1a-7000-8000-000000000001:pin"
    assert (await officer.post(path)).json()["code"] == "if_match_required"
    assert (await officer.post(path, headers={"If-Match": '"2"'})).json()["code"] == "stale_version"
    assert version_of(await officer.post(path, headers={"If-Match": '"3"'})) == 4


async def test_the_key_is_asked_for_where_it_is_required(notes: Service) -> None:
    answer = await notes.as_("officer").post("/v1/notes", json={"words": "早"})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")


async def test_an_unforeseen_failure_tells_nothing(notes: Service, capsys: pytest.CaptureFixture[str]) -> None:
    answer = await notes.as_("public").get("/v1/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "522601199003070017" not in answer.text + capsys.readouterr().out


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/v1/notes", 405), ("GET", "/v1/notes/7", 404)]
)
async def test_the_framework_s_own_refusals_are_problems_too(notes: Service, method: str, path: str, status: int) -> None:
    answer = await notes.as_("officer").request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["code"] in errors.CATALOGUE


async def test_head_is_get_without_its_content(notes: Service) -> None:
    token = {"Authorization": f"Bearer {tokened('officer')}"}
    async with serving(notes.app) as address, httpx.AsyncClient(base_url=address, headers=token, timeout=30) as client:
        for path, status in (("/v1/notes", 200), ("/v1/notes?unknown=1", 400), ("/nowhere", 404), ("/v1/drawings", 405)):
            told, full = await client.head(path), await client.get(path)  # over one connection: what is not sent is not missed either
            assert (told.status_code, told.content, full.status_code) == (status, b"", status)
            same = told.headers.keys() - {"date", "x-request-id"}
            assert same == full.headers.keys() - {"date", "x-request-id"} and int(told.headers["content-length"]) > 0
        assert (await client.head("/v1/notes", headers={"Authorization": ""})).status_code == 401


async def test_the_clock_override_moves_the_policy_clock_only(notes: Service) -> None:
    officer = notes.as_("officer", at="2025-04-10T09:00:00+08:00")
    made = await officer.post("/v1/notes", json={"words": "早"}, headers={"Idempotency-Key": "a"})
    entry = (await notes.as_("auditor").get("/v1/audit", params={"subject": made.json()["id"]})).json()["items"][0]
    assert entry["at"].startswith("2025-04-10T09:00") and not entry["recorded_at"].startswith("2025-04-10")
    naive = await notes.as_("officer", at="2025-04-10T09:00:00").get("/v1/notes")
    assert (naive.status_code, naive.json()["code"]) == (400, "server_date_refused")


async def test_english_is_spoken_when_asked_for(notes: Service) -> None:
    answer = await notes.as_("public").get("/nowhere", headers={"Accept-Language": "en"})
    assert answer.json()["title"] == "Not found"


async def test_a_stopped_database_is_a_503_not_a_hang(databases: Databases, tmp_path: Path) -> None:
    made = settings("postgresql+asyncpg://nobody@127.0.0.1:9/nothing", tmp_path)
    async with running(create_app(Part("notes", "Notes", [router]), made)) as service:
        answer = await service.as_("officer").get("/v1/notes")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"]
        assert (await service.as_("public").get("/readyz")).status_code == 503
        assert (await service.as_("public").get("/livez")).status_code == 200


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        pytest.param("application/json; charset=utf-8", 201, id="json"),
        pytest.param("application/merge-patch+json", 201, id="a-kind-of-json"),
        pytest.param("text/plain", 415, id="text"),
        pytest.param("application/x-www-form-urlencoded", 415, id="form"),
        pytest.param("", 415, id="none"),
    ],
)
async def test_a_body_of_another_type_is_a_415(notes: Service, content_type: str, status: int) -> None:
    headers = {"Idempotency-Key": "a", "Content-Type": content_type}
    answer = await notes.as_("officer").post("/v1/notes", content=b'{"words": "x"}', headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("content", "status", "pointers"),
    [
        pytest.param(b"", 200, None, id="nothing"),
        pytest.param(b"{}", 200, None, id="an-empty-object"),
        pytest.param(b'{"a/b": 1}', 422, ["/a~1b"], id="a-field"),
        pytest.param(b"[1]", 422, [""], id="a-list"),
        pytest.param(b"{", 400, None, id="not-json"),
    ],
)
async def test_a_route_without_a_body_takes_no_field(notes: Service, content: bytes, status: int, pointers: list[str] | None) -> None:
    path, headers = "/v1/notes/01932f6e-7c1a-7000-8000-000000000001:pin", {"If-Match": '"3"', "Content-Type": "application/json"}
    answer = await notes.as_("officer").post(path, content=content, headers=headers)
    assert (answer.status_code, [fault["pointer"] for fault in answer.json().get("errors", [])] or None) == (status, pointers)


@pytest.mark.parametrize(
    ("fields", "names", "faults"),
    [
        pytest.param({}, ["file"], None, id="as-asked"),
        pytest.param({"colour": "red"}, ["file"], [("unknown_field", "/colour")], id="unknown-field"),
        pytest.param({}, ["file", "file"], [("invalid_value", "/file")], id="twice"),
    ],
)
async def test_a_form_is_as_strict_as_json(
    notes: Service, fields: dict[str, str], names: list[str], faults: list[tuple[str, str]] | None
) -> None:
    answer = await notes.as_("officer").post("/v1/drawings", data=fields, files=[(name, ("a.png", b"x")) for name in names])
    found = [(fault["code"], fault["pointer"]) for fault in answer.json().get("errors", [])] or None
    assert (answer.status_code, found) == (422 if faults else 200, faults)


async def test_who_names_no_day_is_answered_on_the_day_of_the_setting(databases: Databases, tmp_path: Path) -> None:
    part = Part("notes", "Notes", [router])
    url = await databases.make("evaluation")
    async with running(create_app(part, settings(url, tmp_path, policy_day="2025-11-20"))) as stopped:
        public = stopped.as_("public")
        assert (await public.get("/version")).json()["today"] == "2025-11-20"
        asked = await public.get("/version", headers={"X-Server-Date": "2025-04-08T09:00:00+08:00"})
        assert asked.json()["today"] == "2025-04-08"


@pytest.mark.parametrize(
    "date",
    [
        "2025-04-10",
        "20250410T090000Z",
        "2025-04-10T09:00+08:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "2200-01-01T00:00:00Z",
    ],
)
async def test_a_server_date_that_is_no_instant_of_ours_is_refused(notes: Service, date: str) -> None:
    answer = await notes.as_("officer", at=date).get("/v1/notes")
    assert (answer.status_code, answer.json()["code"]) == (400, "server_date_refused")


@pytest.mark.parametrize(
    ("on", "told"),
    [
        ("1870-01-01", ""),
        ("1869-12-31", "年份"),
        ("2199-12-31", ""),
        ("9999-12-31", "年份"),
        ("0001-01-01", "年份"),
        ("2025-02-30", "真实存在"),
    ],
)
def test_a_day_of_a_year_that_we_do_not_know_exists_all_the_same(on: str, told: str) -> None:
    try:
        TypeAdapter(wire.CivilDate).validate_python(on)
        said = ""
    except ValidationError as refused:
        said = refused.errors()[0]["msg"]
    assert told in said and bool(told) == bool(said)


@pytest.mark.parametrize("after", ["x", "99999999999999999999-1", "1-99999999999999999999", "²-1", "1-²"])
async def test_a_position_in_the_feed_that_was_never_given_is_refused(notes: Service, after: str) -> None:
    answer = await notes.as_("auditor").get("/v1/changes", params={"after": after})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


async def test_a_cursor_of_the_trail_belongs_to_its_filter(notes: Service) -> None:
    for key in ("a", "b", "c"):
        await notes.as_("officer").post("/v1/notes", json={"words": key}, headers={"Idempotency-Key": key})
    auditor = notes.as_("auditor")
    first = (await auditor.get("/v1/audit", params={"action": "note.created", "limit": 2})).json()
    rest = (await auditor.get("/v1/audit", params={"action": "note.created", "limit": 2, "cursor": first["next_cursor"]})).json()
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)
    for cursor in (first["next_cursor"], "x", "1"):
        assert (await auditor.get("/v1/audit", params={"cursor": cursor})).json()["code"] == "invalid_cursor"


async def test_no_telephone_and_no_account_is_quoted(notes: Service) -> None:
    body = {"words": "x", "phone": 13885501234, "bank_account": 6217001234567894321}
    answer = await notes.as_("officer").post("/v1/notes", json=body, headers={"Idempotency-Key": "a"})
    assert answer.status_code == 422 and "13885501234" not in answer.text and "6217001234567894321" not in answer.text
