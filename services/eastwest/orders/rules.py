"""The occupations that orders may name, and the levels that certificates of each are of, as the county lists them."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from services.eastwest.codes import Level
from shared import codes, county, errors, names, redaction, strict


def occupation_faults(code: str, level: Level | None, at: tuple[str, str]) -> Iterator[errors.Fault]:
    """An occupation that is not listed, or is not divided into the level: nobody would ever hold what the order asks for. `at`: the pointers of the one and
    of the other. Posts of an employer (学徒工, 特级技师, 首席技师) are in the standard of no occupation, so they refuse none."""
    known = _read(county.folder())
    if code not in known:
        seen = redaction.quoted(code)
        yield errors.Fault("unknown_occupation", at[0], seen=seen, allowed="职业代码,见 /v1/occupations", fix="请核对职业代码。")
    elif level is not None and not known[code].get(level, True):
        allowed = "、".join(codes.label("level", each) for each, listed in known[code].items() if listed)
        called = names.at_hand("occupations", code)
        yield errors.Fault("level_not_in_occupation", at[1], seen=level, allowed=f"{called}:{allowed}", fix="请改选该职业的等级。")


@cache
def _read(of: Path) -> Mapping[str, Mapping[str, bool]]:
    """By occupation, whether it has each level of a standard."""
    levels = [each["code"] for each in strict.table(of / "levels.toml")["levels"] if "digit" in each]
    listed = strict.table(of / "occupations.toml")["occupations"]
    return {each["code"]: {level: level in each.get("levels", ()) for level in levels} for each in listed}
