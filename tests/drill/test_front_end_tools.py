"""What a front-end team does with the document first: Redocly's recommended rules without a finding, TypeScript types that compile strictly, and a consumer
of these that walks the main journey by typed calls alone.

Needs Node and, the first time, the network; the tools are kept in the user's cache. Where either is missing it says so and is skipped.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from deploy.stack import Stack
from tests.contracts.merged import document
from tests.stacks import patient

pytestmark = pytest.mark.drill
TOOLS = {"@redocly/cli": "2", "openapi-typescript": "7", "typescript": "5", "openapi-fetch": "0.17"}
CONSUMER = Path(__file__).with_name("consumer.ts")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kaili-skills" / "front-end-tools"


@pytest.fixture(scope="module")
def tools() -> Path:
    """The folder of the installed tools' commands."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("NOT CHECKED: Node is not installed, so nobody linted the document and nobody compiled its types")
    bin_ = CACHE / "node_modules" / ".bin"
    if not all((CACHE / "node_modules" / name / "package.json").exists() for name in TOOLS):
        CACHE.mkdir(parents=True, exist_ok=True)
        (CACHE / "package.json").write_text(json.dumps({"private": True, "dependencies": TOOLS}))
        install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
        try:
            subprocess.run(install, cwd=CACHE, check=True, capture_output=True, timeout=300)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            pytest.skip("NOT CHECKED: the tools could not be fetched, so nobody linted the document and nobody compiled its types")
    return bin_


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with patient() as running:
        yield running


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("document") / "openapi.json"
    path.write_bytes(orjson.dumps(document()))
    return path


def test_the_recommended_rules_find_nothing(tools: Path, written: Path) -> None:
    told = subprocess.run(
        [tools / "redocly", "lint", written, "--extends=recommended", "--format=json"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    found = json.loads(told.stdout[told.stdout.index("{") :])
    assert found["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}, [
        (each["ruleId"], each["message"], each["location"][0].get("pointer")) for each in found["problems"][:20]
    ]


def test_its_types_compile_strictly(tools: Path, written: Path) -> None:
    types = written.with_name("types.ts")
    for command in ([tools / "openapi-typescript", written, "-o", types], [tools / "tsc", "--noEmit", "--strict", types]):
        told = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-3000:]


def test_a_consumer_walks_the_main_journey_by_typed_calls_alone(tools: Path, written: Path, stack: Stack) -> None:
    """Compiled as strictly as TypeScript can, then run by Node against a whole system."""
    folder = written.parent
    (folder / "node_modules").symlink_to(CACHE / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    shutil.copy(CONSUMER, folder)
    compile_ = [
        tools / "tsc",
        "--strict",
        "--noUncheckedIndexedAccess",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "--lib",
        "es2023,dom",
    ]
    for command in (
        [tools / "openapi-typescript", written, "-o", folder / "document.d.ts"],
        [*compile_, folder / CONSUMER.name],
        ["node", folder / CONSUMER.with_suffix(".js").name, stack.gateway_url],
    ):
        told = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
        assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-3000:]
    assert told.stdout == "done\n"
