"""`make county-check COUNTY_DIR=…`: reads all of a county's folder as the services would, and says in Chinese what is wrong or unsure in it.

Named by file, line and key: every fault, every figure without a source, every rule whose data another file lacks (these end it with 1), and every
figure that nobody has confirmed yet (which does not).
"""

import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from deploy import county_sense
from shared import codes, county, layouts, periods, strict, workdays

PARTS = ("shared", "services.registry", "services.subsidy", "services.evaluation", "services.eastwest", "gateway")
# Lists of codes and names: what stands there are no figures. Of code lists a row may yet be unconfirmed.
NO_FIGURES = {
    "county.toml",
    "labels.toml",
    "regions.toml",
    "levels.toml",
    "occupations.toml",
    "categories.toml",
    "institution_kinds.toml",
    "former_hashes.toml",
}
Where = Callable[[str], str]


def main() -> int:
    folder = county.folder()
    faults = list(check(folder))
    unsure = [] if faults and not folder.is_dir() else [line for path in _files(folder) for line in _unconfirmed(folder, path)]
    print(f"县(市)数据 {folder}")
    for title, lines in (("错误", faults), ("未确认", unsure)):
        print(f"\n{title} {len(lines)} 处" + "".join(f"\n  {line}" for line in lines))
    return 1 if faults else 0


def check(folder: Path) -> Iterator[str]:
    """Every fault, each once."""
    if not folder.is_dir():
        yield f"{folder}:没有这个文件夹"
        return
    found: dict[str, None] = {}
    stumbled: Exception | None = None
    for read in _readers(folder):
        try:
            read()
        except (strict.BadFile, workdays.CalendarDataInvalid) as fault:
            found |= dict.fromkeys(str(fault).splitlines())
        except Exception as fault:
            stumbled = fault
    if stumbled and not found:  # over what no reader names; where one does, the stumbling says nothing new
        raise stumbled
    if not found:
        found = dict.fromkeys(_lacking(folder))
    for path in _files(folder):
        try:
            found |= dict.fromkeys(_without_source(folder, path))
            if not any(fault.startswith(f"{path.name}:") for fault in found):  # who reads it whole has told already
                found |= dict.fromkeys(_senseless(folder, path))
            found |= dict.fromkeys(_contradicting(folder, path))
        except strict.BadFile as fault:
            found.setdefault(str(fault))
    yield from found


def _readers(folder: Path) -> Iterator[Callable[[], object]]:
    """All that a service reads of the folder. Imported late: some modules read the county when they are imported."""
    yield county.here
    yield lambda: workdays.load(folder / "workdays")
    yield lambda: import_module("services.registry.reference.reading").load(folder)
    yield lambda: import_module("services.subsidy.schemes.reading").load(folder)
    yield lambda: import_module("services.subsidy.judging.trades").rules(folder)
    yield lambda: import_module("services.evaluation.rules").here()
    yield lambda: import_module("services.evaluation.rules").levels()
    yield lambda: import_module("services.evaluation.rules").number_shapes()
    yield lambda: import_module("services.eastwest.placements.rules").here()
    yield layouts.here
    yield lambda: import_module("gateway.plans.reading").plans()
    yield from (partial(_labels, part) for part in PARTS)
    yield periods.here
    yield from (partial(import_module, f"{part}.worklist.operations") for part in PARTS[1:])  # each asks for the periods of its own kinds


def _labels(part: str) -> None:
    """A code without a label, or a label without a code."""
    codes.shown(import_module(f"{part}.codes").OWNED)


def _lacking(folder: Path) -> Iterator[str]:
    """What one file names and another does not have. Every file has been read by now."""
    here, reference = county.here(), import_module("services.registry.reference.reading").load(folder)
    where = _places(folder, folder / "county.toml")
    yield from _unknown([here.code, here.examples.region_code], reference.regions, "regions.toml", where("examples.region_code"))
    names = {word for region in reference.regions.values() for word in (region.name, *region.aliases)}
    yield from _unknown([here.examples.region_name, here.examples.street_name], names, "regions.toml", where("examples.region_name"))
    yield from _unknown([each.code for each in here.partner.districts], reference.regions, "regions.toml", where("partner.districts"))
    rules = import_module("services.evaluation.rules").here()
    where = _places(folder, folder / "assessment.toml")
    yield from _unknown([rules.own_worker_category], reference.categories, "categories.toml", where("own_worker_category"))
    for index, body in enumerate(rules.bodies):
        yield from _unknown([body.kind], reference.institution_kinds, "institution_kinds.toml", where(f"bodies[{index}].kind"))
    yield from _unknown(periods.here(), codes.labels(periods.KINDS), "labels.toml", _places(folder, folder / periods.FILE)("periods"))
    yield from _owned_by_nobody(_places(folder, folder / "labels.toml"))
    yield from _lacking_of_terms(folder, reference)
    for field, occupations in import_module("services.subsidy.judging.trades").rules(folder).occupations.items():
        where = _places(folder, folder / "trades.toml")
        yield from _unknown(occupations, reference.occupations, "occupations.toml", where(f"occupations.{field}"))
    for path in sorted((folder / "plans").glob("*.toml")):
        yield from _lacking_of_plan(folder, path, reference)


def _owned_by_nobody(where: Where) -> Iterator[str]:
    """Labels of a list in parts that are of no service's part."""
    for name in codes.IN_PARTS:
        owned = {code.value for part in PARTS for code in import_module(f"{part}.codes").OWNED.get(name, ())}
        yield from _unknown(codes.labels(name), owned, "各服务", where(name))


def _lacking_of_terms(folder: Path, reference: Any) -> Iterator[str]:
    for code, scheme in import_module("services.subsidy.schemes.reading").load(folder).schemes.items():
        where = _places(folder, folder / "terms" / f"{code}.toml")
        if scheme.claim_kind == "training" and scheme.terms:
            yield from _unknown([code], reference.channels, "channels.toml", where("title"))
        for index, terms in enumerate(scheme.terms):
            waived = (each for categories in (terms.statuses_waived_for or {}).values() for each in categories)
            yield from _unknown([*(terms.categories or ()), *waived], reference.categories, "categories.toml", where(f"terms[{index}]"))
            yield from _unknown(terms.yuan_per_person_by_level or (), reference.levels, "levels.toml", where(f"terms[{index}]"))
            yield from _unknown(_occupations_of(terms), reference.occupations, "occupations.toml", where(f"terms[{index}]"))
            next_on = next((each.in_force_from - timedelta(days=1) for each in scheme.terms[index + 1 :]), None)
            failures = import_module("services.subsidy.judging.proof").prove(code, scheme.claim_kind, terms, next_on)
            yield from (f"{where(f'terms[{index}].{each.path}')}:{each.message}" for each in failures)


def _occupations_of(terms: Any) -> list[str]:
    """The codes of the national dictionary that its rates name."""
    named = [name for row in terms.yuan_per_person_by_trade or () for name in row.trades] + [*(terms.uplift_trades or ())]
    return [name for name in named if import_module("services.subsidy.judging.trades").OCCUPATION.fullmatch(name)]


def _lacking_of_plan(folder: Path, path: Path, reference: Any) -> Iterator[str]:
    plan, where = import_module("gateway.plans.reading").load(path), _places(folder, path)
    yield from _unknown([plan.region_code], reference.regions, "regions.toml", where("region_code"))
    yield from _unknown(plan.employed_kinds, codes.labels("employment_kind"), "labels.toml", where("employed_kinds"))
    yield from _unknown(plan.certified_kinds, codes.labels("certificate_kind"), "labels.toml", where("certified_kinds"))
    for year in plan.years:
        yield from _unknown([f"{year}.toml"], [each.name for each in (folder / "workdays").iterdir()], "workdays", where("ends_on"))
    for index, line in enumerate(plan.lines):
        yield from _unknown(
            [line.programme or line.code], [each.code for each in plan.lines], path.name, where(f"lines[{index}].programme")
        )
        yield from _unknown(line.channels, reference.channels, "channels.toml", where(f"lines[{index}].channels"))
        yield from _unknown(line.occupations, reference.occupations, "occupations.toml", where(f"lines[{index}].occupations"))
        kinds = where(f"lines[{index}].institution_kinds")
        yield from _unknown(line.institution_kinds, reference.institution_kinds, "institution_kinds.toml", kinds)


def _unknown(named: Iterable[str], known: Iterable[str], file: str, where: str) -> Iterator[str]:
    has = set(known)
    yield from (f"{where}:{file} 中没有 {each}" for each in named if each not in has)


def _without_source(folder: Path, path: Path) -> Iterator[str]:
    """A figure has a source when its table, or one around it, names a document, or a `basis` of the file applies to it."""
    if path.name in NO_FIGURES:
        return
    plain, where = strict.table(path), _places(folder, path)
    based = {key for basis in plain.get("basis", []) for key in basis.get("applies_to", [])}
    for at, table, around in _tables(plain):
        if not any("document" in each or "source" in each for each in (table, *around)):
            figures = [key for key, value in table.items() if isinstance(value, (int, Decimal)) and not isinstance(value, bool)]
            yield from (f"{where(f'{at}.{key}' if at else key)}:没有写明出处" for key in figures if key not in based)


def _senseless(folder: Path, path: Path) -> Iterator[str]:
    where = _places(folder, path)
    yield from (f"{where(fault.path)}:{fault.message}" for fault in strict.senseless(strict.table(path)))


def _contradicting(folder: Path, path: Path) -> Iterator[str]:
    where, file = _places(folder, path), "plans" if path.parent.name == "plans" else path.name
    yield from (f"{where(fault.path)}:{fault.message}" for fault in county_sense.senseless(file, strict.table(path)))


def _unconfirmed(folder: Path, path: Path) -> Iterator[str]:
    try:
        plain, where = strict.table(path), _places(folder, path)
    except strict.BadFile:
        return  # among the faults
    for at, table, _ in _tables(plain):
        for key in [key for key, value in table.items() if key.endswith("status") and value == "unconfirmed"]:
            figures = [name for name, value in table.items() if isinstance(value, (int, Decimal))]
            about = [*figures, *table.get("figures", {}), *table.get("applies_to", [])]
            what = table.get("text") or table.get("title") or table.get("name") or "、".join(about) or "没有写明数值"
            yield f"{where(f'{at}.{key}' if at else key)}:{what}" + (f"({table['document']})" if "document" in table else "")


def _tables(
    table: Mapping[str, Any], at: str = "", around: tuple[Mapping[str, Any], ...] = ()
) -> Iterator[tuple[str, Mapping[str, Any], tuple[Mapping[str, Any], ...]]]:
    """Every table of a file with its path and those it stands in."""
    yield at, table, around
    for key, value in table.items():
        place = f"{at}.{key}" if at else key
        rows = [(f"{place}[{index}]", row) for index, row in enumerate(value)] if isinstance(value, list) else [(place, value)]
        for of_row, row in rows:
            if isinstance(row, dict):
                yield from _tables(row, of_row, (*around, table))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.toml"))


def _places(folder: Path, path: Path) -> Where:
    """How a key of the file is named: file, line, path."""
    place = strict.places(path.read_text(encoding="utf-8"), path.name)
    return lambda key: f"{path.relative_to(folder)}:{place(key)}"


if __name__ == "__main__":
    gc.disable()  # it ends in seconds: looking for rubbish takes a sixth of them
    sys.exit(main())
