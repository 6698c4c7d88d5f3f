"""The container files: valid by the compose specification and the Dockerfile linter, and naming every setting that a process needs."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import ComposeSpecification

from gateway.settings import Settings as GatewaySettings
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PROCESSES = ("registry", "subsidy", "evaluation", "eastwest", "gateway")


def test_the_compose_file_keeps_to_the_specification() -> None:
    assert ComposeSpecification.model_validate(COMPOSE).services.keys() == {"postgres", *PROCESSES}  # type: ignore[union-attr]


def test_the_linter_finds_nothing_in_the_dockerfile() -> None:
    linted = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), ROOT / "deploy" / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (linted.returncode, linted.stdout) == (0, "")


@pytest.mark.parametrize("name", PROCESSES)
def test_every_process_is_given_every_setting_it_needs(name: str) -> None:
    kind = GatewaySettings if name == "gateway" else Settings
    needed = {setting.upper() for setting, field in kind.model_fields.items() if field.is_required()}
    given = COMPOSE["services"][name]["environment"]
    in_the_image = {"SEAL_DIR"}
    assert needed <= given.keys() | in_the_image


def test_every_secret_the_compose_file_asks_for_is_in_the_example() -> None:
    import re

    asked = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text()))
    listed = {
        line.partition("=")[0]
        for line in (ROOT / "deploy" / "environment.example").read_text().splitlines()
        if "=" in line and not line.startswith("#")
    }
    assert asked == listed


def test_no_process_is_local_there() -> None:
    for name in PROCESSES:
        environment = COMPOSE["services"][name]["environment"]
        assert environment["ENVIRONMENT"] == "production" and not environment.keys() & {"LOCAL_CLIENTS", "ALLOW_CLOCK_OVERRIDE"}
