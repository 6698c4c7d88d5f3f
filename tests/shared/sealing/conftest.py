"""One trail of six rows under three seals, whose heads stand in a file and at a witness; and the sealer, which a test may start anew."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.keeping import SEALER
from shared.sealing import Broken, heads, sealer, verifying
from tests.conftest import Databases
from tests.sealing import KEY, engine_of, write


@dataclass
class Place:
    """A trail, its file and its witness; the sealer at work on it and the service that verifies it. `engine` may do everything there."""

    engine: AsyncEngine
    file: Path
    witness: Path
    sealer: sealer.Trail
    sealed: verifying.Sealed

    def start(self) -> None:
        """From now on it is another process's work, which knows nothing but what stands there."""
        self.sealer = sealer.Trail("evaluation", self.sealer.engine, self.file, self.witness)

    async def seal(self) -> int:
        rows = await sealer.seal_once(self.sealer, KEY)
        heads.carry_over(self.file, self.witness)
        return rows

    async def write_and_seal(self, count: int = 2) -> int:
        await write(self.engine, count)
        return await self.seal()

    async def verify(self) -> verifying.Found:
        return await verifying.verify(self.sealed)

    async def broken(self) -> tuple[str, int] | None:
        return told((await self.verify()).broken)


def told(broken: Broken | None) -> tuple[str, int] | None:
    return broken and (broken.reason.value, broken.number)


@pytest.fixture
async def place(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    monkeypatch.setattr(verifying, "WRITTEN_WITHIN_SECONDS", 0.0)  # nobody is about to write what is missing
    url = await databases.lend("evaluation")
    engines = [engine_of(databases.server, url, role) for role in ("postgres", SEALER, "evaluation")]
    (tmp_path / "far").mkdir()
    file, witness = tmp_path / "evaluation.jsonl", tmp_path / "far/evaluation.jsonl"
    sealed = verifying.sealed(engines[2], [KEY.public_key().public_bytes_raw()], {"file": file, "witness": witness})
    made = Place(engines[0], file, witness, sealer.Trail("evaluation", engines[1], file, witness), sealed)
    for _ in range(3):
        await made.write_and_seal()
    yield made
    for engine in engines:
        await engine.dispose()
