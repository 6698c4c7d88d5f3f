"""The container files: valid by the compose specification and the Dockerfile linter, and naming every setting that a process needs."""

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import ComposeSpecification

from shared.sealing import sealer
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PROCESSES = ("registry", "subsidy", "evaluation", "eastwest", "gateway")


def settings_of(name: str) -> type[Settings]:
    return (
        import_module("gateway.settings" if name == "gateway" else f"services.{name}.settings").Settings if name != "registry" else Settings
    )


def test_the_compose_file_keeps_to_the_specification() -> None:
    assert ComposeSpecification.model_validate(COMPOSE).services.keys() == {
        "postgres",
        "migrate",
        "reencrypt",
        "reindex",
        "sealer",
        *PROCESSES,
    }  # type: ignore[union-attr]


def test_the_linter_finds_nothing_in_the_dockerfile() -> None:
    linted = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), ROOT / "deploy" / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (linted.returncode, linted.stdout) == (0, "")


@pytest.mark.parametrize("name", PROCESSES)
def test_every_process_is_given_every_setting_it_needs(name: str) -> None:
    needed = {setting.upper() for setting, field in settings_of(name).model_fields.items() if field.is_required()}
    given = COMPOSE["services"][name]["environment"]
    in_the_image = {"SEAL_DIR"}
    assert needed <= given.keys() | in_the_image


def test_every_secret_the_compose_file_asks_for_is_in_the_example() -> None:
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


@pytest.mark.parametrize("name", PROCESSES)
def test_a_service_knows_the_password_of_its_working_role_alone_and_starts_when_the_tables_are_made(name: str) -> None:
    service = COMPOSE["services"][name]
    assert set(re.findall(r"[A-Z_]*PASSWORD", str(service))) == {f"{name.upper()}_DATABASE_PASSWORD"}
    assert service["environment"]["DATABASE_URL"].startswith(f"postgresql+asyncpg://{name}:")
    assert service["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_databases_and_tables_are_made_before_with_every_password() -> None:
    migrate = COMPOSE["services"]["migrate"]
    given = {setting for setting in migrate["environment"] if setting.endswith("_DATABASE_PASSWORD")}
    assert given == {f"{of.upper()}_DATABASE_PASSWORD" for of in ("owner", "sealer", *PROCESSES)}
    script = migrate["command"][-1]
    assert f'services="{" ".join(PROCESSES)}"' in script
    assert "python -m deploy.databases" in script and "python -m shared.migrate" in script
    assert "deploy/databases.py deploy/processes.py ./deploy/" in (ROOT / "deploy" / "Dockerfile").read_text()


def test_the_sealer_alone_holds_the_seal_key_and_writes_the_heads() -> None:
    made = COMPOSE["services"]["sealer"]
    needed = {setting.upper() for setting, field in sealer.Settings.model_fields.items() if field.is_required()}
    assert needed <= made["environment"].keys() | {"SEAL_DIR"}
    assert set(json.loads(made["environment"]["DATABASE_URLS"])) == set(PROCESSES)
    assert set(re.findall(r"[A-Z_]*PASSWORD", str(made))) == {"SEALER_DATABASE_PASSWORD"}
    assert [name for name, service in COMPOSE["services"].items() if "SEAL_KEY" in service.get("environment", {})] == ["sealer"]
    writing = [name for name, service in COMPOSE["services"].items() if _writes(service, "/seals") or _writes(service, "/witness")]
    assert writing == ["sealer"]


def _writes(service: dict[str, Any], folder: str) -> bool:
    return any(volume.endswith(folder) for volume in service.get("volumes", []))


@pytest.mark.parametrize("name", PROCESSES)
def test_every_process_is_started_behind_the_door(name: str) -> None:
    assert "exec python -m shared.web.serving $$APP" in COMPOSE["services"][name]["command"][-1]


def test_the_image_starts_behind_the_door() -> None:
    assert 'CMD ["python", "-m", "shared.web.serving"' in (ROOT / "deploy" / "Dockerfile").read_text()
