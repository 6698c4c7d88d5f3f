"""What was sealed by an earlier release stays provable: how a row is hashed and how a head is written are pinned to the byte."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from shared.audit import TRAIL
from shared.sealing import chain, heads, sealer
from tests.conftest import KEYS

AT = datetime(2025, 4, 10, 1, 0, 0, 123456, tzinfo=UTC)
LINE = (
    b'{"hash": "MD4NjjZctoV1BcdATwEWG1/J6l8Z+0w6+GVuGlIuVvc=", "signature": "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nz'
    b'c3Nzc3Nzc3Nzcw==", "number": 1, "sealed_at": "2025-04-10T09:00:00.123456+08:00"}\n'
)


def _row(number: int, actor_name: str | None) -> Any:
    members = {
        "id": number,
        "transaction_id": 700,
        "recorded_at": AT,
        "at": AT.replace(microsecond=0),
        "actor": "test-officer",
        "role": "officer",
        "person_id": UUID(int=1),
        "actor_name": actor_name,
        "action": "class.approved",
        "subject_type": "class",
        "subject": None,
        "outcome": "done",
        "request_id": "r-1",
        "origin": None,
        "details": {"单位": "凯里", "n": 1, "sum": "0.10", "list": [1, None]},
    }

    class Row(SimpleNamespace):
        def __iter__(self) -> Any:
            return iter([members[column.name] for column in TRAIL.c])

    return Row(**members)


def test_a_seal_is_hashed_as_it_always_was() -> None:
    first = chain.Seal(b"")
    first.add(_row(1, None))  # from before names were kept
    assert first.hash.hex() == "303e0d8e365cb6857505c7404f01161b5fc9ea5f19fb4c3af8656e1a522e56f7"
    second = chain.Seal(first.hash)
    second.add(_row(2, "龙经办"))
    assert second.hash.hex() == "2c4a6df5b1c4d107de394c1b984308f37d8dfb6b55e78f1192fe6286f8f58579"
    assert (second.rows, second.through) == (1, (700, 2))


def test_a_head_is_written_as_it_always_was_and_read_again() -> None:
    head = heads.Head(1, bytes.fromhex("303e0d8e365cb6857505c7404f01161b5fc9ea5f19fb4c3af8656e1a522e56f7"), b"s" * 64, AT)
    assert heads.line(head) == LINE
    assert heads.read(LINE) == head


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\n", id="an-empty-line"),
        pytest.param(b"[]", id="a-list"),
        pytest.param(b"1", id="a-number"),
        pytest.param(b"[" * 8_000, id="without-end"),
        pytest.param(b"{}", id="no-members"),
        pytest.param(b"\xff", id="no-text"),
        pytest.param(LINE[:-3], id="cut-off"),
        pytest.param(LINE.replace(b"MD4N", b"MD*N"), id="no-base64"),
        pytest.param(LINE.replace(b"2025", b"none"), id="no-day"),
        pytest.param(LINE.replace(b": 1,", b": true,"), id="a-number-that-is-none"),
        pytest.param(LINE.replace(b": 1,", b": 0,"), id="0-is-no-number"),
        pytest.param(LINE.replace(b": 1,", b": 9223372036854775808,"), id="a-number-that-no-database-has"),
    ],
)
def test_what_is_no_head_is_refused(written: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        heads.read(written)


@pytest.mark.parametrize(("given", "folder"), [("", None), ("/mnt/witness", Path("/mnt/witness"))])
def test_a_witness_without_a_folder_is_none(given: str, folder: Path | None) -> None:
    settings: dict[str, Any] = {"seal_key": KEYS["seal_key"], "database_urls": "{}", "seal_dir": "/mnt/seals", "seal_witness_dir": given}
    assert sealer.Settings(**settings).seal_witness_dir == folder
