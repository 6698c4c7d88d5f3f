"""Keeps files, and hands them out to those who may see them; each reading is on the audit trail."""

import asyncio
import hashlib
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Text, Uuid, delete, func, literal, select, true
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.files import policy, visibility
from services.registry.files.errors import EmptyFile
from services.registry.files.schemas import FileOut
from services.registry.files.tables import File, Naming
from shared import db, deeds, errors
from shared.access import Call
from shared.privacy import Vault
from shared.redaction import redact
from shared.web import Kernel

BYTES_AT_MOST = 20 * 1024 * 1024
NAME_CHARACTERS_AT_MOST = 200


async def keep(session: AsyncSession, call: Call, kernel: Kernel, name: str | None, content: bytes) -> FileOut:
    if len(content) > BYTES_AT_MOST:
        raise errors.TooLarge(f"文件 {len(content) / 1024 / 1024:.1f} MB,不得超过 20 MB。请压缩或拆分后上传。")
    if not content:
        raise EmptyFile()
    kind = await asyncio.to_thread(policy.media_type, content)
    if kind is None:
        raise errors.UnsupportedMediaType("文件不是 PDF、JPEG、PNG、OFD 或 XLSX(按内容判断,与文件名无关)。请另存为其中一种后上传。")
    made = db.new_id()
    file = File(
        id=made,
        name=redact(policy.safe_name(name))[-NAME_CHARACTERS_AT_MOST:],
        media_type=kind,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=await asyncio.to_thread(_seal, kernel.vault, made, content),
        uploaded_by=call.actor.subject,
        uploaded_by_name=call.actor.name or None,
        institution_id=call.actor.institution_id,
        region_code=call.actor.region_code,
        uploaded_at=call.now,
    )
    session.add(file)
    await session.flush()
    said = {"sha256": file.sha256, "size_bytes": file.size_bytes}
    await deeds.record(session, call, "file.uploaded", made, details=said, event=False)
    return FileOut.model_validate(file)


async def read(session: AsyncSession, call: Call, kernel: Kernel, file_id: UUID, opened: bool) -> tuple[FileOut, bytes]:
    """`opened`: a paper that names it opens it to the caller."""
    file = await session.scalar(select(File).where(File.id == file_id, true() if opened else visibility.rows(call.actor)))
    if file is None:
        raise errors.NotFound()
    await deeds.record(session, call, "file.read", file.id, event=False)
    return FileOut.model_validate(file), await asyncio.to_thread(_open, kernel.vault, file.id, file.content)


async def name(session: AsyncSession, service: str, paper: str, paper_id: UUID, file_ids: Collection[UUID]) -> None:
    """Keeps that a paper of another service names these files from now on and no others. What was never uploaded is named by nobody."""
    of_paper = (Naming.service == service, Naming.paper == paper, Naming.paper_id == paper_id)
    await session.execute(delete(Naming).where(*of_paper, Naming.file_id != func.all(list(file_ids))))
    known = select(literal(service, Text), literal(paper, Text), literal(paper_id, Uuid), File.id).where(
        File.id == func.any(list(file_ids))
    )
    named = upsert(Naming).from_select(["service", "paper", "paper_id", "file_id"], known)
    await session.execute(named.on_conflict_do_nothing())


async def name_no_more(session: AsyncSession, service: str, paper_ids: Collection[UUID]) -> None:
    """Keeps that these papers of another service name no file."""
    await session.execute(delete(Naming).where(Naming.service == service, Naming.paper_id == func.any(list(paper_ids))))


# The vault seals text. Latin-1 turns every byte into one character and back.
def _seal(vault: Vault, file_id: UUID, content: bytes) -> bytes:
    return vault.encrypt(content.decode("latin-1"), f"files/{file_id}/content")


def _open(vault: Vault, file_id: UUID, kept: bytes) -> bytes:
    return vault.decrypt(kept, f"files/{file_id}/content").encode("latin-1")
