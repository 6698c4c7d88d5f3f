"""The scopes that can be granted are those that the routes ask for."""

import importlib
from pathlib import Path

import pytest

from gateway.identity.scopes import KNOWN
from gateway.routing.nouns import NOUNS
from gateway.settings import Settings
from tests.conftest import SERVICES, settings


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_open_to_other_systems_asks_for_a_scope_that_can_be_granted(service: str, tmp_path: Path) -> None:
    module = importlib.import_module("gateway.app" if service == "gateway" else f"services.{service}.app")
    app = module.build(settings("postgresql+asyncpg://x", tmp_path, getattr(module, "Settings", Settings)))
    asked = {
        operation.scope
        for route in app.routes
        if (operation := getattr(getattr(route, "endpoint", None), "operation", None)) and "system" in operation.may and operation.scope
    }
    assert asked <= KNOWN


def test_every_noun_that_is_routed_has_scopes() -> None:
    assert {f"{noun}.read" for nouns in NOUNS.values() for noun in nouns} <= KNOWN
