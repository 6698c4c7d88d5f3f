"""The merged worklist on the wire."""

from typing import Literal

from pydantic import Field

from shared import wire, worklist

Status = Literal["ok", "unavailable"]


class Waiting(worklist.Item):
    """An item, and the service whose paper it is."""

    service: str = Field(examples=["subsidy"])


class Worklist(wire.Out):
    """`complete` is false when a service did not answer: what waits there is missing here. `more`: at some service
    more waits than is ever listed."""

    as_of: wire.CivilDate
    complete: bool
    more: bool
    services: dict[str, Status] = Field(examples=[{"registry": "ok", "subsidy": "unavailable"}])
    items: list[Waiting]
    next_cursor: str | None = None
    total: int | None = None
