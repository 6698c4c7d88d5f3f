"""What the rows of a sheet do: certificates of other issuers are registered, results are entered, where requests for the same would put them."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import clients
from services.evaluation.assessments import batch as results
from services.evaluation.assessments.schemas import ResultIn, ResultsBatch
from services.evaluation.certificates import batch as certificates
from services.evaluation.certificates import reading as stored
from services.evaluation.certificates.schemas import CertificateIn
from services.evaluation.codes import CertificateSheetKind
from services.evaluation.imports import facts
from services.evaluation.imports import reading as sheets
from services.evaluation.imports.reading import CertificateRow, ResultRow
from services.evaluation.imports.tables import CertificateImport
from shared import changes, names
from shared.access import Call
from shared.batches import shaped
from shared.privacy import mask_number
from shared.sheet_jobs import uploads
from shared.sheet_jobs.running import Kept, Progress
from shared.sheets import Reading
from shared.sheets.finding import ID_NUMBER, NAME
from shared.web import Kernel

PEOPLE_AT_A_TIME: Final = 500  # as many as the registry looks up at once, and as results are entered at once
POINTED: Final = {"occupation_code": "occupation"}
UNKNOWN: Final = "没有登记这个证件号码的学员;请先登记学员,或核对号码"
OTHER_NAME: Final = "该证件号码登记的是另一姓名;请核对姓名和证件号码"
NOT_A_CANDIDATE: Final = "不是本机构尚未锁定的评价批次的考生;请核对姓名、证件号码和批次编号"


async def read(kernel: Kernel, call: Call, row: CertificateImport) -> Reading[Any]:
    """Raises SheetError."""
    book = await asyncio.to_thread(uploads.book, kernel.vault, row)
    reader = sheets.read_certificates if row.kind == CertificateSheetKind.CERTIFICATES else sheets.read_results
    return await asyncio.to_thread(reader, book, today=call.today)


async def keep(
    session: AsyncSession, call: Call, kernel: Kernel, row: CertificateImport, reading: Reading[Any], progress: Progress
) -> Kept:
    """Keeps the good rows, in the job's transaction."""
    kept = Kept()
    seats = {} if row.kind == CertificateSheetKind.CERTIFICATES else await facts.seats(session, call, row.assessment_id)
    some_ids = list(seats)[: names.IDS_AT_MOST]  # of whom it can be said that the number is theirs and the name is not
    known = (await clients.names(kernel, call, trainee_ids=some_ids)).trainees if some_ids else {}
    for start in range(0, len(reading.rows), PEOPLE_AT_A_TIME):
        some = reading.rows[start : start + PEOPLE_AT_A_TIME]
        if row.kind == CertificateSheetKind.CERTIFICATES:
            await _register(session, call, kernel, row.id, some, kept)
        else:
            await _enter(session, call, kernel, seats, known, some, kept)
        await progress(start + len(some))
    return kept


async def _register(session: AsyncSession, call: Call, kernel: Kernel, import_id: UUID, rows: Sequence[CertificateRow], kept: Kept) -> None:
    found = await clients.lookup(kernel, call, [row.id_number for row in rows])
    holders = await clients.holders(kernel, call, {each for each in found if each})
    known = holders.by_id
    said: dict[int, Mapping[str, Any]] = {}
    for index, (row, trainee_id) in enumerate(zip(rows, found, strict=True)):
        if trainee_id is None or trainee_id not in known:
            kept.faults.append(row.fault(ID_NUMBER, "unknown_holder", mask_number(row.id_number), UNKNOWN))
        elif row.name and not known[trainee_id].is_called(row.name):
            kept.faults.append(row.fault(NAME, "name_differs", row.name, OTHER_NAME))
        else:
            said[index] = {"proof": f"证书名单导入 {import_id}", **row.stated, "trainee_id": trainee_id, "printed_name": row.name}
    items, refused = shaped(CertificateIn, said)
    no_files = await clients.unknown_files(kernel, call, {proof for each in items.values() if (proof := changes.file_id(each.proof))})
    results = await certificates.register(session, call, kernel, items, holders, no_files)
    new = [each.id for each in results.values() if each.outcome == "created" and each.id]
    kept.notes.extend(each.detail for each in await stored.alike(session, new))
    kept.take(rows, refused | results, POINTED)


async def _enter(
    session: AsyncSession,
    call: Call,
    kernel: Kernel,
    seats: Mapping[UUID, Sequence[Any]],
    known: Mapping[UUID, clients.TraineeName],
    rows: Sequence[ResultRow],
    kept: Kept,
) -> None:
    """Number and name lead to the person, who must sit an exam: the batch that the row names, or the latest."""
    masked = {each.id_number_masked for each in known.values()}
    found = await clients.lookup(kernel, call, [row.id_number for row in rows], [row.name for row in rows])
    entered: dict[UUID, list[tuple[ResultRow, ResultIn]]] = {}
    for row, trainee_id in zip(rows, found, strict=True):
        theirs = seats.get(trainee_id, ()) if trainee_id else ()
        seat = next((each for each in theirs if row.assessment in (None, each.number)), None)
        if seat is not None and call.today < seat.held_on:
            kept.faults.append(row.fault(ID_NUMBER, "results_before_exam", mask_number(row.id_number), f"请在 {seat.held_on} 考核之后录入"))
        elif trainee_id is not None and seat is not None:
            item = ResultIn(trainee_id=trainee_id, score=row.score, passed=row.passed)
            entered.setdefault(seat.assessment_id, []).append((row, item))
        elif trainee_id is None and mask_number(row.id_number) in masked:
            kept.faults.append(row.fault(NAME, "name_differs", row.name, OTHER_NAME))
        else:
            kept.faults.append(row.fault(ID_NUMBER, "not_a_candidate", mask_number(row.id_number), NOT_A_CANDIDATE))
    for assessment_id, each in entered.items():
        answer = await results.record(session, call, assessment_id, ResultsBatch(items=[item for _, item in each]))
        for (row, _), outcome in zip(each, answer.items, strict=True):
            if outcome.outcome != "rejected":
                kept.counts[outcome.outcome] += 1
            kept.faults += [row.fault(ID_NUMBER, fault["code"], mask_number(row.id_number), fault["fix"]) for fault in outcome.errors]
