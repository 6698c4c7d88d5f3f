"""Every list of the document, asked for each of its filters by itself, in each of its orders, with its total, and far from its beginning.

What a filter is asked for stands in the database: the value that a row in the middle of the list's table has. Only what is no column there is said here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx

from deploy.stack import Stack
from tests.bench.filling import connected
from tests.contracts.test_lists import Taken, lists_of

NO_FILTERS = {"limit", "cursor", "include_total", "sort", "wait", "after"}
LEFT_OUT = {"/v1/changes", "/v1/problems", "/v1/scopes", "/v1/plans"}  # a feed, and what stands in memory
PAGES_BEFORE, ROWS_A_PAGE = 250, 200  # of a list that is asked for far from its beginning: page 1,000 of pages of fifty
NOUNS: Mapping[str, tuple[str, ...]] = {
    "registry": (
        *("trainees", "institutions", "classes", "enrolments", "imports", "brands", "status-lists", "status-records"),
        *("outside-payments", "trade-filings"),
    ),
    "subsidy": ("claims", "funds", "notices", "objections", "payment-batches", "recoveries", "schemes"),
    "evaluation": ("filings", "assessments", "certificates", "certificate-imports"),
    "eastwest": ("orders", "placements", "placement-imports"),
}
TABLES = {  # where it has another name than the last noun of the path
    "inspections": "class_inspections",
    "sessions": "class_sessions",
    "appeals": "claim_appeals",
    "ledger": "fund_postings",
    "updates": "placement_updates",
    "employment": "employments",
    "corrections": "trainee_corrections",
    "trainees:possible-duplicates": "possible_duplicates",
    "terms": "scheme_terms",
}
PARTS = {  # parts of names and numbers, of one, two, three and more characters
    "trainees": ("英", "秀英", "王秀英", "秀英明华", "珠轩"),
    "classes": ("田", "短期", "种植短", "食用菌种植", "2025", "KL-PX-2025"),
    "claims": ("期", "苗岭", "短期班", "食用菌种植短期班", "2025", "KL-SQ-2025"),
    "certificates": ("5", "26", "260000", "000000155"),
    "institutions": ("校", "苗岭", "苗岭职", "培训学校", "9152"),
}
FEW_PARTS = ("期", "凯里", "第12期", "KL-BA-2025")
SAID: Mapping[str, tuple[str, ...]] = {
    "external_system": ("external_system=省平台&external_number=P1-20",),
    "external_number": ("external_number=P1-20",),
    "employed_as_of": ("employed_as_of=2025-12-31&employed_within_months=6&employed_kinds=employer,flexible",),
    "employed_within_months": (),
    "employed_kinds": (),
    "certified_as_of": ("certified_as_of=2025-12-31&certified_kinds=skill_level",),
    "certified_kinds": (),
    "programme": ("programme=practical.agriculture",),
    "or_channel": ("programme=practical.agriculture&or_channel=project",),
    "or_occupation_code": ("programme=practical.agriculture&or_occupation_code=6-31-01-03",),
    "ordered_begun_at_least": ("ordered_begun_at_least=1",),
    "ordered_completed_at_least": ("ordered_completed_at_least=1",),
    "rating": ("rating=A",),
    "category": ("category=rural_transfer_worker",),
    "overdue": ("overdue=true",),
    "uscc": ("uscc=52522601MJ0KL00292",),
    "beside_occupation_code": ("beside_occupation_code=6-31-01-03",),
    "department": ("department=市农业农村局",),
    "retention": ("retention=met", "retention=broken"),
    "met_from_on": ("met_from_on=2024-06-01&met_to_on=2024-06-30",),
    "met_to_on": (),
    "trained": tuple(f"trained={each}&met_from_on=2024-06-01&met_to_on=2024-06-30" for each in ("true", "false")),
}
DAYS = {"from": "2024-06-01", "to": "2024-06-30"}


@dataclass(frozen=True, slots=True)
class Case:
    """One thing asked for, `what` it is in every city: a path with its query, as which of the roles."""

    what: str
    role: str
    path: str


async def cases(stack: Stack, whole: Mapping[str, Any], roles: Mapping[str, httpx.Client], only: str) -> tuple[list[Case], list[str]]:
    """All cases of a city, in the order of the document; and what could not be asked for: a filter of which there is no value anywhere, a list nobody
    may read. `only`: what is not measured is not looked for, where that takes long."""
    found: list[Case] = []
    left: list[str] = []
    for path, takes in sorted(lists_of(whole).items()):
        if path in LEFT_OUT or (only.startswith("/") and only.partition("?")[0] not in path):
            continue
        if (at := await _placed(stack, path)) is None:
            left.append(f"{path}: 表中没有行 no row")
            continue
        readers = [role for role, http in roles.items() if http.get(f"{at}?limit=1").status_code == 200]
        if not readers:
            left.append(f"{path}: 没有可读的角色 nobody reads it")
            continue
        for role in readers:
            found += [Case(f"{path} ({role})", role, at)]
            found += [Case(f"{path}?include_total ({role})", role, f"{at}?include_total=true")] if "include_total" in takes else []
        for name, taken in takes.items():
            if name not in NO_FILTERS:
                asked = await _asked(stack, path, name, taken)
                left += [] if asked or name in SAID else [f"{path}?{name}: 没有可用的值 no value"]
                said = asked if name in ("q", "name", "number") else [f"{name}, {n}" for n, _ in enumerate(asked, 1)]
                found += [
                    Case(f"{path}?{what}", readers[0], f"{at}?{quote(query, safe='=&,')}") for what, query in zip(said, asked, strict=True)
                ]
        found += [Case(f"{path}?sort={each}", readers[0], f"{at}?sort={each}") for each in (takes["sort"].codes if "sort" in takes else ())]
        far = f"{path}, far from its beginning"
        if only in far and (cursor := _far(roles[readers[0]], at)) is not None:
            found.append(Case(far, readers[0], f"{at}?cursor={cursor}"))
    return found, left


async def _placed(stack: Stack, path: str) -> str | None:
    """The path with the ids of a paper in the middle that has such rows."""
    if "{" not in path:
        return path
    parent, _, rest = path.partition("}")
    head, _, parameter = parent.partition("{")
    if parameter == "code":
        return f"{head}agricultural_short{rest}"
    *_, table = _where(path)
    column = parameter if rest.count("/") == 1 else "institution_id"
    found = await _middle(stack, path, table, column) or await _middle(stack, head, _table(head), "id")
    return None if found is None else f"{head}{found}{rest}" if "{" not in rest else None


async def _asked(stack: Stack, path: str, name: str, taken: Taken) -> list[str]:
    noun = path.split("/")[2].partition(":")[0]
    if name in SAID:
        return list(SAID[name])
    if name in ("q", "name", "number"):
        return [f"{name}={part}" for part in PARTS.get(noun, FEW_PARTS)]
    if taken.kind == "date":
        return [f"{name}={DAYS['to' if '_to_' in name or name == 'to_on' else 'from']}"]
    if taken.kind == "boolean":
        return [f"{name}=true", f"{name}=false"]
    value = await _middle(stack, path, _where(path)[1], name)
    values = [value] if value is not None else []
    if taken.codes:
        values += [code for code in taken.codes if code != value][-1:]
    return [f"{name}={each}" for each in values]


def _where(path: str) -> tuple[str, str]:
    """The service and the table of a list."""
    noun = path.split("/")[2].partition(":")[0]
    service = next((service for service, nouns in NOUNS.items() if noun in nouns), "gateway")
    return service, _table(path)


def _table(path: str) -> str:
    last = [part for part in path.split("/") if part and not part.startswith("{")][-1]
    return TABLES.get(last, last.replace("-", "_"))


async def _middle(stack: Stack, path: str, table: str, column: str) -> Any:
    """The value of a column in the middle one of the rows that have one; None where there is no such column or row."""
    async with connected(stack, _where(path)[0]) as connection:
        try:
            count = await connection.fetchval(f'SELECT count(*) FROM "{table}" WHERE "{column}" IS NOT NULL')
            return await connection.fetchval(
                f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL ORDER BY 1 OFFSET $1 LIMIT 1', count // 2
            )
        except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):
            return None


def _far(http: httpx.Client, at: str) -> str | None:
    """The cursor of the last page that is walked to."""
    cursor = None
    for _ in range(PAGES_BEFORE):
        answer = http.get(at, params={"limit": ROWS_A_PAGE} | ({"cursor": cursor} if cursor else {}))
        if answer.status_code != 200 or answer.json().get("next_cursor") is None:
            break
        cursor = answer.json()["next_cursor"]
    return cursor
