"""Where what was made can be read alone, and the tag of what never changes: a letter, its seals by a noun of their own, its marks with the letter alone."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from shared import access, wire
from shared.web import Part, Router, create_app
from tests.conftest import Databases, Service, running, settings, version_of

OFFICER = frozenset({"officer"})
LETTER, SEAL = "/v1/letters/{letter_id:uuid}", "/v1/seals/{seal_id:uuid}"
ONE = UUID(int=7)
router = Router("letters")


class Unchanging(wire.Out):
    """It has no version."""

    id: UUID


@router.operation("POST", "/v1/letters", may=OFFICER, summary="新建信件", status=201)
async def write() -> Unchanging:
    return Unchanging(id=ONE)


@router.operation("GET", LETTER, may=access.SIGNED_IN, summary="一封信件", operation_id="letters_get")
async def read(letter_id: UUID) -> Unchanging:
    return Unchanging(id=letter_id)


@router.operation("POST", f"{LETTER}/seals", may=OFFICER, summary="盖章", status=201, operation_id="seals_create")
async def seal(letter_id: UUID) -> Unchanging:
    return Unchanging(id=letter_id)


@router.operation("GET", SEAL, may=access.SIGNED_IN, summary="一枚印章", operation_id="seals_get")
async def read_seal(seal_id: UUID) -> Unchanging:
    return Unchanging(id=seal_id)


@router.operation("POST", f"{LETTER}/marks", may=OFFICER, summary="批注", status=201, operation_id="marks_create")
async def mark(letter_id: UUID) -> Unchanging:
    return Unchanging(id=letter_id)


@pytest.fixture
async def letters(databases: Databases, tmp_path: Path) -> AsyncIterator[Service]:
    async with running(create_app(Part("letters", "Letters", [router]), settings(await databases.lend("evaluation"), tmp_path))) as service:
        yield service


async def test_what_is_made_says_where_it_is_read_alone_if_anywhere(letters: Service) -> None:
    officer = letters.as_("officer")
    said = (await officer.get("/openapi.json")).json()["paths"]
    for path, place in (
        ("/v1/letters", f"/v1/letters/{ONE}"),
        (f"/v1/letters/{ONE}/seals", f"/v1/seals/{ONE}"),
        (f"/v1/letters/{ONE}/marks", None),
    ):
        made = await officer.post(path)
        assert (made.status_code, made.headers.get("location")) == (201, place)
        promised = said[path.replace(str(ONE), "{letter_id}")]["post"]["responses"]["201"]["headers"]
        assert ("Location" in promised) is (place is not None), path


async def test_what_never_changes_has_the_tag_of_its_first_version(letters: Service) -> None:
    officer, path = letters.as_("officer"), f"/v1/seals/{ONE}"
    first = await officer.get(path)
    assert version_of(first) == 1
    assert (await officer.get(path, headers={"If-None-Match": first.headers["etag"]})).status_code == 304
    assert "304" in (await officer.get("/openapi.json")).json()["paths"]["/v1/seals/{seal_id}"]["get"]["responses"]
