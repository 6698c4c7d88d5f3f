"""What a dossier asks of the registry: its attachments by name and hash."""

from collections.abc import Collection
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.access import Call
from shared.http_client import read
from shared.web import Kernel


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class FileRead(_Read):
    id: UUID
    name: str
    media_type: str
    sha256: str


class FilesRead(_Read):
    files: tuple[FileRead, ...]


async def files(kernel: Kernel, call: Call, file_ids: Collection[UUID]) -> tuple[FileRead, ...]:
    """What papers name as attachments, by name and hash; nobody is asked where there are none."""
    if not file_ids:
        return ()
    body = {"file_ids": [str(each) for each in file_ids]}
    return read(FilesRead, await kernel.neighbours["registry"].post("/internal/v1/files-named", call, body), "registry").files
