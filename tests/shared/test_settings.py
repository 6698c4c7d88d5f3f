"""What a process says of itself is what the project says."""

import tomllib
from pathlib import Path

from shared.settings import Settings


def test_the_version_is_the_project_s() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert Settings.model_fields["build"].default == project["version"]
