"""Webhook endpoints and deliveries on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from gateway.codes import DeliveryStatus
from shared import wire

Url = Annotated[
    wire.Named,
    Field(max_length=2000, description="地址:http 或 https;生产环境只接受公网的 https", examples=["https://hooks.example.gov.cn/training"]),
]
EventType = Annotated[str, Field(pattern=r"^[a-z_]+\.([a-z_]+|\*)$", max_length=60, examples=["claim.submitted"])]
EventTypes = Annotated[
    list[EventType], Field(min_length=1, max_length=100, description="只要这些事件,如 claim.submitted、claim.*;不给则全部")
]


class EndpointIn(wire.In):
    url: Url
    types: EventTypes | None = Field(None, examples=[["claim.*", "certificate.revoked"]])
    description: wire.Word | None = None


class EndpointChange(wire.In):
    """What is not named stays as it is. While `enabled` is false no events are kept for the endpoint."""

    url: Url = ""
    types: EventTypes | None = None
    description: wire.Word | None = None
    enabled: bool = True


class EndpointOut(wire.Out):
    """`disabled_reason`: `owner`, `gone` (it answered 410), or `failing` (it took nothing for three days). Until `previous_secret_until` messages carry two signatures."""

    id: UUID
    url: str
    types: list[str] | None
    description: str | None
    enabled: bool
    disabled_reason: str | None
    failing_since: wire.Instant | None
    previous_secret_until: wire.Instant | None
    created_at: wire.Instant
    version: int


class EndpointPaper(EndpointOut):
    """A single endpoint, with what its account may do with it."""

    allowed_actions: list[wire.AllowedAction]


class EndpointMade(EndpointPaper):
    """`secret` is shown this once; a repeat of the request answers without it."""

    secret: wire.ShownOnce = Field(None, examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class DeliveryOut(wire.Out):
    """`last_status`: the HTTP status of the last answer, null where there was none. `next_at`: when it is tried next."""

    id: UUID
    event_id: UUID
    type: str = Field(examples=["claim.submitted"])
    occurred_at: wire.Instant
    status: DeliveryStatus
    attempts: int
    last_status: int | None
    next_at: wire.Instant | None
    delivered_at: wire.Instant | None


class ReplayIn(wire.In):
    """What to send again: at most one of these; nothing named is all that is kept (30 days)."""

    from_on: wire.CivilDate | None = Field(None, description="这一天起发生的事件", examples=[None])
    after: Annotated[str, Field(max_length=600)] | None = Field(None, description="GET /v1/changes 给出的 next,此后的事件", examples=[None])
    delivery_id: UUID | None = Field(None, description="只这一次投递", examples=[None])


class EventsReplayed(wire.Out):
    replayed: int = Field(description="重发的事件数,个。")
