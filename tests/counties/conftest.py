"""A second county: Leishan's own data over what every county takes as it is (levels, labels, occupations, working days, …)."""

import shutil
from pathlib import Path

import pytest

from shared import county

LEISHAN = Path(__file__).parent / "leishan"


@pytest.fixture(scope="session")
def leishan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its whole folder. Of the schemes it offers the short course alone."""
    folder = tmp_path_factory.mktemp("counties") / "leishan"
    shutil.copytree(county.DEFAULT, folder, ignore=shutil.ignore_patterns("former_hashes.toml", "kaili-*.toml"))
    for scheme in (folder / "terms").glob("*.toml"):
        head = [line for line in scheme.read_text(encoding="utf-8").splitlines() if line.startswith(("title =", "claim_kind ="))]
        scheme.write_text("\n".join([*head, "terms = []", ""]), encoding="utf-8")
    shutil.copytree(LEISHAN, folder, dirs_exist_ok=True)
    return folder
