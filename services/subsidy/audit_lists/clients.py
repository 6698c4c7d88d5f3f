"""What an auditor's list asks of the registry: who is behind each number."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.access import Call
from shared.http_client import read
from shared.web import Kernel


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class NumberedRead(_Read):
    trainee_ids: tuple[UUID | None, ...]


async def numbered(kernel: Kernel, call: Call, id_numbers: Sequence[str]) -> Sequence[UUID | None]:
    """By the id that they go on as; None where nobody is."""
    answer = await kernel.neighbours["registry"].post("/internal/v1/trainees-numbered", call, {"id_numbers": list(id_numbers)})
    return read(NumberedRead, answer, "registry").trainee_ids
