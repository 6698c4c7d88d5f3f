"""Code lists. Each list is one StrEnum of the service that owns it, used by its tables, its rules and its wire; what a code is called is the county's data.

A code without a label, or a label without a code, stops the service at start. A service that shows another's codes reads their labels here and compares
the codes in a contract test.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared import county, strict

IN_PARTS = frozenset({"worklist_kind"})  # of such a list each service owns the part that is its own work
# Lists whose rows carry rules of their own stand in files of their own.
WITH_RULES = {"level": "levels", "category": "categories", "channel": "channels", "institution_kind": "institution_kinds"}

# What every service answers alike; batches, imports and the catalogue use these words.
OWNED: Mapping[str, Iterable[str] | None] = {
    "batch_mode": ("validate", "commit"),
    "batch_atomic": ("each", "all"),
    "batch_outcome": ("created", "updated", "unchanged", "rejected"),
    "import_status": ("queued", "running", "done", "failed"),
    "problem_kind": ("problem", "fault", "row", "finding"),
}


@dataclass(frozen=True, slots=True)
class Label:
    """What a code is called: in Chinese, in English."""

    zh: str
    en: str


def labels(name: str) -> Mapping[str, Label]:
    """The labels of one list by code, in the order of the data; raises `strict.BadFile`."""
    found = _all(county.folder()).get(name)
    if found is None:
        raise strict.BadFile(f"labels.toml:缺少代码表 {name}")
    return found


def all_labels() -> Mapping[str, Mapping[str, Label]]:
    """The labels of every list, by its name and code."""
    return _all(county.folder())


def named(name: str) -> dict[str, str]:
    """The Chinese labels of one list by code, as a machine of states shows them."""
    return {code: label.zh for code, label in labels(name).items()}


def label(name: str, code: str) -> str:
    """The Chinese label of one code."""
    return labels(name)[code].zh


def shown(owned: Mapping[str, Iterable[str] | None]) -> dict[str, list[dict[str, str]]]:
    """The lists a service owns, as `GET /v1/codes` answers them, or its part of one; raises `strict.BadFile` where codes and labels differ. None: what
    codes there are is the county's data too."""
    lists = {}
    for name, codes in owned.items():
        labelled = labels(name)
        known = set(labelled) if codes is None else {str(code) for code in codes}
        named = set(labelled) & known if name in IN_PARTS else set(labelled)
        if named != known:
            missing, unknown = "、".join(sorted(known - named)), "、".join(sorted(named - known))
            raise strict.BadFile(f"{WITH_RULES.get(name, 'labels')}.toml:{name}:缺少 {missing or '无'};多出 {unknown or '无'}")
        lists[name] = [{"code": code, "label": label.zh, "label_en": label.en} for code, label in labelled.items() if code in known]
    return lists


@cache
def _all(of: Path) -> Mapping[str, Mapping[str, Label]]:
    plain = strict.table(of / "labels.toml")
    found = {name: {code: Label(*both) for code, both in codes.items()} for name, codes in plain.items()}
    for name, file in WITH_RULES.items():
        found[name] = {row["code"]: Label(row["name"], row["name_en"]) for row in strict.table(of / f"{file}.toml")[file]}
    return found
