"""What the pages ask of the certificates' service, and of whoever takes complaints: only the fields that they show."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared import access, web
from shared.http_client import read


class Answer(BaseModel):
    """`number` None: no certificate of this number and name. Days as they are written."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    valid: bool
    on: str
    detail: str | None = None
    number: str | None = None
    kind: str | None = None
    occupation_code: str | None = None
    occupation_name: str | None = None
    level: str | None = None
    issued_on: str | None = None
    issuer: str | None = None
    name: str | None = None
    revoked_on: str | None = None
    edition: int | None = None
    printed_on: str | None = None


class Received(BaseModel):
    """A complaint that was taken. `code`: what its complainant asks with later."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    number: str
    code: str
    due_on: str | None


async def complain(kernel: web.Kernel, call: access.Call, said: Mapping[str, Any]) -> Received:
    return read(Received, await kernel.neighbours["registry"].post("/v1/complaints", call, said), "registry")


async def verify(kernel: web.Kernel, call: access.Call, number: str, name: str) -> Answer:
    """In the name of whoever asks us: it is their address that is counted. Raises what the service refuses."""
    said = await kernel.neighbours["evaluation"].post("/v1/certificates:verify", call, {"number": number, "name": name})
    return read(Answer, said, "evaluation")
