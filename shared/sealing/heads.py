"""The heads: one line for each seal, in their order, in a file outside the database (`<service>.jsonl`). The sealer alone writes it, and only at its end.

A line is made of its seal and of nothing else, so the file is known to the byte: half a line can be completed, and a copy is a beginning of the file.
"""

import base64
import json
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from shared import clock
from shared.sealing import Broken, Reason

LINE_BYTES_AT_MOST = 8_192  # a line has about 300
_NUMBERS = 2**63  # as the database counts


@dataclass(frozen=True, slots=True)
class Head:
    """What a file keeps of a seal."""

    number: int
    hash: bytes
    signature: bytes
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Ending:
    """How a file ends: its last whole line, and what stands after that."""

    last: Head | None
    rest: bytes


def of(seal: Any) -> Head:
    return Head(seal.number, bytes(seal.hash), bytes(seal.signature), seal.sealed_at)


def line(head: Head) -> bytes:
    members = {
        "hash": base64.b64encode(head.hash).decode(),
        "signature": base64.b64encode(head.signature).decode(),
        "number": head.number,
        "sealed_at": head.sealed_at.astimezone(clock.SHANGHAI).isoformat(),
    }
    return json.dumps(members).encode() + b"\n"


def read(written: bytes) -> Head:
    """The head of a line. Raises ValueError."""
    try:
        said = json.loads(written)
        head = Head(
            said["number"],
            base64.b64decode(said["hash"], validate=True),
            base64.b64decode(said["signature"], validate=True),
            datetime.fromisoformat(said["sealed_at"]),
        )
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError("no head") from error
    if type(head.number) is not int or not 0 < head.number < _NUMBERS:
        raise ValueError("no number")
    return head


def ending(file: Path) -> Ending:
    """How the file ends; of one that is not there: with nothing. Raises ValueError when its last line is no head."""
    try:
        with file.open("rb") as opened:
            size = opened.seek(0, os.SEEK_END)
            opened.seek(max(0, size - LINE_BYTES_AT_MOST))
            block = opened.read()
    except FileNotFoundError:
        return Ending(None, b"")
    whole, newline, rest = block.rpartition(b"\n")
    if not newline and size > LINE_BYTES_AT_MOST:
        raise ValueError("no line")
    return Ending(read(whole.rpartition(b"\n")[2]) if newline else None, rest)


def append(file: Path, written: BinaryIO) -> None:
    """Adds the rest of what is open to the end of the file, and returns when it is on the disk."""
    new = not file.exists()
    with file.open("ab") as opened:
        shutil.copyfileobj(written, opened)
        opened.flush()
        os.fsync(opened.fileno())
    if new:
        _sync_folder(file.parent)


def carry_over(file: Path, copy: Path) -> None:
    """Adds to the copy what the file has more. Raises `Broken` when the copy is no beginning of the file, OSError when it cannot be reached."""
    there = copy.stat().st_size if copy.exists() else 0
    here = file.stat().st_size if file.exists() else 0
    if there > here:
        raise Broken(Reason.HEAD_MISSING, _number_after(file))
    if there:
        start = max(0, there - LINE_BYTES_AT_MOST)
        with file.open("rb") as own, copy.open("rb") as theirs:
            own.seek(start)
            theirs.seek(start)
            if own.read(there - start) != theirs.read(there - start):
                raise Broken(Reason.HEAD_CHANGED, _number_after(copy) - 1)
    if there < here:
        with file.open("rb") as own:
            own.seek(there)
            append(copy, own)


def _number_after(file: Path) -> int:
    try:
        last = ending(file).last
    except ValueError:
        return 0
    return last.number + 1 if last else 1


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
