"""What kind of file some bytes are, told by the bytes and never by the name."""

import io
import unicodedata
import zipfile

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BEGINNINGS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
INSIDE_A_ZIP = {"OFD.xml": "application/ofd", "xl/workbook.xml": XLSX}
MEDIA_TYPES = (*BEGINNINGS.values(), *INSIDE_A_ZIP.values())


def media_type(content: bytes) -> str | None:
    """The media type of a PDF, JPEG, PNG, OFD or XLSX; None of anything else."""
    for beginning, kind in BEGINNINGS.items():
        if content.startswith(beginning):
            return kind
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        names = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    return next((kind for member, kind in INSIDE_A_ZIP.items() if member in names), None)


def safe_name(name: str | None) -> str:
    """The last part of the name as it was given, without what could mislead a reader or a file system."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(character for character in last if unicodedata.category(character)[0] != "C" and character not in '<>:"|?*')
    return plain.strip(" .") or "未命名"
