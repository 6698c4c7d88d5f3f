"""Invented schools, people and classes, made over the real routes."""

from datetime import date, timedelta
from itertools import count
from typing import Any

import httpx

from shared.national_numbers import CITIZEN_CHECKS, CITIZEN_WEIGHTS, CREDIT_ALPHABET, ORGANISATION_WEIGHTS
from tests.conftest import Service

DAYS = {"starts_on": "2025-04-08", "ends_on": "2025-04-10"}
BEFORE, FIRST, LAST, AFTER = (f"2025-04-{day}T18:00:00+08:00" for day in ("01", "08", "10", "11"))
_numbers = count(1)


def citizen(serial: int, born: str = "19900307") -> str:
    body = f"522601{born}{serial:03d}"
    return body + CITIZEN_CHECKS[sum(int(digit) * weight for digit, weight in zip(body, CITIZEN_WEIGHTS, strict=True)) % 11]


def credit(serial: int) -> str:
    body = f"{serial:08d}"
    check = 11 - sum(int(digit) * weight for digit, weight in zip(body, ORGANISATION_WEIGHTS, strict=True)) % 11
    code = "52522601" + body + {10: "X", 11: "0"}.get(check, str(check))
    return code + CREDIT_ALPHABET[-sum(CREDIT_ALPHABET.index(each) * pow(3, place, 31) for place, each in enumerate(code)) % 31]


async def posted(client: httpx.AsyncClient, path: str, body: Any = None, status: int | None = None) -> Any:
    answer = await client.post(path, json=body if body is not None else {})
    assert answer.status_code == status if status else answer.is_success, (path, answer.status_code, answer.text)
    return answer.json()


async def school(registry: Service, kind: str = "cooperative", **values: Any) -> str:
    serial = next(_numbers)
    body = {"name": f"第{serial}农民专业合作社", "uscc": credit(serial), "kind": kind, "region_code": "522601100"} | values
    return str((await posted(registry.as_("officer"), "/v1/institutions", body, 201))["id"])


async def trainee(registry: Service, serial: int, **values: Any) -> str:
    body = {"name": "杨秀英", "id_number": citizen(serial), "phone": None, "region_code": "522601100"} | values
    return str((await posted(registry.as_("officer"), "/v1/trainees", body, 201))["id"])


def class_in(institution_id: str | None, **values: Any) -> dict[str, Any]:
    return {
        "name": "稻田养鱼班",
        "institution_id": institution_id,
        "channel": "agricultural_short",
        "programmes": ["practical.agriculture"],
        "trade_name": "稻田养鱼",
        "trade_filing_no": "州备〔2025〕1号",
        "hours": 8,
        "seats": 40,
        "region_code": "522601100",
        **DAYS,
    } | values


async def on_file(registry: Service) -> str:
    """The trade of `class_in`, so that nothing warns of it; the filing's path."""
    filing = {"number": "州备〔2025〕1号", "trade_name": "稻田养鱼", "from_on": "2025-01-01", "document": "州人社局备案通知"}
    return f"/v1/trade-filings/{(await posted(registry.as_('officer'), '/v1/trade-filings', filing, 201))['id']}"


async def proposed(registry: Service, institution_id: str, status: str = "draft", **values: Any) -> str:
    """A class in the wanted state: draft, submitted, returned, rejected, approved, in_progress, completed or cancelled; filed in time, and approved by
    another officer than proposed it."""
    starts_on, ends_on = values.get("starts_on", DAYS["starts_on"]), values.get("ends_on", DAYS["ends_on"])
    first, last = date.fromisoformat(starts_on), date.fromisoformat(ends_on)
    filing, approving, during, after = (
        registry.as_("officer", at=f"{on}T08:00:00+08:00")
        for on in (first - timedelta(days=10), first - timedelta(days=9), first, last + timedelta(days=365))
    )
    made = await posted(filing, "/v1/classes", class_in(institution_id, **values), 201)
    path = f"/v1/classes/{made['id']}"
    submit, approve, start = (filing, "submit", {}), (approving, "approve", {}), (during, "start", {})
    moves: dict[str, list[tuple[httpx.AsyncClient, str, Any]]] = {
        "draft": [],
        "submitted": [submit],
        "returned": [submit, (approving, "return", {"reason": "课程未列明"})],
        "rejected": [submit, (approving, "reject", {"reason": "材料不全"})],
        "approved": [submit, approve],
        "in_progress": [submit, approve, start],
        "completed": [submit, approve, start, (after, "complete", {})],
        "cancelled": [(filing, "cancel", {})],
    }
    for client, action, body in moves[status]:
        await posted(client, f"{path}:{action}", body, 200)
    return str(made["id"])


async def why_not(client: httpx.AsyncClient, class_id: str, action: str) -> str | None:
    """The code that the class's own paper says the action would be refused with now."""
    paper = (await client.get(f"/v1/classes/{class_id}")).json()
    [found] = [each for each in paper["allowed_actions"] if each["action"] == action]
    return found["why_not"] and str(found["why_not"]["code"])
