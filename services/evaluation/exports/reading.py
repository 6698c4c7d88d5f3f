"""What goes into a file of certificates: those issued here, by the day of issue. A revoked one goes only where the layout has a column that says so."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, null, select

from services.evaluation import clients
from services.evaluation.certificates.reading import status_on
from services.evaluation.certificates.tables import Certificate
from shared import exports
from shared.access import Call
from shared.exports import Filters, Made, Write
from shared.layouts import FULL_NUMBER
from shared.web import Kernel

OF_THE_HOLDER: Final = ("name", FULL_NUMBER, "id_number_masked")  # asked of the registry
STATUS: Final = "certificate_status"
_COLUMNS: Final[Mapping[str, Any]] = {
    "certificate_number": Certificate.number,
    "printed_name": Certificate.prints[-1]["name"].astext,
    "occupation_code": Certificate.occupation_code,
    "occupation_name": Certificate.occupation_code,
    "issuer": Certificate.issuer,
    "issued_on": Certificate.issued_on,
    "revoked_on": Certificate.revoked_on,
    "certificate_kind": Certificate.kind,
    "level": Certificate.level,
    STATUS: null(),  # of the day
}
FIELDS: Final = _COLUMNS.keys() | set(OF_THE_HOLDER)


async def file(kernel: Kernel, call: Call, code: str, filters: Filters, write: Write) -> Made:
    """The file of that layout; 404, 422 as `exports.asked` and `exports.few_enough` say."""
    layout = exports.asked("evaluation", code, filters)
    named = {column.field for column in layout.columns}
    columns = [column.label(name) for name, column in {**_COLUMNS, STATUS: status_on(call.today)}.items() if name in named]
    kept = [Certificate.assessment_id.is_not(None), *filters.where(Certificate.issued_on, Certificate.issuer_institution_id)]
    if STATUS not in named:
        kept.append(status_on(call.today) == "valid")
    wanted = select(*columns, Certificate.trainee_id).where(*kept).order_by(Certificate.issued_on, Certificate.id)
    async with kernel.reading() as session:
        found = (await session.execute(wanted.limit(exports.ROWS_AT_MOST + 1))).mappings().all()
    exports.few_enough(found)
    people = {row["trainee_id"] for row in found} if named & set(OF_THE_HOLDER) else set()
    holders, numbers = await asyncio.gather(
        clients.holders(kernel, call, people), clients.numbers(kernel, call, people if layout.full_numbers else ())
    )
    return await exports.make(code, layout, filters, write, lambda: _held(found, holders.by_id, numbers))


def _held(rows: Sequence[RowMapping], holders: Mapping[UUID, clients.Holder], numbers: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """With who holds each; of whom the registry does not know, nothing."""
    unknown = dict.fromkeys(OF_THE_HOLDER)
    of_holder = {who: {"name": each.name, "id_number_masked": each.id_number_masked} for who, each in holders.items()}
    return [{**unknown, **row, **of_holder.get(row["trainee_id"], {}), FULL_NUMBER: numbers.get(row["trainee_id"])} for row in rows]
