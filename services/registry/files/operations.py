"""Keeps files, and hands them out to those who may see them; each reading is on the audit trail."""

import asyncio
import hashlib
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.files import policy
from services.registry.files.errors import EmptyFile
from services.registry.files.schemas import FileOut
from services.registry.files.tables import File
from shared import audit, db, errors
from shared.access import Actor, Call
from shared.privacy import Vault
from shared.web import Kernel

BYTES_AT_MOST = 20 * 1024 * 1024
SEES_ALL = frozenset({"officer", "reviewer", "finance", "auditor", "system", "service"})


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
        id=made, name=policy.safe_name(name), media_type=kind, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest(),
        content=await asyncio.to_thread(_seal, kernel.vault, made, content), uploaded_by=call.actor.subject, institution_id=call.actor.institution_id,
        region_code=call.actor.region_code, uploaded_at=call.now,
    )  # fmt: skip
    session.add(file)
    await session.flush()
    await audit.record(session, call, "file.uploaded", "file", made, {"sha256": file.sha256, "size_bytes": file.size_bytes})
    return FileOut.model_validate(file)


async def read(session: AsyncSession, call: Call, kernel: Kernel, file_id: UUID) -> tuple[FileOut, bytes]:
    file = await session.scalar(select(File).where(File.id == file_id, _visible(call.actor)))
    if file is None:
        raise errors.NotFound()
    await session.close()  # the connection goes back before another is taken
    async with kernel.writing.begin() as own:
        await audit.record(own, call, "file.read", "file", file.id)
    return FileOut.model_validate(file), await asyncio.to_thread(_open, kernel.vault, file.id, file.content)


def _visible(actor: Actor) -> ColumnElement[bool]:
    """Staff, who handle the papers that name it; the account that uploaded it; others of the same institution or town."""
    if actor.role in SEES_ALL:
        return true()
    own = [File.uploaded_by == actor.subject]
    if actor.role == "institution":
        own.append(and_(File.institution_id.is_not(None), File.institution_id == actor.institution_id))
    if actor.role == "town":
        own.append(and_(File.region_code.is_not(None), File.region_code == actor.region_code))
    return or_(false(), *own)


# The vault seals text. Latin-1 turns every byte into one character and back.
def _seal(vault: Vault, file_id: UUID, content: bytes) -> bytes:
    return vault.encrypt(content.decode("latin-1"), f"files/{file_id}/content")


def _open(vault: Vault, file_id: UUID, kept: bytes) -> bytes:
    return vault.decrypt(kept, f"files/{file_id}/content").encode("latin-1")
