"""The county's terms as its folder holds them: `terms/<scheme>.toml` says what documents say, `terms/city_readings.toml` how the city reads them where
they are silent; both together make the full terms. An unknown, missing or contradictory key stops the service at start, naming file and key.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, make_dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, get_type_hints

from services.subsidy.codes import BasisStatus, ClaimKind, SchemeCode
from services.subsidy.schemes.policy import FIGURES, NAMES, SOURCE, OtherBasis, Policy, Scheme, Terms, with_schedule
from services.subsidy.schemes.retirement import RetirementSchedule
from services.subsidy.schemes.rules import Sound, contradictions
from shared.strict import BadFile, Fault, Unreadable, bad_file, read, read_file, table

CITY_READINGS, FORMER_HASHES = "city_readings.toml", "former_hashes.toml"
_HINTS = get_type_hints(Terms, include_extras=True)
_UNSET_FIGURES = [(name, _HINTS[name] | None, None) for name in FIGURES]
REQUIRED = tuple(
    each.name for each in fields(Terms) if each.name in FIGURES and type(None) not in getattr(_HINTS[each.name], "__args__", ())
)

if TYPE_CHECKING:
    Figures: TypeAlias = Any
    Block: TypeAlias = Any
    Keys: TypeAlias = Any
else:
    Figures = make_dataclass("Figures", _UNSET_FIGURES, frozen=True)
    Block = make_dataclass(
        "Block", [*((name, _HINTS[name]) for name in SOURCE), *_UNSET_FIGURES, ("other_basis", tuple[OtherBasis, ...], ())], frozen=True
    )
    Keys = make_dataclass("Keys", [*((name, _HINTS[name] | None, None) for name in (*SOURCE, "other_basis")), *_UNSET_FIGURES], frozen=True)


@dataclass(frozen=True)
class CityReading:
    """What completes every block in force from its own day on, of the schemes it names; `applies_to`: what it gives a basis and no figure."""

    in_force_from: date
    document: str
    clause: str
    basis_status: BasisStatus
    why: str
    claim_kinds: tuple[ClaimKind, ...] | None = None
    schemes: tuple[SchemeCode, ...] | None = None
    except_schemes: tuple[SchemeCode, ...] = ()
    figures: Figures = None
    applies_to: tuple[str, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        return (*(_stated(self.figures) if self.figures else ()), *self.applies_to)

    def completes(self, code: str, claim_kind: str) -> bool:
        named = (self.schemes is None or code in self.schemes) and (self.claim_kinds is None or claim_kind in self.claim_kinds)
        return named and code not in self.except_schemes


@dataclass(frozen=True)
class CityReadings:
    readings: tuple[CityReading, ...]


@dataclass(frozen=True)
class SchemeFile:
    title: str
    claim_kind: ClaimKind
    terms: tuple[Block, ...]


def load(county: Path) -> Policy:
    """All schemes of the county's folder, or BadFile naming every file and key at fault."""
    folder = county / "terms"
    schedule, readings = read_retirement(county), read_city_readings(folder)
    schemes, faults = {}, []
    for path in sorted(folder.glob("*.toml")):
        if path.name in (CITY_READINGS, FORMER_HASHES):
            continue
        try:
            schemes[path.stem] = read_scheme(path, readings, schedule)
        except BadFile as fault:
            faults.append(str(fault))
    faults += [
        f"{code}.toml:缺少文件;本地不办这个补贴项目的,写 terms = []" for code in SchemeCode if not (folder / f"{code}.toml").exists()
    ]
    if faults:
        raise BadFile("\n".join(faults))
    return Policy(schemes, _former_hashes(folder / FORMER_HASHES))


def read_retirement(county: Path) -> RetirementSchedule:
    return read_file(RetirementSchedule, county / "retirement.toml")


def read_city_readings(folder: Path) -> Sequence[CityReading]:
    """Oldest first."""
    readings = read_file(CityReadings, folder / CITY_READINGS).readings
    faults = [
        Fault(f"readings[{index}].applies_to", f"{name} 不是条款项或规则")
        for index, reading in enumerate(readings)
        for name in reading.applies_to
        if name not in NAMES
    ]
    if faults:
        raise bad_file(folder / CITY_READINGS, faults)
    return sorted(readings, key=lambda reading: reading.in_force_from)


def read_scheme(path: Path, readings: Sequence[CityReading], schedule: RetirementSchedule) -> Scheme:
    """One file, completed; its name is the scheme's code."""
    if path.stem not in set(SchemeCode):
        raise BadFile(f"{path.name}:文件名不是已知的补贴项目代码")
    plain = table(path)
    completing = [reading for reading in readings if reading.completes(path.stem, plain.get("claim_kind", ""))]
    of_a_day = Counter((reading.in_force_from, name) for reading in completing for name in reading.names)
    faults = [Fault(name, f"{CITY_READINGS} 中 {day} 起有两条口径") for (day, name), times in of_a_day.items() if times > 1]
    file, blocks = None, []
    try:
        file = read(SchemeFile, plain)
    except Unreadable as unreadable:
        faults += _of_unreadable(plain, unreadable.faults, completing, schedule)
    for index, block in enumerate(file.terms if file else ()):
        terms, missing = _completed(block, [reading for reading in completing if reading.in_force_from <= block.in_force_from])
        wrong = [_missing(name) for name in missing]
        if terms:
            blocks.append(with_schedule(terms, schedule))
            wrong = contradictions(blocks[-1])
        faults += _inside(f"terms[{index}]", wrong)
    days = Counter(block.in_force_from for block in file.terms) if file else {}
    faults += [Fault("terms", f"{day} 有两组条款") for day, times in sorted(days.items()) if times > 1]
    if faults or file is None:
        raise bad_file(path, faults)
    return Scheme(file.title, file.claim_kind, tuple(sorted(blocks, key=lambda block: block.in_force_from)))


def read_block(plain: Mapping[str, Any], schedule: RetirementSchedule) -> Terms:
    """A whole block, as administrators propose it, or Unreadable with every fault of shape and sense."""
    try:
        block = with_schedule(read(Terms, plain), schedule)
        wrong = contradictions(block)
    except Unreadable as unreadable:
        wrong = [*unreadable.faults, *_sound_yet_wrong(plain, unreadable.faults, (), schedule)]
    if wrong:
        raise Unreadable(wrong)
    return block


def _of_unreadable(
    plain: Mapping[str, Any], unreadable: Sequence[Fault], completing: Sequence[CityReading], schedule: RetirementSchedule
) -> list[Fault]:
    """Of a file that cannot be read as a whole: also what makes no sense in its blocks, as far as their keys are sound."""
    faults, blocks = [*unreadable], plain.get("terms")
    for index, block in enumerate(blocks if isinstance(blocks, list) else ()):
        place = f"terms[{index}]"
        inside = [Fault(each.path.removeprefix(f"{place}."), each.message) for each in unreadable if each.path.startswith(f"{place}.")]
        if isinstance(block, Mapping) and isinstance(day := block.get("in_force_from"), date):
            in_force = [reading for reading in completing if reading.in_force_from <= day]
            given = {*block, *(name for reading in in_force for name in reading.names)}
            faults += _inside(place, [_missing(name) for name in REQUIRED if name not in given])
            faults += _inside(place, _sound_yet_wrong(block, inside, in_force, schedule))
    return faults


def _sound_yet_wrong(
    plain: Mapping[str, Any], unreadable: Sequence[Fault], completing: Sequence[CityReading], schedule: RetirementSchedule
) -> list[Fault]:
    """What makes no sense among the keys of a block that can be read."""
    faulty = {fault.path.partition(".")[0].partition("[")[0] for fault in unreadable}
    said = read(Keys, {name: plain[name] for name in (*SOURCE, *FIGURES, "other_basis") if name in plain and name not in faulty})
    given = {name: getattr(reading.figures, name) for reading in completing if reading.figures for name in _stated(reading.figures)}
    known = given | {each.name: value for each in fields(Keys) if (value := getattr(said, each.name)) is not None}
    missing = {name for name in (*SOURCE, *REQUIRED) if name not in known}
    return contradictions(Sound(known | {"retirement": schedule}, faulty | missing))


def _missing(name: str) -> Fault:
    return Fault(name, f"缺少该键,{CITY_READINGS} 中也没有补全它的口径")


def _inside(place: str, faults: Sequence[Fault]) -> list[Fault]:
    return [Fault(f"{place}.{each.path}", each.message) for each in faults]


def _completed(block: Block, readings: Sequence[CityReading]) -> tuple[Terms | None, list[str]]:
    """The full terms, or which figures nobody gives. What the block states stands; of several readings the latest."""
    figures = {name: getattr(block, name) for name in _stated(block)}
    known = {*figures, *(name for other in block.other_basis for name in other.applies_to)}
    reading_of = {name: reading for reading in readings for name in reading.names if name not in known}
    figures |= {name: getattr(reading.figures, name) for name, reading in reading_of.items() if name in FIGURES}
    if missing := [name for name in REQUIRED if figures.get(name) is None]:
        return None, missing
    bases = [
        OtherBasis(applies_to, reading.document, reading.clause, reading.basis_status)
        for reading in readings
        if (applies_to := tuple(name for name in reading.names if reading_of.get(name) is reading))
    ]
    source = {name: getattr(block, name) for name in SOURCE}
    return Terms(**source, **figures, other_basis=(*block.other_basis, *bases)), []


def _stated(given: Any) -> list[str]:
    return [name for name in FIGURES if getattr(given, name) is not None]


def _former_hashes(path: Path) -> Mapping[str, Mapping[str, date]]:
    """None where the county never kept another."""
    kind: Any = Mapping[SchemeCode, Mapping[str, date]]
    return read_file(kind, path) if path.exists() else {}
