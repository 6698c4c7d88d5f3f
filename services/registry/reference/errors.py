"""What several nouns of the registry can answer with, and the faults that their data share, in a request as in a spreadsheet's row."""

from shared import county
from shared.errors import Basis, Fault, Problem
from shared.national_numbers import InvalidNumber
from shared.redaction import quoted

STANDARDS = {"invalid_id_number": Basis("GB 11643-1999", "4"), "invalid_uscc": Basis("GB 32100-2015", "4")}


class SamePerson(Problem):
    code, status = "same_person", 409


def invalid_number(invalid: InvalidNumber, pointer: str) -> Fault:
    """A citizen ID number or a credit code that cannot be one; the number itself stays masked."""
    fix = "请对照证件逐位核对后重填。"
    return Fault(invalid.code, pointer=pointer, seen=invalid.seen_masked, allowed=invalid.allowed, fix=fix, basis=STANDARDS[invalid.code])


def unknown_region(seen: str) -> Fault:
    example = county.here().examples
    allowed = f"区划代码,如 {example.region_code}({example.region_name})"
    return Fault("unknown_region", "/region_code", seen=quoted(seen), allowed=allowed, fix="请按 /v1/regions 填写。")
