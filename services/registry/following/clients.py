"""What the registry reads of its neighbours' events, and what it asks where an event says too little."""

from collections.abc import Collection
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared import errors
from shared.access import Call
from shared.http_client import Neighbour


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class CertificateTold(_Read):
    """What the events `certificate.issued`, `.registered` and `.revoked` say."""

    trainee_id: UUID
    class_id: UUID | None
    kind: str
    occupation_code: str | None
    level: str | None
    issued_on: date
    revoked_on: date | None = None


class FilesTold(_Read):
    """What an event says of the files that its paper names; None: nothing."""

    file_ids: list[UUID] | None = None


class PlacementRead(_Read):
    """`written_as`: the id that the person was placed under; whom it means the registry itself knows best."""

    placement_id: UUID
    written_as: UUID
    class_id: UUID | None
    order_id: UUID
    order_number: str
    started_on: date | None
    left_on: date | None
    weakest_grade: Literal["A", "B", "C", "D", "E"] | None


class _Placements(_Read):
    placements: list[PlacementRead]


async def placements(eastwest: Neighbour, call: Call, placement_ids: Collection[UUID]) -> list[PlacementRead]:
    body = {"placement_ids": [str(each) for each in placement_ids]}
    return read_placements(await eastwest.post("/internal/v1/placement-facts", call, body))


def read_placements(answer: Any) -> list[PlacementRead]:
    if answer is None:
        raise errors.UpstreamFailed("eastwest 服务没有安置事实的接口。")
    return _Placements.model_validate(answer).placements
