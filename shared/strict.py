"""Dataclasses as plain JSON and strictly back, and the hash of that JSON: how data files are read and facts are kept.

Reading takes what the type says and nothing else: unknown keys, missing keys and wrong types are all reported at once, each with its path, and those of
a data file with its line. pydantic over the same dataclasses was tried: see DECISIONS.
A field with a default may be absent, so that facts stored by an earlier release are still read: a field added later needs a default.
A `Decimal` is money, with two places; `Exact` is any other number that is no whole one.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import orjson

NOT_READ = {"read": False}  # metadata of a field that the program gives and no file may
CENT = Decimal("0.01")
MONEY = re.compile(r"-?[0-9]+(\.[0-9]{1,2})?")
_INNER = (dict, list)
Exact = Annotated[Decimal, "any places"]
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


class BadFile(ValueError):
    """A data file cannot be used; the text names the file and every faulty key, with its line."""


class _Wrong(Exception):
    """One value is not what its type asks for; caught where the path is known."""


def to_json(value: object) -> Any:
    """Dates as ISO text, money as text with two places, sets sorted."""
    return orjson.loads(orjson.dumps(value, default=_odd, option=orjson.OPT_NON_STR_KEYS))


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON, without what is unset (None): a field added later does not change the hash of what was kept before. Of dictionaries
    and lists; a dataclass is made JSON first."""
    return sha256(orjson.dumps(_stated(value), default=_odd, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)).hexdigest()


def _stated(value: Any) -> Any:
    """Lists and dictionaries are most of what is gone through: whatever else there is, is looked at once."""
    if type(value) is dict:
        return {name: _stated(each) if type(each) in _INNER else each for name, each in value.items() if each is not None}
    return [_stated(each) if type(each) in _INNER else each for each in value] if type(value) is list else value


def _odd(value: object) -> Any:
    """What JSON has no form for."""
    if isinstance(value, Decimal):
        return str(value.quantize(CENT))
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def read_file(kind: type[T], path: Path) -> T:
    """A TOML file as a `kind`, or BadFile."""
    return read_toml(kind, _text(path), path.name)


def table(path: Path) -> dict[str, Any]:
    """A TOML file as it stands, for who reads only part of it, or BadFile."""
    return _toml(_text(path), path.name)


def read_toml(kind: type[T], text: str, file: str) -> T:
    """`text` as a `kind`, or BadFile; `file` is only named in it."""
    plain = _toml(text, file)
    faults = [*senseless(plain)]
    try:
        found = read(kind, plain)
    except Unreadable as unreadable:
        faults = [*unreadable.faults, *faults]
    if faults:
        raise bad_text(text, file, faults)
    return found


def senseless(value: object, path: str = "") -> Iterator[Fault]:
    """What no data file says: a text in which nothing stands, so that a figure has no source or a row no name, and a number below nought or without end."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from senseless(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from senseless(each, f"{path}[{index}]")
    elif isinstance(value, str) and not value.strip():
        yield Fault(path, "不能为空")
    elif isinstance(value, Decimal) and not value.is_finite():
        yield Fault(path, f"应为数字,实为 {value}")
    elif isinstance(value, int | Decimal) and value < 0:
        yield Fault(path, f"不能为负数,实为 {value}")


def bad_file(path: Path, faults: Iterable[Fault]) -> BadFile:
    """To raise where a file can be read and makes no sense."""
    return bad_text(_text(path), path.name, faults)


def bad_text(text: str, file: str, faults: Iterable[Fault]) -> BadFile:
    """Each fault with its line. A row that has a `code` is named by it: `lines[total].title`."""
    lines, plain = _lines(text), _toml(text, file)
    return BadFile(
        f"{file}:" + ";".join(f"{Fault(_by_code(plain, fault.path), fault.message)}{_line(lines, fault.path)}" for fault in faults)
    )


def places(text: str, file: str) -> Callable[[str], str]:
    """How a key of a TOML file is named to who has to find it: with its row's code, and its line."""
    plain, lines = _toml(text, file), _lines(text)
    return lambda path: f"{_by_code(plain, path)}{_line(lines, path)}"


def _lines(text: str) -> dict[str, int]:
    """On which line each table and key stands, by its path as faults write it: `terms[0].clause`. What stands inside a value is not gone into."""
    lines: dict[str, int] = {}
    rows: Counter[str] = Counter()
    table, brackets = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if not brackets and (header := re.match(r"\s*(\[\[?)([^\[\]]+)\]", line)):
            table = _table(header[2], rows, new_row=header[1] == "[[")
            lines[table] = number
        elif not brackets and (key := re.match(r'\s*"?([^"=#\s]+)"?\s*=', line)):
            lines[f"{table}.{key[1]}" if table else key[1]] = number
        bare = re.sub(r"\"(\\.|[^\"\\])*\"|'[^']*'|#.*", "", line)
        brackets += sum(bare.count(each) for each in "[{") - sum(bare.count(each) for each in "]}")
    return lines


def _table(header: str, rows: Counter[str], *, new_row: bool) -> str:
    """The path of a header such as `terms.other_basis`, with the rows it stands in; `rows` counts them."""
    place, names = "", [name.strip('" ') for name in header.split(".")]
    for index, name in enumerate(names, 1):
        place = f"{place}.{name}" if place else name
        if new_row and index == len(names):
            rows[place] += 1
        if rows[place]:
            place = f"{place}[{rows[place] - 1}]"
    return place


def _line(lines: Mapping[str, int], path: str) -> str:
    """Of the key itself, or of the nearest one around it; nothing for a key that the file lacks at its top."""
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return f"（第 {lines[path]} 行）" if path else ""


def _by_code(plain: Any, path: str) -> str:
    named = ""
    for part in re.findall(r"\[\d+\]|[^.\[\]]+", path):
        if part.startswith("[") and isinstance(plain, list):
            plain = plain[int(part[1:-1])]
            code = plain.get("code") if isinstance(plain, dict) else None
            named += f"[{code}]" if isinstance(code, str) else part
        else:
            plain = plain.get(part) if isinstance(plain, dict) else None
            named += f".{part}" if named and not part.startswith("[") else part
    return named


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadFile(f"{path.name}:缺少文件") from None
    except UnicodeDecodeError as fault:
        raise BadFile(f"{path.name}:无法读取,不是 UTF-8 文字({fault})") from None


def _toml(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        raise BadFile(f"{file}:无法读取,不是有效的 TOML 文件({fault})") from None


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
    if kind is Exact:
        return _number(value)
    if origin in (Annotated, Literal):  # a code: one of the keys of its table, or of the words or whole numbers
        words = args[1] if origin is Annotated else args
        if type(value) not in (str, int) or value not in words:
            raise _Wrong(f"应为 {'、'.join(map(str, words))} 之一,实为 {value!r}")
        return value
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        try:
            return kind(value)
        except ValueError:
            raise _Wrong(f"应为 {'、'.join(kind)} 之一,实为 {value!r}") from None
    if (kind is bool and isinstance(value, bool)) or (kind is str and isinstance(value, str)):
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind is Decimal:
        return _money(value)
    if kind is date:
        return _day(value)
    if kind is datetime:
        return _instant(value)
    named = {bool: "true 或 false", str: "文字", int: "整数", tuple: "列表", frozenset: "列表", Mapping: "一组键值"}
    raise _Wrong(f"应为{named[origin or kind]},实为 {value!r}")


def _money(value: object) -> Decimal:
    """Whole yuan, or plain digits or an exact decimal with at most two places; never a float."""
    try:
        if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
            raise InvalidOperation
        if isinstance(value, str) and not MONEY.fullmatch(value):
            raise InvalidOperation
        exact = Decimal(value)
        if exact != exact.quantize(CENT):
            raise InvalidOperation
        return exact.quantize(CENT)
    except InvalidOperation:
        raise _Wrong(f"应为最多两位小数的金额,实为 {value!r}") from None


def _number(value: object) -> Decimal:
    """A whole number or an exact decimal; never a float."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise _Wrong(f"应为数字,实为 {value!r}")
    return Decimal(value)


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        raise _Wrong(f"应为 YYYY-MM-DD 的日期,实为 {value!r}") from None


def _instant(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise _Wrong(f"应为带时区的 RFC 3339 时刻,实为 {value!r}")
    return at
