"""A Python client out of the document, made by a generator as another system's engineers would: without a warning, and all of it can be imported."""

import subprocess
import sys
from pathlib import Path

import orjson

from tests.contracts.merged import document

# A spreadsheet is bytes to the generator, which knows no such media type by itself.
CONFIG = """
post_hooks: []
content_type_overrides:
  application/vnd.openxmlformats-officedocument.spreadsheetml.sheet: application/octet-stream
"""
IMPORT_ALL = """
import importlib, pkgutil, client
names = [module.name for module in pkgutil.walk_packages(client.__path__, "client.")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""


def test_a_generator_makes_a_client_without_a_warning_and_all_of_it_can_be_imported(tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_bytes(orjson.dumps(document()))
    (tmp_path / "config.yml").write_text(CONFIG)
    make = [
        "generate",
        "--path",
        "openapi.json",
        "--config",
        "config.yml",
        "--meta",
        "none",
        "--output-path",
        "client",
        "--fail-on-warning",
    ]
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", *make], cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False
    )
    assert made.returncode == 0 and "WARN" not in made.stdout.upper(), made.stdout[-4000:] + made.stderr[-2000:]
    imported = subprocess.run([sys.executable, "-c", IMPORT_ALL], cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
    assert imported.returncode == 0, imported.stderr[-2000:]
    operations = sum(len(methods) for methods in document()["paths"].values())
    assert int(imported.stdout) > operations
