"""`make bundle`: one archive that installs without a network: this commit, its wheels for Linux x86-64 and aarch64 (glibc 2.28 or newer, Python 3.11), what they
are and under which licences (`sbom.cdx.json`, `licences.tsv`), and a checksum of everything.

Where `wheels/` stands beside the Makefile, `make run` installs from there and asks no registry.
"""

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from deploy.processes import CannotStart

ROOT = Path(__file__).resolve().parents[1]
MACHINES = ("x86_64", "aarch64")
PYTHON = "3.11"
GLIBCS = range(28, 16, -1)  # manylinux_2_28 down to manylinux_2_17, whose wheels run on every newer glibc
OLDER = ("manylinux2014", "manylinux2010", "manylinux1")


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel and what it says of itself."""

    file: Path
    name: str
    version: str
    licence: str


def main(out: str) -> int:
    try:
        made = bundle(Path(out or "dist").absolute())
    except CannotStart as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    sys.stdout.write(
        f"{made}({made.stat().st_size / 1024**2:.0f} MB)\n"
        f"在没有网络的服务器上(Linux x86-64 或 aarch64,glibc 2.28 以上,有 Python {PYTHON} 和 make):解开,进入目录,make run;或 make first-day。\n"
    )
    return 0


def bundle(out: Path) -> Path:
    """Makes the archive in `out`."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    with tempfile.TemporaryDirectory(prefix="kaili-bundle-") as place:
        inside = Path(place) / f"kaili-skills-{version}"
        _unpack_this_commit(inside)
        for machine in MACHINES:
            _download(machine, inside / "wheels")
        wheels = [read(file) for file in sorted((inside / "wheels").iterdir())]
        (inside / "sbom.cdx.json").write_text(sbom(version, wheels))
        (inside / "licences.tsv").write_text(licences(wheels))
        (inside / "SHA256SUMS").write_text(
            "".join(f"{_sha256(each)}  {each.relative_to(inside)}\n" for each in sorted(inside.rglob("*")) if each.is_file())
        )
        out.mkdir(parents=True, exist_ok=True)
        made = out / f"{inside.name}.tar.gz"
        unfinished = made.with_suffix(".unfinished")
        with tarfile.open(unfinished, "w:gz", compresslevel=6) as archive:
            archive.add(inside, inside.name)
        return unfinished.rename(made)


def _unpack_this_commit(inside: Path) -> None:
    done = subprocess.run(["git", "archive", "--format=tar", "HEAD"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise CannotStart(f"打包要在 git 仓库里进行:{done.stderr.decode().strip()}\nThis is no git checkout.")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(inside, filter="data")


def _download(machine: str, to: Path) -> None:
    """Every package of the lock as a wheel for this machine, its hash compared."""
    platforms = [f"manylinux_2_{glibc}_{machine}" for glibc in GLIBCS] + [f"{older}_{machine}" for older in OLDER]
    command: Sequence[str | Path] = [
        *(
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--disable-pip-version-check",
            "--no-deps",
            "--only-binary=:all:",
            "--require-hashes",
        ),
        *("--python-version", PYTHON, "--implementation", "cp", "-r", ROOT / "requirements.lock", "-d", to),
        *(part for platform in platforms for part in ("--platform", platform)),
    ]
    if subprocess.run(command, check=False).returncode:
        raise CannotStart(f"{machine} 的轮子没有下载齐,原因见上(打包的机器需要网络)。\nNot every wheel for {machine} could be had.")


def read(file: Path) -> Wheel:
    with zipfile.ZipFile(file) as opened:
        name = next(each for each in opened.namelist() if each.endswith(".dist-info/METADATA") and each.count("/") == 1)
        said = HeaderParser().parsestr(opened.read(name).decode())
    return Wheel(file, said["Name"], said["Version"], _licence(said))


def _licence(said: Message) -> str:
    """As the package says: an SPDX expression, else its classifiers, else the first line of what it wrote."""
    of_classifiers = [each.rpartition(" :: ")[2] for each in said.get_all("Classifier", []) if each.startswith("License ::")]
    written = str(said.get("License") or "").strip().partition("\n")[0]
    return str(said.get("License-Expression") or " OR ".join(of_classifiers) or written or "?")


def sbom(version: str, wheels: Iterable[Wheel]) -> str:
    """What is in the bundle, as CycloneDX 1.6."""
    made, licence_of = Bom(), LicenseFactory()
    made.metadata.component = Component(
        name="kaili-skills", version=version, type=ComponentType.APPLICATION, licenses=[licence_of.make_from_string("Apache-2.0")]
    )
    for wheel in wheels:
        made.components.add(
            Component(
                name=wheel.name,
                version=wheel.version,
                bom_ref=wheel.file.name,
                purl=PackageURL("pypi", name=wheel.name.lower(), version=wheel.version, qualifiers={"file_name": wheel.file.name}),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=_sha256(wheel.file))],
                licenses=[licence_of.make_from_string(wheel.licence)],
            )
        )
    made.register_dependency(made.metadata.component, made.components)
    return str(make_outputter(made, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1))


def licences(wheels: Iterable[Wheel]) -> str:
    each = {(wheel.name, wheel.version, wheel.licence) for wheel in wheels}
    return "package\tversion\tlicence\n" + "".join("\t".join(row) + "\n" for row in sorted(each, key=lambda row: row[0].lower()))


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
