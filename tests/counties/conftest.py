"""Other counties: what is their own, over what every county takes as it is (levels, labels, occupations, working days, …)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.stack import Stack
from shared import county
from tests.stacks import patient

OWN = Path(__file__).parent


@pytest.fixture(scope="session")
def leishan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second county, of which everything is its own. Of the schemes it offers the short course alone."""
    return _county("leishan", tmp_path_factory.mktemp("counties"), shutil.ignore_patterns("former_hashes.toml", "kaili-*.toml", "layouts"))


@pytest.fixture(scope="package")
def stack(leishan: Path) -> Iterator[Stack]:
    """A whole system of the second county: of all systems of these checks the one whose processes are started as its users start them."""
    with patient(COUNTY_DIR=str(leishan)) as running:
        yield running


@pytest.fixture(scope="session")
def guangdong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kaili under Guangdong's rates of 2023, as far as they are known."""
    return _county("guangdong", tmp_path_factory.mktemp("counties"), shutil.ignore_patterns("former_hashes.toml"))


def _county(name: str, within: Path, ignored: object) -> Path:
    """Its whole folder; of a scheme that it has no file for it has no terms."""
    folder = within / name
    shutil.copytree(county.DEFAULT, folder, ignore=ignored)  # type: ignore[arg-type]
    for scheme in (folder / "terms").glob("*.toml"):
        head = [line for line in scheme.read_text(encoding="utf-8").splitlines() if line.startswith(("title =", "claim_kind ="))]
        scheme.write_text("\n".join([*head, "terms = []", ""]), encoding="utf-8")
    shutil.copytree(OWN / name, folder, dirs_exist_ok=True)
    return folder
