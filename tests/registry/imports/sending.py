"""Sheets of offices, real and made, sent to the registry and waited for."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from services.registry.imports.job import IMPORTS
from services.registry.people.trainees.tables import Trainee
from services.registry.training.enrolments.tables import Enrolment
from shared.sheet_jobs import running as sheet_job
from shared.sheets import Table, column_letter, open_book, write_book
from tests.conftest import Service
from tests.registry import made
from tests.waiting import until

SAMPLES = Path(__file__).parents[2] / "samples"
TRUTH = json.loads((SAMPLES / "truth.json").read_text("utf-8"))
SHORT = (SAMPLES / "roster-short-course.xlsx").read_bytes()
SIGN_IN = (SAMPLES / "sign-in-short-course.xlsx").read_bytes()
ELECTRICIANS = (SAMPLES / "roster-electrician.xlsx").read_bytes()
HEADER = ("序号", "姓名", "身份证号码", "户籍所在乡镇(街道)", "联系电话", "人员类别", "本人银行账号")


async def sent(client: httpx.AsyncClient, content: bytes, expected: int = 202, filename: str = "表.xlsx", **form: str) -> Any:
    answer = await client.post("/v1/imports", data={"mode": "commit"} | form, files={"file": (filename, content)})
    assert answer.status_code == expected, answer.text
    if expected == 202:
        assert answer.headers["location"] == f"/v1/imports/{answer.json()['id']}"
    return answer.json()


async def finished(client: httpx.AsyncClient, import_id: str) -> Any:
    async def ended() -> Any:
        answer = (await client.get(f"/v1/imports/{import_id}")).json()
        return answer if answer["status"] in ("done", "failed") else None

    return await until(ended)


async def imported(client: httpx.AsyncClient, content: bytes, filename: str = "表.xlsx", **form: str) -> Any:
    return await finished(client, (await sent(client, content, filename=filename, **form))["id"])


def roster(*rows: tuple[str, ...]) -> bytes:
    return write_book([Table("花名册", HEADER, [(str(number), *row) for number, row in enumerate(rows, 1)])])


def person(
    serial: int, name: str = "杨秀英", town: str = "三棵树镇", phone: str = "", category: str = "", account: str = ""
) -> tuple[str, ...]:
    return name, made.citizen(serial), town, phone, category, account


def counts(rows: int, **outcomes: int) -> dict[str, int]:
    return {"rows": rows, "created": 0, "updated": 0, "unchanged": 0, "rejected": 0} | outcomes


def corrected(result: bytes, right: Mapping[tuple[int, str], str]) -> bytes:
    """The sheet that came back, error column and all, with the cells (row, column) that were wrong filled in anew."""
    sheet = open_book(result, "result.xlsx").sheets[0]
    rows = [[right.get((row.number, column_letter(column)), row.text(column)) for column in range(len(row.values))] for row in sheet.rows]
    return write_book([Table(sheet.name, rows[0], rows[1:])])


async def how_many(registry: Service) -> tuple[int, int]:
    async with registry.kernel.reading() as session:
        trainees = await session.scalar(select(func.count()).select_from(Trainee))
        enrolments = await session.scalar(select(func.count()).select_from(Enrolment))
    return trainees or 0, enrolments or 0


async def work_until_idle(registry: Service) -> None:
    await sheet_job.read_all(registry.kernel, IMPORTS)
