"""A Python client out of the document, made by a generator as another system's engineers would: without a warning, all of it can be imported, and by its
typed calls alone a consumer walks the main journey."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import orjson
import pytest

from deploy.stack import Stack
from tests.journeys.conftest import until

CONSUMER = Path(__file__).with_name("consumer.py")
# A spreadsheet is bytes to the generator, which knows no such media type by itself.
CONFIG = """
post_hooks: []
content_type_overrides:
  application/pdf: application/octet-stream
  application/pem-certificate-chain: application/octet-stream
  application/vnd.openxmlformats-officedocument.spreadsheetml.sheet: application/octet-stream
"""
IMPORT_ALL = """
import importlib, pkgutil, client
names = [module.name for module in pkgutil.walk_packages(client.__path__, "client.")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""


@pytest.fixture(scope="module")
def folder(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package `client` lies, beside the document that it was made of."""
    folder = tmp_path_factory.mktemp("generated")

    def whole() -> bool:
        (folder / "openapi.json").write_bytes(document := httpx.get(f"{stack.gateway_url}/openapi.json", timeout=60).content)
        return b'"x-missing"' not in document

    until(whole)
    (folder / "config.yml").write_text(CONFIG)
    make = ["generate", "--path", "openapi.json", "--config", "config.yml", "--meta", "none", "--output-path", "client"]
    made = _run(["-m", "openapi_python_client", *make, "--fail-on-warning"], folder)
    assert made.returncode == 0 and "WARN" not in made.stdout.upper(), made.stdout[-4000:] + made.stderr[-2000:]
    return folder


def test_all_of_it_can_be_imported(folder: Path) -> None:
    imported = _run(["-c", IMPORT_ALL], folder)
    assert imported.returncode == 0, imported.stderr[-2000:]
    operations = sum(len(methods) for methods in orjson.loads((folder / "openapi.json").read_bytes())["paths"].values())
    assert int(imported.stdout) > operations


def test_a_consumer_walks_the_main_journey_by_typed_calls_alone(folder: Path, stack: Stack) -> None:
    walked = _run([CONSUMER, stack.gateway_url], folder)
    assert walked.stdout == "done\n", walked.stdout[-2000:] + walked.stderr[-4000:]


def _run(arguments: list[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(folder), "NO_PROXY": "*"}
    return subprocess.run([sys.executable, *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
