"""Sheets for the reading tests: the sample files, and small ones made in the test."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.sheets import Book, Table, Value, open_book, write_book
from tests.conftest import Service, Start

SAMPLES = Path(__file__).parents[2] / "samples"

REGIONS = {
    "城西街道": "522601001",
    "大十字街道": "522601002",
    "西门街道": "522601003",
    "洗马河街道": "522601004",
    "湾溪街道": "522601005",
    "鸭塘街道": "522601006",
    "鸭塘镇": "522601006",
    "开怀街道": "522601007",
    "白午街道": "522601008",
    "白果井街道": "522601009",
    "三棵树镇": "522601100",
    "舟溪镇": "522601101",
    "旁海镇": "522601103",
    "湾水镇": "522601104",
    "炉山镇": "522601105",
    "万潮镇": "522601106",
    "龙场镇": "522601107",
    "碧波镇": "522601108",
    "下司镇": "522601109",
    "凯棠镇": "522601110",
    "凯棠乡": "522601110",
    "大风洞镇": "522601111",
}
CATEGORIES = {
    "脱贫家庭子女": "poverty_family_child",
    "毕业年度高校毕业生": "graduating_student",
    "城乡未继续升学的应届初高中毕业生": "school_leaver",
    "农村转移劳动者": "rural_transfer_worker",
    "城乡登记失业人员": "registered_unemployed",
    "企业职工": "enterprise_employee",
    "脱贫劳动力": "out_of_poverty_worker",
    "易地搬迁劳动力": "relocated_worker",
    "农村妇女": "rural_woman",
    "合作社社员": "cooperative_member",
}

UNCLEAR = {"失业人员": ["城乡登记失业人员", "符合条件的城乡各类劳动者"]}


@pytest.fixture(scope="session")
def truth() -> dict[str, Any]:
    return json.loads((SAMPLES / "truth.json").read_text("utf-8"))


def sample(name: str) -> Book:
    return open_book((SAMPLES / name).read_bytes(), name)


def book_of(header: list[str], *rows: list[Value], name: str = "表") -> Book:
    return open_book(write_book([Table(name, header, rows)]), "made.xlsx")


def csv_of(text: str) -> Book:
    return open_book(text.encode(), "made.csv")


@pytest.fixture
async def registry(start: Start) -> AsyncIterator[Service]:
    async with start("registry") as service:
        yield service


@pytest.fixture
async def jobless(start: Start) -> AsyncIterator[Service]:
    """The registry without its job, so that a test takes the job's steps itself."""
    async with start("registry", run_jobs=False) as service:
        yield service
