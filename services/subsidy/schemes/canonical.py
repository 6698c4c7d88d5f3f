"""Dataclasses as plain JSON and strictly back, and the hash of that JSON: how terms are read from files and facts are kept.

Reading takes what the type says and nothing else: unknown keys, missing keys and wrong types are all reported at once, each with its path.
A field with a default may be absent, so that facts stored by an earlier release are still read: a field added later needs a default.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from hashlib import sha256
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import orjson

NOT_READ = {"read": False}  # metadata of a field that the program gives and no file may
CENT = Decimal("0.01")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.message}" if self.path else self.message


class Unreadable(ValueError):
    """What was given does not have the shape asked for; `faults` names every place."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(";".join(map(str, faults)))
        self.faults = tuple(faults)


class _Wrong(Exception):
    """One value is not what its type asks for; caught where the path is known."""


def to_json(value: object) -> Any:
    """Dates as ISO text, money as text with two places, sets sorted."""
    return orjson.loads(orjson.dumps(value, default=_odd, option=orjson.OPT_NON_STR_KEYS))


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON, without what is unset (None): a field added later does not change the hash of what was kept before."""
    stated = json.loads(orjson.dumps(value, default=_odd, option=orjson.OPT_NON_STR_KEYS), object_hook=_without_unset)
    return sha256(orjson.dumps(stated, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _without_unset(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _odd(value: object) -> Any:
    """What JSON has no form for."""
    if isinstance(value, Decimal):
        return str(value.quantize(CENT))
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def read(kind: type[T], value: object) -> T:
    """`value` (parsed JSON or TOML) as a `kind`, or Unreadable with every fault."""
    faults: list[Fault] = []
    result: T = _read(kind, value, "", faults)
    if faults:
        raise Unreadable(faults)
    return result


@cache
def _fields(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Each field that may be read: its type, and whether it must be there."""
    hints = get_type_hints(kind, include_extras=True)
    return {field.name: (hints[field.name], _required(field)) for field in fields(kind) if field.metadata.get("read", True)}


def _required(field: "Field[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _read(kind: Any, value: Any, path: str, faults: list[Fault]) -> Any:
    """The value, or None after a fault was noted."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        [inner] = [arg for arg in args if arg is not NoneType]
        return None if value is None else _read(inner, value, path, faults)
    if is_dataclass(kind):
        return _read_dataclass(kind, value, path, faults)
    if origin is tuple and isinstance(value, (list, tuple)):
        return tuple(_read(args[0], item, f"{path}[{index}]", faults) for index, item in enumerate(value))
    if origin is frozenset and isinstance(value, (list, tuple)):
        if len(value) != len({str(item) for item in value}):
            faults.append(Fault(path, "有重复的值"))
        return frozenset(_read(args[0], item, f"{path}[{index}]", faults) for index, item in enumerate(value))
    if origin is Mapping and isinstance(value, Mapping):
        return {_read(args[0], key, path, faults): _read(args[1], item, f"{path}.{key}", faults) for key, item in value.items()}
    try:
        return _scalar(kind, origin, args, value)
    except _Wrong as wrong:
        faults.append(Fault(path, str(wrong)))
        return None


def _read_dataclass(kind: Any, value: Any, path: str, faults: list[Fault]) -> Any:
    if not isinstance(value, Mapping):
        faults.append(Fault(path, f"应为一组键值,实为 {value!r}"))
        return None
    known, before = _fields(kind), len(faults)
    inside = f"{path}." if path else ""
    faults.extend(Fault(f"{inside}{key}", "未知的键") for key in value if key not in known)
    faults.extend(Fault(f"{inside}{name}", "缺少该键") for name, (_, required) in known.items() if required and name not in value)
    read_fields = {name: _read(hint, value[name], f"{inside}{name}", faults) for name, (hint, _) in known.items() if name in value}
    return kind(**read_fields) if len(faults) == before else None


def _scalar(kind: Any, origin: Any, args: tuple[Any, ...], value: Any) -> Any:
    if origin is Annotated:  # a code: text that is one of the keys of its table
        if not isinstance(value, str) or value not in args[1]:
            raise _Wrong(f"应为 {'、'.join(args[1])} 之一,实为 {value!r}")
        return value
    if (kind is bool and isinstance(value, bool)) or (kind is str and isinstance(value, str)):
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind is Decimal:
        return _money(value)
    if kind is date:
        return _day(value)
    words = {bool: "true 或 false", str: "文字", int: "整数", tuple: "列表", frozenset: "列表", Mapping: "一组键值"}
    raise _Wrong(f"应为{words[origin or kind]},实为 {value!r}")


def _money(value: object) -> Decimal:
    """Whole yuan, or text or an exact decimal with at most two places; never a float."""
    try:
        if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
            raise InvalidOperation
        exact = Decimal(value)
        if exact != exact.quantize(CENT):
            raise InvalidOperation
        return exact.quantize(CENT)
    except InvalidOperation:
        raise _Wrong(f"应为最多两位小数的金额,实为 {value!r}") from None


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        raise _Wrong(f"应为 YYYY-MM-DD 的日期,实为 {value!r}") from None
