"""The correction sheet (补正单) as rows: what is wrong, one line of the claim a row, and where the applicant writes what was done about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from shared.codes import label

STAYS, LEAVES = "保留", "移出名单"
ACTION, SAID = "处理", "补正说明"
SHEET: Final = "补正单"
HEADER: Final = (
    "申领单号",
    "学员编号",
    "姓名",
    "证件号码",
    "结论",
    "金额(元)",
    "存在的问题",
    "所见",
    "规定",
    "如何补正",
    "退回意见",
    ACTION,
    SAID,
)
CHOICES: Final = {ACTION: (STAYS, LEAVES)}
Cell = str | Decimal | None


@dataclass(frozen=True, slots=True)
class Person:
    """Of whom a line is, as the registry calls them."""

    name: str
    id_number_masked: str


def rows(
    number: str, lines: Sequence[Mapping[str, Any]], people: Mapping[UUID, Person], said: Mapping[UUID, Sequence[str]]
) -> Iterator[tuple[Cell, ...]]:
    """The lines with anything wrong, in the claim's order. `said`: of single persons when the claim went back."""
    nobody = Person("", "")
    for line in lines:
        findings, returned_for = line["findings"], said.get(line["trainee_id"], ())
        if not findings and not returned_for:
            continue
        person = people.get(line["trainee_id"], nobody)
        yield (
            number,
            str(line["trainee_id"]),
            person.name,
            person.id_number_masked,
            label("line_verdict", line["verdict"]),
            line["amount"],
            "\n".join(f"{label('finding', each['code'])}({label('finding_effect', each['effect'])})" for each in findings),
            *("\n".join(each[name] for each in findings) for name in ("seen", "allowed", "fix")),
            "\n".join(returned_for),
            None,
            None,
        )
