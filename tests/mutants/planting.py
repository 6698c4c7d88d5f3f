"""Single defects in a module: where one can be planted, and the module with it. Nothing is written: a planted module lives in the process that imports it."""

import ast
import gc
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import _lru_cache_wrapper
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

ROOT = Path(__file__).parents[2]

_BOTH_WAYS = [(ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq), (ast.In, ast.NotIn), (ast.Is, ast.IsNot), (ast.And, ast.Or)]
_BOTH_WAYS += [(ast.Add, ast.Sub), (ast.Mult, ast.FloorDiv)]
OPERATORS = dict(_BOTH_WAYS) | {right: left for left, right in _BOTH_WAYS} | {ast.Div: ast.Mult, ast.Mod: ast.FloorDiv}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
NOT_LOOKED_AT = {"annotation", "returns", "decorator_list", "type_params", "bases"}  # they decide nothing when the module runs
NOT_LOOKED_AT_OF = {ast.keyword: {"strict", "slots", "frozen"}}


@dataclass(frozen=True)
class Defect:
    """`number`: its place among all of the file. `line` as it stands; `before` and `after`: the part of it that changes."""

    path: str
    number: int
    line_number: int
    line: str
    before: str
    after: str

    @property
    def key(self) -> tuple[str, str, str]:
        """By which the defect is known though lines above it move."""
        return self.path, self.line, f"{self.before} → {self.after}"


def defects(path: str) -> list[Defect]:
    """Every defect that can be planted in a file of the project, in the order of its lines."""
    text = (ROOT / path).read_text()
    lines, found = text.splitlines(), []
    for number, (node, change) in enumerate(_changes(ast.parse(text))):
        before = ast.unparse(node)
        change()
        line_number = (node.target if isinstance(node, ast.comprehension) else node).lineno
        found.append(Defect(path, number, line_number, lines[line_number - 1].strip(), before.strip(), ast.unparse(node).strip()))
        change()  # back again
    return found


def planted(path: str, number: int) -> ast.Module:
    tree = ast.parse((ROOT / path).read_text())
    for place, (_, change) in enumerate(_changes(tree)):
        if place == number:
            change()
            break
    return tree


def import_planted(path: str, number: int) -> None:
    """From now on whoever imports this module in this process imports it with the defect."""
    code, name = _compiled(planted(path, number), path), path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    class Planted(SourceFileLoader):
        def get_code(self, _: str) -> Any:
            return code

    class Finder:
        @staticmethod
        def find_spec(fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
            found = PathFinder.find_spec(fullname, path, target) if fullname == name else None
            if found and found.origin:
                found.loader = Planted(fullname, found.origin)
            return found

    sys.meta_path.insert(0, Finder)  # type: ignore[arg-type]


def put_in(path: str, number: int) -> bool:
    """Plants the defect in the functions of this process, which have long been imported. False: it is not inside a function, and only an import plants it."""
    changed = _changed(_compiled(ast.parse((ROOT / path).read_text()), path), _compiled(planted(path, number), path))
    if changed is None:
        return False
    before, after = changed
    gc.unfreeze()
    functions = [each for each in gc.get_objects() if isinstance(each, FunctionType) and each.__code__ == before]
    for each in functions:
        each.__code__ = after
    for each in gc.get_objects():
        if isinstance(each, _lru_cache_wrapper):
            each.cache_clear()  # what it said before
    return bool(functions)


def _compiled(tree: ast.Module, path: str) -> CodeType:
    return compile(tree, str(ROOT / path), "exec", dont_inherit=True)


def _changed(before: CodeType, after: CodeType) -> tuple[CodeType, CodeType] | None:
    """The one function, as it is and with the defect; None where a module's or a class's own lines are another."""
    if before.co_code != after.co_code or len(before.co_consts) != len(after.co_consts):
        return None
    differ = [(one, other) for one, other in zip(before.co_consts, after.co_consts, strict=True) if one != other]
    if len(differ) != 1 or not all(isinstance(each, CodeType) for each in differ[0]):
        return None
    ((one, other),) = differ
    if not one.co_flags & inspect.CO_OPTIMIZED:
        return _changed(one, other)  # a class, whose methods are looked at one by one
    return (one, other) if one.co_freevars == other.co_freevars else None


Change = Callable[[], None]


def _changes(node: ast.AST) -> Iterator[tuple[Any, Change]]:
    """Each place with what changes it; the same again changes it back."""
    yield from _of(node)
    for name, value in ast.iter_fields(node):
        if name in NOT_LOOKED_AT:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _says_nothing(child):
                yield from _changes(child)


def _says_nothing(node: ast.AST) -> bool:
    text = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    return text or (isinstance(node, ast.keyword) and node.arg in NOT_LOOKED_AT_OF[ast.keyword])


def _of(node: ast.AST) -> Iterator[tuple[Any, Change]]:
    match node:
        case ast.Compare(ops=ops):
            for place, operator in enumerate(ops):
                yield node, _swap(ops, place, operator, OPERATORS[type(operator)]())
        case ast.BoolOp(op=operator) | ast.BinOp(op=operator) if type(operator) in OPERATORS:
            yield node, _put(node, "op", operator, OPERATORS[type(operator)]())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, _put(node, "op", node.op, ast.UAdd(), "operand", operand, _truth(operand))
        case ast.Constant(value=bool() as value):
            yield node, _put(node, "value", value, not value)
        case ast.Constant(value=int() as value):
            yield node, _put(node, "value", value, value + 1)
        case ast.Call(func=ast.Name(id="Decimal"), args=[ast.Constant(value=str() as value) as said]):
            yield node, _put(said, "value", value, str(Decimal(value) + Decimal(1).scaleb(Decimal(value).as_tuple().exponent)))  # type: ignore[arg-type]
        case ast.Call(func=ast.Name(id=name) as called) if name in NAMES:
            yield node, _put(called, "id", name, NAMES[name])
        case ast.comprehension(ifs=[ast.expr() as condition, *_] as ifs):
            yield node, _swap(ifs, 0, condition, ast.copy_location(ast.Constant(True), condition))


def _truth(operand: ast.expr) -> ast.expr:
    """`+bool(x)`, which is what is left of `not x` without its word."""
    return ast.copy_location(ast.Call(ast.copy_location(ast.Name("bool", ast.Load()), operand), [operand], []), operand)


def _put(node: Any, *named: Any) -> Change:
    """Puts the second of two values under each name, and the first back when it is called again."""
    each = [named[at : at + 3] for at in range(0, len(named), 3)]

    def change() -> None:
        for name, before, after in each:
            setattr(node, name, after if getattr(node, name) is before else before)

    return change


def _swap(held: list[Any], place: int, before: Any, after: Any) -> Change:
    def change() -> None:
        held[place] = after if held[place] is before else before

    return change
