"""Files on the wire."""

from uuid import UUID

from pydantic import Field

from shared import wire


class FileOut(wire.Out):
    """A file that was kept. `sha256` of its content, in hexadecimal."""

    id: UUID
    name: str = Field(examples=["签到表.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    size_bytes: int = Field(examples=[20480])
    sha256: str = Field(examples=["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"])
    uploaded_by: str
    uploaded_by_name: str | None = Field(examples=["王教务"])
    uploaded_at: wire.Instant
