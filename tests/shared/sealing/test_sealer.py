"""What the sealer mends, what it refuses to seal upon, and that neither a database nor a witness holds up the others."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import SEALS
from shared.keeping import SEALER
from shared.sealing import Broken, heads, sealer
from tests.conftest import KEYS, Databases
from tests.sealing import KEY, engine_of, lines, put, tamper_at, write
from tests.shared.sealing.conftest import Place, told
from tests.waiting import until

Change = Callable[[list[bytes]], list[bytes]]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda kept: kept[:2], id="the-whole-line"),
        pytest.param(lambda kept: [*kept[:2], kept[2][:1]], id="all-but-its-first-byte"),
        pytest.param(lambda kept: [*kept[:2], kept[2][:60]], id="half-of-it"),
        pytest.param(lambda kept: [*kept[:2], kept[2][:-1]], id="its-end"),
    ],
)
async def test_killed_between_a_seal_and_its_head_it_writes_the_head_at_the_next_start(place: Place, change: Change) -> None:
    kept = lines(place.file)
    for file in (place.file, place.witness):
        put(file, change(kept))
    place.start()
    assert await place.seal() == 0
    assert lines(place.file) == lines(place.witness) == kept
    assert await place.write_and_seal() == 2
    assert await place.broken() is None


async def test_killed_before_the_first_head_it_writes_that_one(place: Place) -> None:
    kept = lines(place.file)[:1]
    await tamper_at(place.engine, "DELETE FROM audit WHERE id > 2", "DELETE FROM audit_seals WHERE number > 1")
    place.file.unlink()
    place.witness.unlink()
    place.start()
    assert await place.seal() == 0
    assert lines(place.file) == kept


async def _number_of_seals(place: Place) -> int:
    async with AsyncSession(place.engine) as session:
        return int(await session.scalar(select(func.count()).select_from(SEALS)) or 0)


async def _refuses(place: Place, expected: tuple[str, int]) -> None:
    """It seals nothing more, writes nothing, and says why."""
    seals, kept = await _number_of_seals(place), lines(place.file) if place.file.exists() else None
    await write(place.engine, 1)
    with pytest.raises(Broken) as broken:
        await sealer.seal_once(place.sealer, KEY)
    assert told(broken.value) == expected
    assert (await _number_of_seals(place), lines(place.file) if place.file.exists() else None) == (seals, kept)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda kept: kept[:1], ("head_missing", 2), id="two-heads-missing"),
        pytest.param(lambda _: [], ("head_missing", 1), id="every-head-missing"),
        pytest.param(lambda kept: [*kept[:2], kept[1]], ("head_missing", 3), id="the-last-line-doubled-for-another"),
        pytest.param(lambda kept: [*kept[:2], kept[2].replace(b'"2', b'"3')], ("head_changed", 3), id="the-last-head-changed"),
        pytest.param(lambda kept: [*kept[:2], b"garbage\n"], ("head_unreadable", 0), id="garbage-for-the-last-line"),
        pytest.param(lambda kept: [*kept, b'{"hash"'], ("head_unreadable", 4), id="half-a-line-of-no-seal"),
        pytest.param(lambda kept: [*kept[:2], b"garbage"], ("head_unreadable", 3), id="half-a-line-of-another"),
        pytest.param(lambda kept: [*kept, kept[2].replace(b'"number": 3', b'"number": 4')], ("seal_missing", 4), id="a-head-too-many"),
    ],
)
async def test_it_does_not_seal_on_when_the_file_says_other(place: Place, change: Change, expected: tuple[str, int]) -> None:
    if expected == ("head_missing", 3):
        await place.write_and_seal()  # a fourth seal, so that what follows the doubled line is two
    kept = lines(place.file)[:3]
    put(place.file, change(kept))
    place.start()
    await _refuses(place, expected)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param("UPDATE audit_seals SET hash = 'x' WHERE number = 3", ("head_changed", 3), id="another-last-seal"),
        pytest.param("DELETE FROM audit_seals WHERE number = 3", ("seal_missing", 3), id="the-last-seal-removed"),
    ],
)
async def test_it_does_not_seal_on_when_the_database_says_other(place: Place, statement: str, expected: tuple[str, int]) -> None:
    await tamper_at(place.engine, statement)
    for _ in range(2):  # the process that wrote it, and one started since
        await _refuses(place, expected)
        place.start()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param("UPDATE audit SET actor = 'x' WHERE id = 6", ("rows_changed", 3), id="over-other-rows"),
        pytest.param("UPDATE audit_seals SET signature = 'x' WHERE number = 3", ("signature_invalid", 3), id="signed-by-another"),
        pytest.param("UPDATE audit_seals SET number = 5 WHERE number = 3", ("seal_missing", 3), id="numbered-otherwise"),
    ],
)
async def test_a_seal_without_a_head_that_does_not_prove_right_gets_none(place: Place, statement: str, expected: tuple[str, int]) -> None:
    await tamper_at(place.engine, statement)
    put(place.file, lines(place.file)[:2])
    place.start()
    await _refuses(place, expected)


async def test_a_last_seal_that_another_key_signed_is_not_sealed_upon(place: Place) -> None:
    await tamper_at(place.engine, "UPDATE audit_seals SET signature = 'x' WHERE number = 3")
    async with AsyncSession(place.engine) as session:
        seals = await session.execute(select(SEALS).order_by(SEALS.c.number))
        put(place.file, [heads.line(heads.of(seal)) for seal in seals])
    place.start()
    await _refuses(place, ("signature_invalid", 3))


async def test_lines_that_vanish_while_it_runs_are_not_mended_and_it_goes_on_when_they_are_back(place: Place) -> None:
    kept = lines(place.file)
    put(place.file, kept[:2])
    await _refuses(place, ("head_missing", 3))
    place.file.unlink()
    await _refuses(place, ("head_missing", 1))
    put(place.file, kept)
    assert await place.seal() == 2
    assert await place.broken() is None


async def test_trail_and_file_cut_off_together_while_it_runs_are_not_sealed_upon(place: Place) -> None:
    await tamper_at(place.engine, "DELETE FROM audit WHERE id > 4", "DELETE FROM audit_seals WHERE number = 3")
    put(place.file, lines(place.file)[:2])
    await _refuses(place, ("head_missing", 3))


@contextlib.asynccontextmanager
async def _running(databases: dict[str, str], folder: Path, witness: Path | None = None) -> AsyncIterator[None]:
    settings = sealer.Settings(
        seal_key=KEYS["seal_key"],  # type: ignore[arg-type]
        database_urls=json.dumps(databases),  # type: ignore[arg-type]
        seal_dir=folder,
        seal_witness_dir=witness,
        seal_every_seconds=0.01,
    )
    running = asyncio.create_task(sealer.run(settings))
    try:
        yield
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def _count(file: Path) -> int:
    return len(lines(file)) if file.exists() else 0


async def test_a_database_that_does_not_answer_holds_up_no_other(databases: Databases, tmp_path: Path) -> None:
    lent = {name: await databases.lend("evaluation") for name in ("registry", "evaluation")}
    engines = {name: engine_of(databases.server, url, "postgres") for name, url in lent.items()}
    urls = {name: engine_of(databases.server, url, SEALER).url.render_as_string(hide_password=False) for name, url in lent.items()}
    urls["gone"] = "postgresql+asyncpg://nobody@127.0.0.1:9/nothing"
    async with _running(urls, tmp_path):
        async with engines["registry"].begin() as holding:
            await holding.execute(text("LOCK TABLE audit_seals IN SHARE MODE"))  # which takes no transaction id: those hold up every seal
            await write(engines["registry"], 1)
            for count in (1, 2):
                await write(engines["evaluation"], 1)
                await until(lambda count=count: _count(tmp_path / "evaluation.jsonl") == count)  # type: ignore[misc]
            assert _count(tmp_path / "registry.jsonl") == 0
        await until(lambda: _count(tmp_path / "registry.jsonl") == 1)
    for engine in engines.values():
        await engine.dispose()


async def test_it_outlives_its_connection(place: Place, databases: Databases) -> None:
    url = place.sealer.engine.url.render_as_string(hide_password=False)
    async with _running({"evaluation": url}, place.file.parent):
        for count in (4, 5):
            await write(place.engine, 1)
            await until(lambda count=count: _count(place.file) == count)  # type: ignore[misc]
            async with place.engine.begin() as connection:
                others = (
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                await connection.execute(text(others))
    await place.engine.dispose()


async def test_told_to_end_while_a_call_fails_it_ends(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = asyncio.Event()

    async def fails(*_: Any) -> int:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionError("connection was closed in the middle of operation") from None
        return 0

    monkeypatch.setattr(sealer, "seal_once", fails)
    sealing = asyncio.create_task(sealer.keep_sealing(place.sealer, KEY, 0.01))
    await asyncio.wait_for(begun.wait(), 20)
    sealing.cancel()
    assert (await asyncio.wait([sealing], timeout=20))[1] == set() and sealing.cancelled()
    await place.engine.dispose()


async def test_a_witness_out_of_reach_holds_up_nothing_and_gets_later_what_it_lacks(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealer, "WITNESS_SECONDS", 0.05)
    url, away = place.sealer.engine.url.render_as_string(hide_password=False), place.witness.parent.with_name("away")
    place.witness.parent.rename(away)
    async with _running({"evaluation": url}, place.file.parent, place.witness.parent):
        for count in (4, 5):
            await write(place.engine, 1)
            await until(lambda count=count: _count(place.file) == count)  # type: ignore[misc]
        assert await place.broken() == ("head_missing", 1)
        away.rename(place.witness.parent)
        await until(lambda: _count(place.witness) == 5)
    assert await place.broken() is None


@pytest.mark.parametrize(
    ("change", "stops", "expected"),
    [
        pytest.param(None, ("head_missing", 3), ("seal_missing", 3), id="it-has-more-than-database-and-file"),
        pytest.param(
            lambda kept: [*kept[:2], kept[2].replace(b'"2', b'"3')], ("head_changed", 3), ("head_changed", 3), id="it-has-another-head"
        ),
    ],
)
async def test_what_the_witness_says_otherwise_is_not_sealed_upon_and_reaches_it_no_more(
    place: Place, change: Change | None, stops: tuple[str, int], expected: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database and the file were cut off together, or the chain was made anew, while no sealer ran: the witness alone knows."""
    if change:
        put(place.witness, change(lines(place.witness)))
    else:
        await tamper_at(place.engine, "DELETE FROM audit WHERE id > 4", "DELETE FROM audit_seals WHERE number = 3")
        put(place.file, lines(place.file)[:2])
    seals, kept, said = await _number_of_seals(place), lines(place.witness), list[Any]()
    monkeypatch.setattr(
        sealer.telemetry.log, "error", lambda event, **what: said.append((event, what.get("reason"), what.get("number"))), raising=False
    )
    url = place.sealer.engine.url.render_as_string(hide_password=False)
    await write(place.engine, 1)
    async with _running({"evaluation": url}, place.file.parent, place.witness.parent):
        await until(lambda: ("sealing_stopped", *stops) in said)
    assert (await _number_of_seals(place), lines(place.witness)) == (seals, kept)
    assert await place.broken() == expected
