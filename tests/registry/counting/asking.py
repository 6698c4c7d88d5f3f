"""The registry asked for counts, as the gateway asks for a board."""

from typing import Any

from tests.conftest import Service

PLAN = {"from_on": "2024-01-01", "to_on": "2025-12-31"}


async def ask(registry: Service, *countings: dict[str, Any], as_of: str = "2025-12-31", by: str = "none") -> list[dict[str, Any]]:
    answer = await registry.internal("gateway").post(
        "/internal/v1/counts",
        json={"as_of": as_of, "by": by, "countings": [PLAN | {"key": str(n)} | each for n, each in enumerate(countings)]},
    )
    assert answer.status_code == 200, answer.text
    answer = answer.json()
    for count in answer["counts"]:
        count["names"] = answer["names"]
    return answer["counts"]
