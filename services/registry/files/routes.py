"""The paths of files (附件)."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import File, Response, UploadFile

from services.registry.files import operations, policy
from services.registry.files.errors import EmptyFile
from services.registry.files.reading import Opened
from services.registry.files.schemas import FileOut
from shared import access, errors, web

router = web.Router("files")


@router.operation(
    "POST",
    "/v1/files",
    may=access.SIGNED_IN,
    summary="上传附件:PDF、JPEG、PNG、OFD、XLSX,不超过 20 MB",
    status=201,
    errors=[EmptyFile],
    largest_bytes=web.UPLOAD_LARGEST_BYTES,
)
async def upload(file: Annotated[UploadFile, File()], session: web.Session, call: web.Caller, kernel: web.KernelOf) -> FileOut:
    return await operations.keep(session, call, kernel, file.filename, await file.read())


@router.operation(
    "GET",
    "/v1/files/{file_id:uuid}",
    may=access.SIGNED_IN,
    summary="下载附件,记入审计",
    errors=[errors.UpstreamFailed, errors.UpstreamTimeout],
    recorded=True,
    response_class=Response,
    media_types=policy.MEDIA_TYPES,
)
async def download(file_id: UUID, opened: Opened, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> Response:
    file, content = await operations.read(session, call, kernel, file_id, opened)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Cache-Control": "private, no-store",
        "ETag": f'"1-{file.sha256}"',
    }
    return Response(content, media_type=file.media_type, headers=headers)
