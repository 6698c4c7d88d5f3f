"""Who is who, for the other services."""

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


class NamesIn(wire.In):
    trainee_ids: Ids = []
    institution_ids: Ids = []
    class_ids: Ids = []


class TraineeName(wire.Out):
    name: str
    id_number_masked: str
    region_code: str


class InstitutionName(wire.Out):
    name: str
    kind: str
    region_code: str


class ClassName(wire.Out):
    name: str
    number: str
    institution_id: UUID
    region_code: str
    starts_on: wire.CivilDate


class NamesOut(wire.Out):
    """By id; who is unknown is left out."""

    trainees: dict[UUID, TraineeName]
    institutions: dict[UUID, InstitutionName]
    classes: dict[UUID, ClassName]
