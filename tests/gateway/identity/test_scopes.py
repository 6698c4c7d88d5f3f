"""The scopes that are listed and granted are exactly those that the routes ask for."""

import importlib
from pathlib import Path

from gateway.identity import codes
from gateway.settings import Settings
from shared import access
from tests.conftest import SERVICES, settings


def _asked(service: str, folder: Path) -> set[str]:
    module = importlib.import_module("gateway.app" if service == "gateway" else f"services.{service}.app")
    app = module.build(settings("postgresql+asyncpg://x", folder, getattr(module, "Settings", Settings)))
    operations = (getattr(route, "operation", None) for route in app.routes)
    return {each.scope for each in operations if each and each.scope and each.may & access.SIGNED_IN}


def test_the_scopes_listed_are_exactly_those_that_operations_ask_for(tmp_path: Path) -> None:
    asked = set[str]().union(*(_asked(service, tmp_path) for service in SERVICES))
    listed = [each["scope"] for each in codes.listed()]
    assert sorted(asked) == listed and set(listed) == codes.KNOWN
