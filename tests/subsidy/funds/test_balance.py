"""Whatever is moved, in whatever order, allowed or refused: the ledger says what the columns say, and no account falls below zero."""

import contextlib
import random
from decimal import Decimal
from uuid import UUID

import pytest

from services.subsidy.funds import operations as funds
from services.subsidy.funds.errors import FundExhausted
from services.subsidy.funds.schemas import FundAdded
from shared import db
from tests.conftest import Service, Start
from tests.subsidy.office import a_fund, balances, call


@pytest.mark.parametrize("seed", range(5))
async def test_any_sequence_of_movements_keeps_the_balance(start: Start, seed: int) -> None:
    chance = random.Random(seed)
    async with start("subsidy") as subsidy:
        fund_id = await a_fund(subsidy, "100.00")
        expected = {"available": Decimal("100.00"), "reserved": Decimal("0.00"), "paid": Decimal("0.00")}
        for _ in range(60):
            step, amount = chance.choice(("add", "reserve", "release", "pay", "recover")), Decimal(chance.randrange(0, 6000)) / 100
            source, target = {
                "add": ("", "available"),
                "reserve": ("available", "reserved"),
                "release": ("reserved", "available"),
                "pay": ("reserved", "paid"),
                "recover": ("paid", "available"),
            }[step]
            if step == "add" and not amount:
                continue
            possible = not source or expected[source] >= amount
            with contextlib.nullcontext() if possible else pytest.raises(FundExhausted):
                await _take(subsidy, UUID(fund_id), step, amount)
            if possible:
                expected[target] += amount
                if source:
                    expected[source] -= amount
        assert await balances(subsidy, fund_id) == {account: f"{amount:.2f}" for account, amount in expected.items()}


async def _take(subsidy: Service, fund_id: UUID, step: str, amount: Decimal) -> None:
    moved = funds.Moved(db.new_id(), amount)
    async with subsidy.kernel.writing.begin() as session:
        match step:
            case "add":
                await funds.add(session, call(), fund_id, FundAdded(amount=amount, reason="追加"))
            case "reserve":
                await funds.reserve(session, call(), fund_id, moved.claim_id, amount)
            case "release":
                await funds.release(session, call(), fund_id, moved.claim_id, amount)
            case "pay":
                await funds.pay(session, call(), fund_id, [moved])
            case "recover":
                await funds.recover(session, call(), fund_id, moved)
