"""Who is paid, for the other services."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared import wire

Ids = Annotated[list[UUID], Field(max_length=10_000)]


class PayeesIn(wire.In):
    institution_ids: Ids = []
    trainee_ids: Ids = []


class Payee(wire.Out):
    """`bank_account` in full, for a bank file; null: none is known."""

    id: UUID
    name: str
    bank_account: str | None


class PayeesOut(wire.Out):
    institutions: list[Payee]
    trainees: list[Payee]
