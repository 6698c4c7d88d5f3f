"""Strict reading of the reference lists from the county's folder, once.

An unknown, missing or ill-typed key stops the reading and names file, row and key, so that a slip is seen at start.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import make_dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from services.registry.codes import TradePaperNoun
from services.registry.reference.facts import (
    Category,
    Channel,
    HarvestTerms,
    InstitutionKind,
    Led,
    Level,
    Occupation,
    PlanTerms,
    Programme,
    Reference,
    Region,
    SeatPlanTerms,
    StandingTerms,
    TradePaperTerms,
)
from shared.strict import BadFile, Fault, bad_file, read_file, table


@cache
def load(directory: Path) -> Reference:
    """Reads the directory's files, once; raises `BadFile`."""
    plans = [table(plan) for plan in sorted((directory / "plans").glob("*.toml"))]
    lines = [line for plan in plans for line in plan["lines"]]
    reference = Reference(
        regions=_by_code(directory, "regions", Region),
        occupations=_by_code(directory, "occupations", Occupation),
        levels=_by_code(directory, "levels", Level),
        categories=_by_code(directory, "categories", Category),
        institution_kinds=_by_code(directory, "institution_kinds", InstitutionKind),
        channels=_by_code(directory, "channels", Channel),
        standing=read_file(StandingTerms, directory / "standing.toml"),
        harvest=read_file(HarvestTerms, directory / "harvest.toml"),
        seat_plans=read_file(SeatPlanTerms, directory / "seat_plans.toml"),
        trade_papers=_by_code(directory, "trade_papers", TradePaperTerms),
        plans=_plans(plans),
        programmes={line["code"]: _programme(line) for line in lines},
        led_by=_led_by(lines),
    )
    for index, region in enumerate(reference.regions.values()):
        _known([region.parent] if region.parent else [], reference.regions, directory / "regions.toml", f"regions[{index}].parent")
    for index, occupation in enumerate(reference.occupations.values()):
        _known(occupation.levels, reference.levels, directory / "occupations.toml", f"occupations[{index}].levels")
    nouns = [TradePaperNoun.CATALOGUE, TradePaperNoun.SKILL_STANDARD]
    _known(nouns, reference.trade_papers, directory / "trade_papers.toml", "trade_papers")
    for index, channel in enumerate(reference.channels.values()):
        file, row = directory / "channels.toml", f"channels[{index}]"
        _known(channel.designated_kinds, reference.institution_kinds, file, f"{row}.designated_kinds")
        _from_to(channel.signed_am, file, f"{row}.signed_am")
        _from_to(channel.signed_pm, file, f"{row}.signed_pm")
    for name, rows in (
        ("regions", reference.regions),
        ("occupations", reference.occupations),
        ("levels", reference.levels),
        ("categories", reference.categories),
    ):
        _no_word_twice(rows, directory / f"{name}.toml")
    unclear = {word for category in reference.categories.values() for word in category.perhaps}
    if certain := unclear & {word for category in reference.categories.values() for word in (category.name, *category.aliases)}:
        raise BadFile(f"categories.toml:perhaps:{'、'.join(sorted(certain))} 已是某一类别的确定写法")
    return reference


def _plans(plans: Iterable[Mapping[str, Any]]) -> tuple[PlanTerms, ...]:
    in_order = sorted(plans, key=lambda plan: plan["starts_on"])
    next_from = [*(plan["starts_on"] for plan in in_order[1:]), None]
    return tuple(
        PlanTerms(plan["employed_within_months"], tuple(plan["employed_kinds"]), tuple(plan["certified_kinds"]), until_on)
        for plan, until_on in zip(in_order, next_from, strict=True)
    )


def _programme(line: Mapping[str, Any]) -> Programme:
    return Programme(line["code"], line["title"], tuple(line["channels"]) if line.get("only_channels") else ())


def _led_by(lines: Iterable[Mapping[str, Any]]) -> dict[str, Led]:
    """A line in which everything counts makes nobody see everything."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: {"programmes": set(), "channels": set(), "occupations": set()})
    for line in lines:
        for department in line["lead_departments"]:
            found[department]["programmes"] |= {line["programme"]} if "programme" in line else set()
            for name in ("channels", "occupations"):
                found[department][name] |= set(line.get(name, ()))
    return {department: Led(**{name: tuple(sorted(codes)) for name, codes in led.items()}) for department, led in found.items()}


def shown(directory: Path) -> dict[str, list[dict[str, str]]]:
    """The lists that are data alone, as `GET /v1/codes` answers them."""
    lists = load(directory)
    zones = [region for region in lists.regions.values() if region.kind == "zone"]
    named: dict[str, Iterable[Region | Occupation]] = {
        "region": lists.regions.values(),
        "zone": zones,
        "occupation": lists.occupations.values(),
    }
    return {name: [{"code": row.code, "label": row.name, "label_en": row.name_en} for row in rows] for name, rows in named.items()}


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


class _Named(_Coded, Protocol):
    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


Coded = TypeVar("Coded", bound=_Coded)
Row = TypeVar("Row")


def _known(codes: Iterable[str], rows: Mapping[str, object], file: Path, where: str) -> None:
    for code in codes:
        if code not in rows:
            raise bad_file(file, [Fault(where, f"没有代码 {code}")])


def _from_to(hours: tuple[str, ...], file: Path, where: str) -> None:
    if len(hours) != 2 or not all(re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", each) for each in hours) or hours[0] >= hours[1]:
        raise bad_file(file, [Fault(where, f'应为从几点到几点,如 ["06:00", "13:30"],实为 {list(hours)}')])


def _no_word_twice(rows: Mapping[str, _Named], file: Path) -> None:
    seen: dict[str, str] = {}
    for index, row in enumerate(rows.values()):
        for word in (row.name, *row.aliases):
            if word in seen:
                where = f"{file.stem}[{index}].{'aliases' if word in row.aliases else 'name'}"
                raise bad_file(file, [Fault(where, f"{word} 已用于 {seen[word]}")])
            seen[word] = row.code


def _by_code(directory: Path, name: str, kind: type[Coded]) -> dict[str, Coded]:
    rows: dict[str, Coded] = {}
    for index, row in enumerate(_rows(directory, name, kind)):
        if row.code in rows:
            raise bad_file(directory / f"{name}.toml", [Fault(f"{name}[{index}].code", f"代码 {row.code} 出现多次")])
        rows[row.code] = row
    return rows


def _rows(directory: Path, name: str, kind: type[Row]) -> tuple[Row, ...]:
    """The file's only key is its own name: the list of its rows."""
    file = make_dataclass("File", [(name, tuple[kind, ...])])  # type: ignore[valid-type]
    rows: tuple[Row, ...] = getattr(read_file(file, directory / f"{name}.toml"), name)
    return rows
