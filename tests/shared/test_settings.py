"""What a process says of itself is what the project says."""

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.settings import Settings
from tests.conftest import settings


def test_the_version_is_the_project_s() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert Settings.model_fields["build"].default == project["version"]


def test_a_day_for_everybody_is_only_where_one_may_name_a_day(tmp_path: Path) -> None:
    url = "postgresql+asyncpg://x"
    assert settings(url, tmp_path, policy_day="2025-11-20").policy_day
    with pytest.raises(ValidationError, match="POLICY_DAY needs"):
        settings(url, tmp_path, allow_clock_override=False, policy_day="2025-11-20")
