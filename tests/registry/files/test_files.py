"""Files: told by their bytes, kept sealed, handed out to those who may see them and on the trail."""

import hashlib
import io
import zipfile
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from sqlalchemy import text

from shared import db
from tests.conftest import Start

PDF = b"%PDF-1.7\n\xe2\xe3\xcf\xd3 invented"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST = 20 * 1024 * 1024


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return made.getvalue()


async def upload(client: httpx.AsyncClient, content: bytes = PDF, name: str = "签到表.pdf") -> httpx.Response:
    return await client.post("/v1/files", files={"file": (name, content, "application/octet-stream")})


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        pytest.param(PDF, "application/pdf", id="pdf"),
        pytest.param(b"\xff\xd8\xff\xe0 jfif", "image/jpeg", id="jpeg"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00", "image/png", id="png"),
        pytest.param(zipped("OFD.xml", "Doc_0/Document.xml"), "application/ofd", id="ofd"),
        pytest.param(zipped("[Content_Types].xml", "xl/workbook.xml"), XLSX, id="xlsx"),
    ],
)
async def test_a_file_comes_back_as_it_was(start: Start, content: bytes, media_type: str) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        kept = (await upload(officer, content)).json()
        assert (kept["media_type"], kept["size_bytes"], kept["sha256"]) == (media_type, len(content), hashlib.sha256(content).hexdigest())
        read = await officer.get(f"/v1/files/{kept['id']}")
        assert (read.content, read.headers["content-type"], read.headers["x-content-type-options"]) == (content, media_type, "nosniff")
        kind, _, name = read.headers["content-disposition"].partition("; filename*=UTF-8''")
        assert (kind, unquote(name)) == ("attachment", "签到表.pdf")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        pytest.param(b"", 422, "empty_file", id="empty"),
        pytest.param(b"<html>%PDF-", 415, "unsupported_media_type", id="a-page"),
        pytest.param(b"MZ\x90\x00", 415, "unsupported_media_type", id="a-program-named-pdf"),
        pytest.param(zipped("word/document.xml"), 415, "unsupported_media_type", id="another-zip"),
        pytest.param(b"PK\x03\x04 broken", 415, "unsupported_media_type", id="a-broken-zip"),
        pytest.param(PDF.ljust(LARGEST + 1), 413, "too_large", id="one-byte-too-large"),
        pytest.param(PDF.ljust(22 * 1024 * 1024), 413, "too_large", id="much-too-large"),
    ],
)
async def test_what_is_no_such_file_is_refused(start: Start, content: bytes, status: int, code: str) -> None:
    async with start("registry") as registry:
        answer = await upload(registry.as_("officer"), content, "报表.pdf")
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_the_largest_file_is_taken(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        kept = await upload(officer, PDF.ljust(LARGEST))
        assert (kept.status_code, kept.json()["size_bytes"]) == (201, LARGEST)
        assert len((await officer.get(f"/v1/files/{kept.json()['id']}")).content) == LARGEST


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("../../etc/证明.pdf", "证明.pdf", id="a-path"),
        pytest.param("C:\\表\\证明.pdf", "证明.pdf", id="a-windows-path"),
        pytest.param("证\u202e明\u200b.pdf", "证明.pdf", id="marks-that-mislead"),
        pytest.param("...", "未命名", id="nothing-left"),
        pytest.param("𬭚.pdf", "𬭚.pdf", id="rare-character"),
    ],
)
async def test_names_are_made_safe(start: Start, given: str, kept: str) -> None:
    async with start("registry") as registry:
        assert (await upload(registry.as_("officer"), name=given)).json()["name"] == kept


async def test_a_post_without_a_file_is_a_fault(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        assert (await officer.post("/v1/files", data={"other": "x"})).status_code == 422
        assert (await officer.post("/v1/files", json={"file": "x"})).status_code == 415


SCHOOL = db.new_id()


@pytest.mark.parametrize(
    ("role", "bound", "status"),
    [
        *(pytest.param(role, {}, 200, id=role) for role in ("officer", "reviewer", "auditor")),
        pytest.param("finance", {}, 404, id="finance-whom-no-claim-shows-it"),
        pytest.param("institution", {"institution_id": SCHOOL, "subject": "another-account"}, 200, id="a-colleague"),
        pytest.param("institution", {"institution_id": db.new_id(), "subject": "another-school"}, 404, id="another-school"),
        pytest.param("institution", {"subject": "unbound"}, 404, id="an-unbound-account"),
        pytest.param("person", {}, 404, id="person"),
        pytest.param("partner", {}, 404, id="partner"),
    ],
)
async def test_who_may_read_a_schools_file(start: Start, role: str, bound: dict[str, Any], status: int) -> None:
    async with start("registry") as registry:
        kept = (await upload(registry.as_("institution", institution_id=SCHOOL))).json()
        assert (await registry.as_(role, **bound).get(f"/v1/files/{kept['id']}")).status_code == status


async def test_each_reading_is_on_the_trail(start: Start) -> None:
    async with start("registry") as registry:
        kept = (await upload(registry.as_("person"))).json()
        for role in ("reviewer", "person", "partner"):
            await registry.as_(role).get(f"/v1/files/{kept['id']}")
        trail = (await registry.as_("auditor").get("/v1/audit", params={"subject": kept["id"]})).json()["items"]
        assert [(each["action"], each["role"]) for each in trail] == [
            ("file.read", "person"),
            ("file.read", "reviewer"),
            ("file.uploaded", "person"),
        ]


async def test_the_content_is_sealed_to_its_row(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        one, other = (await upload(officer)).json(), (await upload(officer, b"\x89PNG\r\n\x1a\n\x00")).json()
        async with registry.superuser() as connection:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            assert PDF not in (await connection.execute(text("SELECT content FROM files WHERE id = :id"), {"id": one["id"]})).scalar_one()
            swap = "UPDATE files SET content = (SELECT content FROM files WHERE id = :one) WHERE id = :other"
            await connection.execute(text(swap), {"one": one["id"], "other": other["id"]})
        assert (await officer.get(f"/v1/files/{other['id']}")).status_code == 500
        assert (await officer.get(f"/v1/files/{one['id']}")).content == PDF
