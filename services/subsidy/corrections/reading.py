"""Writing a claim's correction sheet, and reading the one that comes back."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy import clients
from services.subsidy.claims import lines, steps
from services.subsidy.claims.errors import NotYourClaim
from services.subsidy.claims.visibility import has_entered
from services.subsidy.corrections.errors import NAMED_TWICE, SHEET_OF_ANOTHER_CLAIM, UNKNOWN_TRAINEE
from services.subsidy.corrections.policy import ACTION, CHOICES, HEADER, LEAVES, SAID, SHEET, STAYS, Person, rows
from shared import access, deeds, errors, redaction
from shared.access import Call
from shared.codes import label
from shared.sheet_jobs.errors import FileTooLarge, UnknownSheetLayout, UnreadableFile
from shared.sheets import Book, SheetError, Table, column_letter, is_cell_error, write_book
from shared.sheets.finding import Layout, Words, find_layouts
from shared.sheets.rows import shown
from shared.web import Kernel

REASON_CHARACTERS_AT_MOST: Final = 1000
WORDS: Final = Words(
    {"number": "申领单号", "trainee_id": "学员编号", "name": "姓名", "id_number": "证件号码", "action": ACTION, "said": SAID},
    {"number": "申领单号", "trainee_id": "学员编号", "action": ACTION, "said": SAID},
)
PROBLEMS: Final = {kind.code: kind for kind in (FileTooLarge, UnknownSheetLayout, UnreadableFile)}
NEEDED: Final = ("number", "trainee_id", "action", "said")


@dataclass(frozen=True, slots=True)
class Correction:
    """What a sheet says of one person of the claim."""

    trainee_id: UUID
    leaves: bool
    said: str


async def named(kernel: Kernel, call: Call, claim_id: UUID) -> clients.Names:
    """Whom the sheet of a claim is about; asked of the registry ahead of the session."""
    async with kernel.reading() as session:
        claim = await steps.load(session, call, claim_id)
        if call.actor.role not in access.STAFF and not await has_entered(session, call.actor, claim):
            raise NotYourClaim()
        people = await lines.shown_of(session, claim.id)
    return await clients.names(kernel, call, trainee_ids={line["trainee_id"] for line in people})


async def sheet(session: AsyncSession, call: Call, claim_id: UUID, names: clients.Names) -> tuple[str, bytes]:
    """The claim's number and its sheet. It names people, so the reading is on the trail."""
    claim, done = await steps.load_with_history(session, call, claim_id)
    last = next((each for each in reversed(done) if each.action == "return"), None)
    said: dict[UUID, list[str]] = {}
    for each in (last.lines or ()) if last else ():
        said.setdefault(UUID(each["trainee_id"]), []).append(each["reason"])
    people = {trainee_id: Person(each.name, each.id_number_masked) for trainee_id, each in names.trainees.items()}
    listed = [*rows(claim.number, await lines.shown_of(session, claim.id), people, said)]
    await deeds.record(session, call, "claim.corrections_read", claim.id, event=False, details={"rows": len(listed)})
    about = [("申领单号", claim.number), ("状态", label("claim_status", claim.status)), ("退回意见", (last.comment or "") if last else "")]
    return claim.number, write_book([Table(SHEET, HEADER, listed, CHOICES), Table("申领单", ("项目", "内容"), about)])


def corrections(book: Book, number: str, people: Collection[UUID]) -> list[Correction]:
    """What the sheet says, each person once; 422 with everything that is wrong with it, cell by cell. `people`: those of the claim. Blocks."""
    try:
        found = find_layouts(book, WORDS, needed=NEEDED)
    except SheetError as error:
        raise PROBLEMS[error.code](error.detail) from error
    faults: list[errors.Fault] = []
    said: dict[UUID, Correction] = {}
    for layout in found.layouts:
        for row in layout.sheet.rows[layout.last_header_row : layout.last_row]:
            cells = {name: layout.text(row, name).strip() for name in NEEDED}
            if not any(cells.values()):
                continue
            wrong = [*_wrong(cells, number, people, said)]
            faults += [_fault(layout, row.number, name, code, cells[name], fix) for name, code, fix in wrong]
            if not wrong:
                trainee_id = UUID(cells["trainee_id"])
                said[trainee_id] = Correction(trainee_id, cells["action"] == LEAVES, redaction.redact(cells["said"]))
    if faults:
        raise errors.Invalid(faults=faults)
    return [*said.values()]


def _wrong(cells: Mapping[str, str], number: str, people: Collection[UUID], said: Collection[UUID]) -> Iterator[tuple[str, str, str]]:
    """Column, code and what to do about it."""
    if cells["number"] != number:
        yield "number", SHEET_OF_ANOTHER_CLAIM, f"这张表不是申领单 {number} 的补正单;请下载本单的补正单填写"
    try:
        trainee_id = UUID(cells["trainee_id"])
    except ValueError:
        yield "trainee_id", UNKNOWN_TRAINEE, "学员编号被改动;请从新下载的补正单复制"
    else:
        if trainee_id not in people:
            yield "trainee_id", UNKNOWN_TRAINEE, "申领单中没有该学员;请重新下载补正单"
        if trainee_id in said:
            yield "trainee_id", NAMED_TWICE, "同一学员只填一行;请删去重复的行"
    if cells["action"] not in ("", STAYS, LEAVES):
        yield "action", "invalid_value", f"请填“{STAYS}”或“{LEAVES}”;不填为{STAYS}"
    if is_cell_error(cells["said"]) or len(cells["said"]) > REASON_CHARACTERS_AT_MOST:
        yield "said", "invalid_value", f"请写明文字,不超过 {REASON_CHARACTERS_AT_MOST} 字"


def _fault(layout: Layout, row: int, name: str, code: str, seen: str, fix: str) -> errors.Fault:
    place = {"sheet": layout.sheet.name, "row": row, "column": column_letter(layout.columns[name])}
    return errors.Fault(code, seen=shown(seen), fix=fix, more=place)
