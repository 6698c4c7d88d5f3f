"""Lists of teachers and other offices' lists of people: each row goes where the same facts go when they come by request."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.imports.reading import StatusRow, TeacherRow
from services.registry.imports.tables import Import
from services.registry.institutions.institutions import teachers
from services.registry.institutions.institutions.schemas import TeacherIn
from services.registry.people.status_records import operations as status_records
from services.registry.people.status_records.schemas import StatusRecordIn
from shared.access import Call
from shared.batches import Result
from shared.privacy import Vault
from shared.sheet_jobs.running import Kept, Progress
from shared.sheets import RowFault

PEOPLE_AT_A_TIME: Final = 500


async def keep(session: AsyncSession, call: Call, vault: Vault, row: Import, rows: Sequence[Any], progress: Progress) -> Kept:
    async def keep_teachers(some: Mapping[int, TeacherRow]) -> Mapping[int, Result]:
        items = {
            index: TeacherIn.model_validate(_stated(each, "name", "employment", "from_on", "to_on", "qualification"))
            for index, each in some.items()
        }
        if row.institution_id is None:
            raise ValueError("a list of teachers belongs to an institution")
        return await teachers.keep(session, call, vault, row.institution_id, items)

    async def keep_statuses(some: Mapping[int, StatusRow]) -> Mapping[int, Result]:
        items = {
            index: StatusRecordIn.model_validate(_stated(each, "status", "source", "from_on", "until_on")) for index, each in some.items()
        }
        return await status_records.keep(session, call, vault, items)

    keep_some: Callable[[Mapping[int, Any]], Awaitable[Mapping[int, Result]]] = keep_teachers if row.kind == "teachers" else keep_statuses
    kept = Kept()
    for start in range(0, len(rows), PEOPLE_AT_A_TIME):
        some = rows[start : start + PEOPLE_AT_A_TIME]
        for index, result in (await keep_some(dict(enumerate(some)))).items():
            if result.outcome != "rejected":
                kept.counts[result.outcome] += 1
            each = some[index]
            kept.faults += [RowFault(each.sheet, each.row, "A", fault.code, fault.seen or "", fault.fix or "") for fault in result.faults]
        await progress(start + len(some))
    return kept


def _stated(row: TeacherRow | StatusRow, *names: str) -> dict[str, Any]:
    return {"id_number": row.citizen.number, **{name: getattr(row, name) for name in names}}
