"""What a county's file says in good form and cannot mean: a limit below or beyond all that it could bound, an end before its beginning, one thing twice.

Each fault by its key; what a reader takes for wrong by itself is not repeated here.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from shared.strict import Fault

DAY_IN_CLASS_HOURS: Final = 24 * 60 // 45
HALF_DAY_IN_MINUTES: Final = 12 * 60
# file → figure → least and most that it can be
BOUNDS: Final[Mapping[str, Mapping[str, tuple[int, int | None]]]] = {
    "standing.toml": {
        "teachers_per_full_time_at_most": (1, None),
        "institutions_of_a_part_time_teacher_at_most": (1, None),
        "part_time_within_months": (1, None),
        "years_between_ratings_at_most": (1, None),
    },
    "retention.toml": {"months": (1, None)},
    "assessment.toml": {
        "renewable_months": (1, None),
        "filing_years_at_most": (1, None),
        "idle_after_months": (1, None),
        "pass_score_at_least": (1, 100),
        "quality.months": (1, None),
        "quality.points_above_others_at_most": (0, 100),
    },
    "channels.toml": {
        "channels[].days_at_most": (1, None),
        "channels[].class_hours_a_day_at_most": (1, DAY_IN_CLASS_HOURS),
        "channels[].online_minutes_a_half_day_at_least": (1, HALF_DAY_IN_MINUTES),
    },
    "retirement.toml": {f"tracks.{track}.birth_months_a_step": (1, None) for track in ("male", "female_55", "female_50")},
    "plans": {"employed_within_months": (1, None)},
}
# file → the lower and the upper of two figures
ORDERED: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "standing.toml": (("teacher_age_at_least", "teacher_age_at_most"),),
    "retirement.toml": tuple(
        (f"tracks.{track}.years_before", f"tracks.{track}.years_at_most") for track in ("male", "female_55", "female_50")
    ),
}
# file → what no two rows of a list share
ONCE: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "retention.toml": (("grades", "code"),),
    "assessment.toml": (("body_classes", "letter"), ("bodies", "kind"), ("level_rules", "level")),
    "channels.toml": (("channels", "name"),),
    "levels.toml": (("levels", "digit"), ("levels", "name")),
    "plans": (("annexes", "clause"), ("lines", "title")),
}


def senseless(file: str, plain: Mapping[str, Any]) -> Iterator[Fault]:
    """`file`: its name, of a plan `plans`."""
    for path, (least, most) in BOUNDS.get(file, {}).items():
        for at, value in _figures(plain, path):
            if value < least or (most is not None and value > most):
                yield Fault(at, f"须至少为 {least}" + (f"、至多为 {most}" if most is not None else "") + f",实为 {value}")
    for lower, upper in ORDERED.get(file, ()):
        for (_, least), (at, most) in zip(_figures(plain, lower), _figures(plain, upper), strict=False):
            if most < least:
                yield Fault(at, f"不能小于 {lower.rpartition('.')[2]} 的 {least},实为 {most}")
    for rows, key in ONCE.get(file, ()):
        yield from _twice(plain, rows, key)
    if file == "retention.toml":
        yield from _states(plain)
    if file == "assessment.toml":
        yield from _body_classes(plain)


def _figures(plain: Mapping[str, Any], path: str) -> Iterator[tuple[str, int]]:
    """Each number that the path leads to, with where it stands; `[]`: of every row."""
    rows, _, key = path.rpartition("[].")
    tables = [(f"{rows}[{index}].{key}", row) for index, row in enumerate(plain.get(rows, ()))] if rows else [(path, plain)]
    for at, table in tables:
        value: Any = table
        for name in key.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, int) and not isinstance(value, bool):
            yield at, value


def _twice(plain: Mapping[str, Any], rows: str, key: str) -> Iterator[Fault]:
    first: dict[Any, int] = {}
    for index, row in enumerate(plain.get(rows, ())):
        value = row.get(key) if isinstance(row, dict) else None
        if value is not None and first.setdefault(str(value), index) != index:
            yield Fault(f"{rows}[{index}].{key}", f"{value} 已用于 {rows} 的第 {first[str(value)] + 1} 行")


def _states(plain: Mapping[str, Any]) -> Iterator[Fault]:
    """A word says one thing: at work, left or away."""
    said: dict[str, str] = {}
    states = plain.get("states")
    for name, words in (states if isinstance(states, dict) else {}).items():
        for word in words if isinstance(words, list) else ():
            if said.setdefault(str(word), name) != name:
                yield Fault(f"states.{name}", f"{word} 已写在 {said[str(word)]} 中")


def _body_classes(plain: Mapping[str, Any]) -> Iterator[Fault]:
    known = {row.get("letter") for row in plain.get("body_classes", ()) if isinstance(row, dict)}
    for index, body in enumerate(plain.get("bodies", ())):
        for each in body.get("classes", ()) if isinstance(body, dict) else ():
            if each not in known:
                yield Fault(f"bodies[{index}].classes", f"body_classes 中没有 {each}")
