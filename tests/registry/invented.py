"""Invented people and schools for the registry's tests."""

from typing import Any

import httpx

CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
YANG, PAN, LONG = "522601199003070017", "522601199003070025", "522601197003150018"
SCHOOL = "91110000600037341L"
ENTERPRISE = "91350100M000100Y43"


def id_number(serial: int, birth: str = "19850612") -> str:
    """A number that holds; odd serials are men."""
    digits = f"522601{birth}{serial:03}"
    return digits + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, CITIZEN_WEIGHTS, strict=True)) % 11]


def credit_code(serial: int) -> str:
    """A unified social credit code that holds."""
    organisation = f"{serial:08}"
    check = 11 - sum(int(digit) * weight for digit, weight in zip(organisation, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    code = f"91522601{organisation}{ {10: 'X', 11: '0'}.get(check, check) }"
    return code + CREDIT_ALPHABET[-sum(CREDIT_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code)) % 31]


def trainee(number: str = YANG, **changed: Any) -> dict[str, Any]:
    return {
        "name": "杨秀英",
        "id_type": "citizen",
        "id_number": number,
        "phone": "13885501234",
        "region_code": "522601100",
        "categories": [{"code": "rural_transfer_worker", "since_on": "2024-01-01"}],
    } | changed


def institution(uscc: str = SCHOOL, **changed: Any) -> dict[str, Any]:
    return {
        "name": "凯里市苗岭职业培训学校",
        "uscc": uscc,
        "kind": "private_school",
        "region_code": "522601001",
        "above_scale": False,
    } | changed


async def made(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What was created, or the test fails with the answer."""
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    kept: dict[str, Any] = answer.json()
    return kept
