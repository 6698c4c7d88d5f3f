"""Whoever owns the database, writes the file and has a key of their own is found: one way of tampering a line, and the number and reason it is found by."""

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import SEALS
from shared.sealing import Broken, chain, heads, sealer, verifying
from tests.sealing import KEY, lines, put, tamper_at, write
from tests.shared.sealing.conftest import Place, told

OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
CUT_OFF = ("DELETE FROM audit WHERE id > 4", "DELETE FROM audit_seals WHERE number = 3")
INSERTED = (
    "INSERT INTO audit (id, transaction_id, at, actor, role, action, subject_type, outcome, request_id, details) OVERRIDING SYSTEM VALUE"
    " SELECT 0, transaction_id, at, 'x', role, action, subject_type, outcome, request_id, details FROM audit WHERE id = 3"
)


async def test_an_untouched_trail_is_intact(place: Place) -> None:
    found = await place.verify()
    assert (found.broken, found.sealed_rows, found.seals, found.unsealed_rows) == (None, 6, 3, 0)
    assert [(copy.name, copy.heads, copy.broken) for copy in found.copies] == [("file", 3, None), ("witness", 3, None)]


async def test_a_trail_of_nothing_is_intact_without_a_file(place: Place) -> None:
    await tamper_at(place.engine, "DELETE FROM audit", "DELETE FROM audit_seals")
    place.file.unlink()
    place.witness.unlink()
    assert await place.broken() is None


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        pytest.param(["UPDATE audit SET actor = 'x' WHERE id = 3"], ("rows_changed", 2), id="a-row-changed"),
        pytest.param(["UPDATE audit SET details = '{}' WHERE id = 6"], ("rows_changed", 3), id="the-last-row-changed"),
        pytest.param(["DELETE FROM audit WHERE id = 1"], ("rows_changed", 1), id="the-first-row-removed"),
        pytest.param(["DELETE FROM audit"], ("rows_changed", 1), id="every-row-removed"),
        pytest.param([INSERTED], ("rows_changed", 2), id="a-row-inserted-before-a-sealed-place"),
        pytest.param(["UPDATE audit_seals SET rows = 3 WHERE number = 2"], ("rows_changed", 2), id="a-seals-count-changed"),
        pytest.param(["UPDATE audit_seals SET hash = 'x' WHERE number = 2"], ("rows_changed", 2), id="a-seals-hash-changed"),
        pytest.param(["UPDATE audit_seals SET through_id = 9 WHERE number = 3"], ("rows_changed", 3), id="a-seals-end-moved"),
        pytest.param(["UPDATE audit_seals SET signature = 'x' WHERE number = 1"], ("signature_invalid", 1), id="a-signature-changed"),
        pytest.param(["UPDATE audit_seals SET sealed_at = now() WHERE number = 2"], ("head_changed", 2), id="a-seals-day-changed"),
        pytest.param(["DELETE FROM audit_seals WHERE number = 2"], ("seal_missing", 2), id="a-seal-removed"),
        pytest.param(["DELETE FROM audit_seals WHERE number = 3"], ("seal_missing", 3), id="the-last-seal-removed"),
        pytest.param(CUT_OFF, ("seal_missing", 3), id="rows-and-seals-cut-off-together"),
        pytest.param(["DELETE FROM audit", "DELETE FROM audit_seals"], ("seal_missing", 1), id="rows-and-seals-all-removed"),
    ],
)
@pytest.mark.parametrize("verified_before", [False, True])
async def test_what_is_done_to_the_database_is_found(
    place: Place, verified_before: bool, statements: list[str], expected: tuple[str, int]
) -> None:
    if verified_before:
        assert await place.broken() is None
    await tamper_at(place.engine, *statements)
    assert await place.broken() == expected


def _on(number: int, change: Callable[[dict[str, Any]], Any]) -> Callable[[list[bytes]], list[bytes]]:
    """The line of this number, changed as JSON."""

    def changed(kept: list[bytes]) -> list[bytes]:
        said = json.loads(kept[number - 1])
        change(said)
        return [*kept[: number - 1], json.dumps(said).encode() + b"\n", *kept[number:]]

    return changed


ELSE = base64.b64encode(b"x" * 32).decode()


@pytest.mark.parametrize("copy", ["file", "witness"])
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda _: None, ("head_missing", 1), id="the-file-removed"),
        pytest.param(lambda _: [], ("head_missing", 1), id="the-file-emptied"),
        pytest.param(lambda kept: kept[:2], ("head_missing", 3), id="the-last-line-removed"),
        pytest.param(lambda kept: kept[1:], ("head_out_of_place", 1), id="the-first-line-removed"),
        pytest.param(lambda kept: [kept[0], kept[2]], ("head_out_of_place", 2), id="a-line-removed"),
        pytest.param(lambda kept: [kept[1], kept[0], kept[2]], ("head_out_of_place", 1), id="two-lines-exchanged"),
        pytest.param(lambda kept: [*kept[:2], *kept[1:]], ("head_out_of_place", 3), id="a-line-doubled"),
        pytest.param(lambda kept: [*kept, kept[2]], ("head_out_of_place", 4), id="the-last-line-doubled"),
        pytest.param(lambda kept: [*kept, kept[0]], ("head_out_of_place", 4), id="an-old-line-at-the-end"),
        pytest.param(_on(2, lambda said: said.update(hash=ELSE)), ("head_changed", 2), id="a-hash-changed"),
        pytest.param(_on(1, lambda said: said.update(signature=ELSE)), ("head_changed", 1), id="a-signature-changed"),
        pytest.param(_on(3, lambda said: said.update(number=4)), ("head_out_of_place", 3), id="a-number-changed"),
        pytest.param(_on(2, lambda said: said.update(number="2")), ("head_unreadable", 2), id="a-number-that-is-none"),
        pytest.param(_on(2, lambda said: said.update(sealed_at="2025-01-01T00:00:00+08:00")), ("head_changed", 2), id="a-day-changed"),
        pytest.param(_on(2, lambda said: said.update(more=1)), ("head_changed", 2), id="a-member-added"),
        pytest.param(lambda kept: [*kept[:2], kept[2][:40]], ("head_unfinished", 3), id="half-a-line-at-the-end"),
        pytest.param(lambda kept: [*kept[:2], kept[2][:-1]], ("head_unfinished", 3), id="a-line-without-its-end"),
        pytest.param(lambda kept: [*kept, kept[2][:40]], ("head_unreadable", 4), id="half-a-line-too-many"),
        pytest.param(lambda kept: [kept[0], b"garbage\n", kept[2]], ("head_unreadable", 2), id="garbage-for-a-line"),
        pytest.param(lambda kept: [b"\xff\x00" * 9_000, *kept], ("head_unreadable", 1), id="garbage-at-the-beginning"),
        pytest.param(lambda kept: [kept[0], b"[" * 100_000, *kept[1:]], ("head_unreadable", 2), id="garbage-without-end"),
        pytest.param(lambda kept: [*kept, b"\n"], ("head_unreadable", 4), id="an-empty-line-at-the-end"),
        pytest.param(_on(2, lambda said: said.clear()), ("head_unreadable", 2), id="a-line-of-nothing"),
    ],
)
async def test_what_is_done_to_a_copy_is_found(
    place: Place, copy: str, change: Callable[[list[bytes]], list[bytes] | None], expected: tuple[str, int]
) -> None:
    file: Path = getattr(place, copy)
    changed = change(lines(file))
    put(file, changed)
    found = await place.verify()
    assert told(found.broken) == expected
    assert {each.name: told(each.broken) for each in found.copies} == {"file": None, "witness": None, copy: expected}


async def _rewrite(place: Place, key: Ed25519PrivateKey) -> None:
    """A row is changed, and every seal from there on is made anew with this key."""
    await tamper_at(place.engine, "UPDATE audit SET actor = 'x' WHERE id = 3")
    async with AsyncSession(place.engine) as session, session.begin():
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        last = None
        for kept in (await session.execute(SEALS.select().order_by(SEALS.c.number))).all():
            made = chain.Seal(last.hash if last else b"")
            for row in await session.execute(chain.within(last, kept)):
                made.add(row)
            if kept.number >= 2:
                new = {"hash": made.hash, "signature": key.sign(made.hash)}
                await session.execute(update(SEALS).where(SEALS.c.number == kept.number).values(new))
            last = (await session.execute(SEALS.select().where(SEALS.c.number == kept.number))).one()


async def _write_anew(place: Place, file: Path) -> None:
    async with AsyncSession(place.engine) as session:
        seals = await session.execute(SEALS.select().order_by(SEALS.c.number))
        put(file, [heads.line(heads.of(seal)) for seal in seals])


@pytest.mark.parametrize(
    ("key", "files", "expected"),
    [
        pytest.param(OTHER_KEY, [], ("signature_invalid", 2), id="with-another-key"),
        pytest.param(OTHER_KEY, ["file", "witness"], ("signature_invalid", 2), id="with-another-key-and-every-copy"),
        pytest.param(KEY, [], ("head_changed", 2), id="with-the-seal-key"),
        pytest.param(KEY, ["file"], ("head_changed", 2), id="with-the-seal-key-and-the-file-the-witness-is-the-last-honest-copy"),
        pytest.param(KEY, ["witness"], ("head_changed", 2), id="with-the-seal-key-and-the-witness"),
    ],
)
async def test_a_chain_made_anew_is_found(place: Place, key: Ed25519PrivateKey, files: list[str], expected: tuple[str, int]) -> None:
    await _rewrite(place, key)
    for name in files:
        await _write_anew(place, getattr(place, name))
    assert await place.broken() == expected


async def test_rows_seals_and_file_cut_off_together_are_found_by_the_witness(place: Place) -> None:
    await tamper_at(place.engine, *CUT_OFF)
    put(place.file, lines(place.file)[:2])
    found = await place.verify()
    assert told(found.broken) == ("seal_missing", 3)
    assert {each.name: told(each.broken) for each in found.copies} == {"file": None, "witness": ("seal_missing", 3)}


async def test_a_copy_that_cannot_be_read_is_not_intact(place: Place) -> None:
    place.witness.unlink()
    place.witness.mkdir()
    assert await place.broken() == ("copy_unavailable", 1)


AT_THE_FILES = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle in transaction'"
    " AND query LIKE '%audit%'"
)


async def test_the_moment_between_a_seal_and_its_head_is_no_alarm(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "WRITTEN_WITHIN_SECONDS", 4.5)
    await place.write_and_seal()
    kept = lines(place.file)
    put(place.file, [*kept[:3], kept[3][:50]])
    put(place.witness, kept[:3])
    checking = asyncio.create_task(place.verify())
    async with place.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as beside:
        while not await beside.scalar(AT_THE_FILES):
            assert not checking.done()
    with place.file.open("ab") as file:
        file.write(kept[3][50:])
    heads.carry_over(place.file, place.witness)
    found = await checking
    assert (found.broken, found.seals) == (None, 4)


async def test_what_is_sealed_while_it_verifies_is_no_alarm(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "WRITTEN_WITHIN_SECONDS", 4.5)

    async def seal_on() -> None:
        for _ in range(20):
            await place.write_and_seal(1)

    sealing = asyncio.create_task(seal_on())
    while not sealing.done():
        assert await place.broken() is None
    assert (await place.verify()).seals == 23


async def test_a_row_of_a_transaction_still_open_is_sealed_later_not_skipped(place: Place) -> None:
    async with AsyncSession(place.engine) as slow:
        await slow.begin()
        await slow.execute(text("SELECT pg_current_xact_id()"))
        assert await place.write_and_seal(1) == 0
        found = await place.verify()
        assert (found.broken, found.sealed_rows, found.unsealed_rows) == (None, 6, 1)
        await slow.commit()
    assert await place.seal() == 1
    assert await place.broken() is None


async def test_a_trail_of_many_parts_is_verified_whole(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "AT_ONCE", 2)
    monkeypatch.setattr(sealer, "ROWS_A_SEAL", 3)
    await write(place.engine, 10)
    assert [await place.seal() for _ in range(5)] == [3, 3, 3, 1, 0]
    found = await place.verify()
    assert (found.broken, found.sealed_rows, found.seals) == (None, 16, 7)
    await tamper_at(place.engine, "UPDATE audit SET actor = 'x' WHERE id = 16")
    assert await place.broken() == ("rows_changed", 7)


NEXT_KEY = Ed25519PrivateKey.from_private_bytes(b"n" * 32)


async def _taken_over(place: Place) -> None:
    """Another key seals from the fourth seal on; the services know both."""
    place.sealer = sealer.Trail("evaluation", place.sealer.engine, place.file, former=(KEY.public_key(),))
    await write(place.engine, 2)
    await sealer.seal_once(place.sealer, NEXT_KEY)
    heads.carry_over(place.file, place.witness)
    place.sealed.keys = [KEY.public_key(), NEXT_KEY.public_key()]


@pytest.mark.parametrize("verified_before", [False, True])
async def test_seals_of_a_key_that_was_replaced_stay_good(place: Place, verified_before: bool) -> None:
    if verified_before:
        assert await place.broken() is None
    await _taken_over(place)
    found = await place.verify()
    assert (found.broken, found.seals) == (None, 4)


@pytest.mark.parametrize("verified_before", [False, True])
async def test_a_key_that_was_replaced_seals_nothing_any_more(place: Place, verified_before: bool) -> None:
    await _taken_over(place)
    if verified_before:
        assert await place.broken() is None
    place.sealer = sealer.Trail("evaluation", place.sealer.engine, place.file, former=(NEXT_KEY.public_key(),))
    await place.write_and_seal()
    assert await place.broken() == ("signature_invalid", 5)


async def test_a_sealer_with_another_key_goes_on_only_after_a_key_that_it_was_told_of(place: Place) -> None:
    await write(place.engine, 2)
    with pytest.raises(Broken) as stopped:
        await sealer.seal_once(sealer.Trail("evaluation", place.sealer.engine, place.file), NEXT_KEY)
    assert told(stopped.value) == ("signature_invalid", 3)
