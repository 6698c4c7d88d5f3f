"""Merging on the wire."""

from uuid import UUID

from pydantic import Field

from shared import wire


class MergeIn(wire.In):
    into: UUID = Field(description="保留的学员")
