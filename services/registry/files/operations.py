"""Keeps files, and hands them out to those who may see them; each reading is on the audit trail."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import delete, func, select, text, true
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


_NAMED = "unnest(CAST(:papers AS text[]), CAST(:paper_ids AS uuid[]), CAST(:file_ids AS uuid[])) AS named (paper, paper_id, file_id)"
_NAME = text(f"""
    INSERT INTO file_namings (service, paper, paper_id, file_id)
    SELECT :service, named.paper, named.paper_id, named.file_id FROM {_NAMED} JOIN files ON files.id = named.file_id ON CONFLICT DO NOTHING
""")  # noqa: S608 - of our own words alone
_NAME_NO_OTHERS = text(f"""
    DELETE FROM file_namings AS kept USING unnest(CAST(:told AS text[]), CAST(:told_ids AS uuid[])) AS told (paper, paper_id)
    WHERE (kept.service, kept.paper, kept.paper_id) = (:service, told.paper, told.paper_id)
      AND (kept.paper, kept.paper_id, kept.file_id) NOT IN (SELECT named.paper, named.paper_id, named.file_id FROM {_NAMED})
""")  # noqa: S608 - of our own words alone


async def name(session: AsyncSession, service: str, told: Mapping[tuple[str, UUID], Collection[UUID]]) -> None:
    """Keeps that papers of another service, each by its kind and id, name these files from now on and no others. What was never uploaded is named by
    nobody."""
    named = [(paper, paper_id, file_id) for (paper, paper_id), file_ids in told.items() for file_id in file_ids]
    columns = {"papers": [each[0] for each in named], "paper_ids": [each[1] for each in named], "file_ids": [each[2] for each in named]}
    papers = {"told": [paper for paper, _ in told], "told_ids": [paper_id for _, paper_id in told]}
    await session.execute(_NAME_NO_OTHERS, {"service": service} | papers | columns)
    if named:
        await session.execute(_NAME, {"service": service} | columns)


async def name_no_more(session: AsyncSession, service: str, paper_ids: Collection[UUID]) -> None:
    """Keeps that these papers of another service name no file."""
    await session.execute(delete(Naming).where(Naming.service == service, Naming.paper_id == func.any(list(paper_ids))))


# The vault seals text. Latin-1 turns every byte into one character and back.
def _seal(vault: Vault, file_id: UUID, content: bytes) -> bytes:
    return vault.encrypt(content.decode("latin-1"), f"files/{file_id}/content")


def _open(vault: Vault, file_id: UUID, kept: bytes) -> bytes:
    return vault.decrypt(kept, f"files/{file_id}/content").encode("latin-1")
