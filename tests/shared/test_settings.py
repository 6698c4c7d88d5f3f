"""What a process says of itself is what the project says."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

import gateway.settings
from shared.sealing import sealer
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


LOCAL_ALONE = {"allow_clock_override", "local_clients", "policy_day", "build"}


def test_every_setting_that_may_be_left_out_is_explained_with_its_default() -> None:
    """What must be given is in `deploy/environment.example`, which its own tests hold."""
    rows = (Path(__file__).parents[2] / "docs/settings.md").read_text().partition("## 每个进程")[2].splitlines()
    told = {name: row.split("|")[2] for row in rows for name in re.findall("`([A-Z_]+)`", row.partition("|")[2].partition("|")[0])}
    fields = {**sealer.Settings.model_fields, **gateway.settings.Settings.model_fields}
    optional = {name: field for name, field in fields.items() if not field.is_required() and name not in LOCAL_ALONE}
    assert told.keys() - {"OTEL_EXPORTER_OTLP_ENDPOINT"} == {name.upper() for name in optional}
    for name, field in optional.items():
        if isinstance(field.default, str | int | float) and field.default != "":
            usual = f"{field.default:g}" if isinstance(field.default, int | float) else field.default
            assert re.search(rf"(?<![\w.]){re.escape(usual)}(?![\w.])", told[name.upper()]), name
