"""Filters of lists: a part of a text taken literally, and codes that must exist."""

from collections.abc import Container

from shared import errors


def contains(part: str) -> str:
    """A LIKE pattern for a literal part of a text: `%` and `_` stand for themselves."""
    return "%" + part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def known(parameter: str, value: str | None, codes: Container[str]) -> None:
    """A filter on a code that does not exist is a slip, not an empty list."""
    if value is not None and value not in codes:
        fault = errors.Fault("invalid_value", parameter=parameter, seen=value[:40], fix="请按 /v1/codes 填写代码。")
        raise errors.InvalidParameter(f"参数 {parameter} 的值不在代码表中。请按 /v1/codes 填写。", faults=[fault], parameter=parameter)
