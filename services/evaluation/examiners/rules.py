"""What every paper here that names an occupation and its level must satisfy."""

from collections.abc import Iterator

from services.evaluation import rules
from shared import errors, redaction


def occupation_faults(occupation_code: str, level: str | None, at: tuple[str, str]) -> Iterator[errors.Fault]:
    """An occupation that is not listed, or is not divided into the level. `at`: the pointers of the one and of the other.

    Levels without a digit are posts of an employer (学徒工, 特级技师, 首席技师): the standard of no occupation names them, so it refuses none."""
    known = next((each for each in rules.occupations() if each.code == occupation_code), None)
    if known is None:
        seen = redaction.redact(occupation_code)
        yield errors.Fault("unknown_occupation", at[0], seen=seen, allowed="职业代码,见 /v1/occupations", fix="请核对职业代码。")
    elif level is not None and rules.levels()[level].digit is not None and level not in known.levels:
        allowed = "、".join(rules.levels()[each].name for each in known.levels)
        yield errors.Fault("level_not_in_occupation", at[1], seen=level, allowed=f"{known.name}:{allowed}", fix="请改选该职业的等级。")
