"""A body whose shape is partly at fault, as rules read it, so that what they say of its sound parts comes beside the faults of shape."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError, create_model

from shared import errors
from shared.wire import Absent

Path = Sequence[str]  # of a fault, below what is looked at
Rules = Callable[[Any], Iterable[errors.Fault]]


class Sound:
    """A body whose shape is partly at fault, as its rules read it: each sound field by its name, each default. An object in it of which only a part is at
    fault is `Sound` itself; any other name is `Absent`. `parts`: what stands in the place of a field instead."""

    def __init__(
        self, model: type[BaseModel], said: Mapping[str, Any], faulty: Iterable[Path], parts: Mapping[str, Any] | None = None
    ) -> None:
        below: dict[str, list[Path]] = {}
        for name, *rest in faulty:
            below.setdefault(name, []).append(rest)
        sound = {name: said[name] for name in model.model_fields.keys() & said.keys() - below.keys()}
        self._read = _field_by_field(model).model_validate(sound)
        self._sound = sound.keys() | {name for name, field in model.model_fields.items() if not field.is_required()} - below.keys()
        self._parts: dict[str, Any] = {
            name: Sound(inner, said[name], paths)
            for name, paths in below.items()
            if all(paths) and isinstance(said.get(name), Mapping) and (inner := _inner(model, name))
        } | dict(parts or {})

    @property
    def model_fields_set(self) -> set[str]:
        return self._read.model_fields_set | self._parts.keys()

    def __getattr__(self, name: str) -> Any:
        if name in self._parts:
            return self._parts[name]
        if name not in self._sound:
            raise Absent(name)
        return getattr(self._read, name)

    def __iter__(self) -> Iterator[Any]:
        raise Absent


@cache
def _field_by_field(model: type[BaseModel]) -> type[BaseModel]:
    """The same fields, none of them required, and no rule that spans several."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        fields[name] = (field.annotation, copy(field))
        if field.is_required():
            fields[name][1].default = None
    return create_model(model.__name__, __config__=model.model_config, **fields)


def _inner(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """What a field's object is, or each element of its list; None where it may be one of several."""
    field = model.model_fields.get(name)
    found, asked = set[type[BaseModel]](), [field and field.annotation]
    while asked:
        each = asked.pop()
        if isinstance(each, type) and issubclass(each, BaseModel):
            found.add(each)
        asked += get_args(each)
    return found.pop() if len(found) == 1 else None


def beside(shape: Iterable[errors.Fault], model: type[BaseModel], said: Mapping[str, Any], rules: Rules) -> list[errors.Fault]:
    """What the rules say of the fields that are sound, beside the faults of shape of the others. Of a list with faulty elements they are asked thrice: without
    the list; of its sound elements; of the sound fields of each faulty one. The last two tell of the elements alone: what a list comes to, only the whole
    list says."""
    paths = [tuple(fault.pointer.split("/")[1:]) for fault in shape if fault.pointer]
    found = [*rules(Sound(model, said, paths))]
    places: dict[Path, list[int]] = {}
    left = _without(said, paths, places)
    plain = [path for path in paths if not _in_list(said, path)]
    if not places:
        return found
    faulty: dict[tuple[str, str], list[Path]] = {}
    for name, *rest in paths:
        if len(rest) > 1 and isinstance(said.get(name), list):
            faulty.setdefault((name, rest[0]), []).append(rest[1:])
    with contextlib.suppress(ValidationError):  # a list that is too short without them
        found += _placed(rules(Sound(model, left, plain)), places)
    for (name, place), below in faulty.items():
        if (inner := _inner(model, name)) and isinstance(element := said[name][int(place)], Mapping):
            with contextlib.suppress(ValidationError):
                one = Sound(model, left, [*plain, (name,)], {name: [Sound(inner, element, below)]})
                found += _placed(rules(one), {(name,): [int(place)]})
    return found


def _in_list(value: Any, path: Path) -> bool:
    """Whether what the path leads to is an element of a list, or a part of one."""
    for part in path:
        if isinstance(value, list):
            return True
        value = value.get(part) if isinstance(value, Mapping) else None
    return False


def _without(value: Any, faulty: Sequence[Path], places: dict[Path, list[int]], at: Path = ()) -> Any:
    """The value, its lists without their faulty elements; `places` learns where those stood that are left."""
    below: dict[str, list[Path]] = {}
    for path in faulty:
        if path:
            below.setdefault(path[0], []).append(path[1:])
    if isinstance(value, Mapping):
        return {name: _without(each, below.get(name, ()), places, (*at, name)) for name, each in value.items()}
    if not (isinstance(value, list) and below):
        return value
    stay = [n for n, each in enumerate(value) if all(_in_list(each, path) for path in below.get(str(n), ()))]
    places[tuple(at)] = stay
    return [_without(value[n], below.get(str(n), ()), places, (*at, str(new))) for new, n in enumerate(stay)]


def _placed(found: Iterable[errors.Fault], places: Mapping[Path, Sequence[int]]) -> Iterator[errors.Fault]:
    """Those that are about elements of these lists, each where it stands in the body. Of an element that holds such a list itself, only what is said within
    that list: what the element comes to, only the whole one says."""
    inner = [key for key in places if any(key[:n] in places for n in range(len(key)))]
    for fault in found:
        parts, told = tuple((fault.pointer or "").split("/")[1:]), list[str]()
        listed = False
        for n, part in enumerate(parts):
            here = places.get(parts[:n])
            listed |= here is not None
            told.append(part if here is None else str(here[int(part)]))
        if listed and all(_within(parts, key) for key in inner if parts[: len(key) - 1] == key[:-1]):
            yield replace(fault, pointer=f"/{'/'.join(told)}")


def _within(parts: Path, key: Path) -> bool:
    return len(parts) > len(key) and parts[: len(key)] == key
