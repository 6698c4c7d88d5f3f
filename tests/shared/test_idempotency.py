"""One key, one effect, also when the repeats come all at once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.web import Part, create_app
from tests.conftest import Databases, Service, running, settings
from tests.shared.test_web import router


@pytest.fixture
async def notes(databases: Databases, tmp_path: Path) -> AsyncIterator[Service]:
    url = await databases.lend("evaluation", "CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), words text)")
    async with running(create_app(Part("notes", "Notes", [router]), settings(url, tmp_path))) as service:
        yield service


async def test_200_repeats_at_once_make_one_note(notes: Service) -> None:
    officer = notes.as_("officer")
    answers = await asyncio.gather(*(officer.post("/v1/notes", json={"words": "早"}, headers={"Idempotency-Key": "a"}) for _ in range(200)))
    statuses = {answer.status_code for answer in answers}
    assert statuses <= {201, 409} and 201 in statuses
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"request_in_progress"}
    assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 409)
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert (await officer.get("/v1/notes")).json() == {"count": 1}


async def test_a_key_belongs_to_its_caller(notes: Service) -> None:
    for subject in ("one", "two"):
        await notes.as_("officer", subject=subject).post("/v1/notes", json={"words": "早"}, headers={"Idempotency-Key": "a"})
    assert (await notes.as_("auditor").get("/v1/notes")).json() == {"count": 2}


async def test_a_refused_request_leaves_its_key_free(notes: Service) -> None:
    officer = notes.as_("officer")
    assert (await officer.post("/v1/notes", json={"words": ""}, headers={"Idempotency-Key": "a"})).status_code == 422
    assert (await officer.post("/v1/notes", json={"words": "早"}, headers={"Idempotency-Key": "a"})).status_code == 201


@pytest.mark.parametrize(("key", "status"), [("a" * 255, 201), ("a" * 256, 400), ("", 400)], ids=["longest", "too-long", "empty"])
async def test_a_key_has_a_length(notes: Service, key: str, status: int) -> None:
    assert (await notes.as_("officer").post("/v1/notes", json={"words": "早"}, headers={"Idempotency-Key": key})).status_code == status


async def test_what_is_kept_holds_no_body_of_the_request(notes: Service) -> None:
    await notes.as_("officer").post("/v1/notes", json={"words": "一句话"}, headers={"Idempotency-Key": "a"})
    async with notes.kernel.engine.connect() as connection:
        request = (await connection.execute(text("SELECT request FROM idempotency_keys"))).scalar_one()
    assert len(request) == 32
