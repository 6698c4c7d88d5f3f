"""Every service as an application, for tests that look at all of them alike."""

import importlib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from fastapi import FastAPI

from shared.settings import Settings
from tests.conftest import settings


def app(name: str, seals: Path, url: str = "postgresql+asyncpg://nobody@127.0.0.1:9/nothing") -> FastAPI:
    """The application as its own process builds it. Nothing connects before the first request."""
    module = importlib.import_module("gateway.app" if name == "gateway" else f"services.{name}.app")
    made: FastAPI = module.build(settings(url, seals, getattr(module, "Settings", Settings)))
    return made


def document(name: str) -> dict[str, Any]:
    """What a service says of itself, made once a process, since that takes seconds; each caller's is its own."""
    copied: dict[str, Any] = orjson.loads(_document(name))
    return copied


@cache
def _document(name: str) -> bytes:
    with TemporaryDirectory() as seals:
        return orjson.dumps(app(name, Path(seals)).openapi())
