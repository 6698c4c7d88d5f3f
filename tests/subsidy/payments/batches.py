"""Making and stepping payment batches in tests."""

from typing import Any
from uuid import UUID

from tests.conftest import Service
from tests.subsidy.office import a_fund, finance, key, registry


async def open_fund(subsidy: Service) -> str:
    subsidy.kernel.neighbours["registry"].transport = registry()
    return await a_fund(subsidy, "10000.00")


async def registry_knows(subsidy: Service, without: set[str] | None = None, **accounts: str) -> None:
    subsidy.kernel.neighbours["registry"].transport = registry(without, **accounts)
    await subsidy.kernel.neighbours["registry"].close()


async def create(subsidy: Service, fund_id: str, *claim_ids: UUID) -> Any:
    body = {"fund_id": fund_id, "claim_ids": [str(each) for each in claim_ids]}
    return await finance(subsidy).post("/v1/payment-batches", json=body, headers=key())


async def act(subsidy: Service, batch: dict[str, Any], action: str, body: dict[str, Any] | None = None) -> Any:
    return await finance(subsidy).post(f"/v1/payment-batches/{batch['id']}:{action}", json=body or {}, headers=key(batch["version"]))
