"""The merged worklist on the wire."""

from typing import Literal

from pydantic import Field

from shared import wire, worklist

Status = Literal["ok", "unavailable"]


class Waiting(worklist.Item):
    """An item, and the service whose paper it is."""

    service: str = Field(examples=["subsidy"])


class Worklist(wire.Out):
    """`complete` is false when a service did not answer: what waits there is missing here, also in `counts` and `total`, and comes once it answers."""

    as_of: wire.CivilDate
    complete: bool
    services: dict[str, Status] = Field(examples=[{"registry": "ok", "subsidy": "unavailable"}])
    items: list[Waiting]
    next_cursor: str | None = None
    total: int | None = None
    counts: list[worklist.Count]
