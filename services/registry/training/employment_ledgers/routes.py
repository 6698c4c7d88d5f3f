"""The paths of a class's and of a brand's employment ledger (就业台账)."""

from typing import Annotated
from uuid import UUID

from services.registry.training.brands.routes import SEES as BRAND_READERS
from services.registry.training.classes.visibility import READERS
from services.registry.training.employment_ledgers import reading
from services.registry.training.employment_ledgers.schemas import LedgerEntry
from services.registry.training.enrolments.tables import Enrolment
from shared import errors, pages, web, wire
from shared.web.workbooks import Workbook

router, brands = web.Router("classes"), web.Router("brands")
OF_CLASS = "/v1/classes/{class_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(enrolled_at=Enrolment.enrolled_at)]


@router.operation("GET", f"{OF_CLASS}/employment-ledger", may=READERS, summary="就业台账", errors=[errors.InvalidCursor])
async def list_ledger(class_id: UUID, session: web.Session, call: web.Caller, asked: Listed) -> wire.Page[LedgerEntry]:
    return wire.Page[LedgerEntry].model_validate(await reading.ledger(session, call, class_id, asked))


@brands.operation(
    "GET", "/v1/brands/{brand_id:uuid}/employment-ledger", may=BRAND_READERS, summary="品牌的就业台账", errors=[errors.InvalidCursor]
)
async def list_of_brand(brand_id: UUID, session: web.Session, call: web.Caller, asked: Listed) -> wire.Page[LedgerEntry]:
    return wire.Page[LedgerEntry].model_validate(await reading.of_brand(session, call, brand_id, asked))


@router.operation(
    "GET",
    f"{OF_CLASS}/employment-ledger.xlsx",
    may=READERS - {"system"},
    summary="导出就业台账(.xlsx,证件号码脱敏)",
    response_class=Workbook,
)
async def export_ledger(class_id: UUID, session: web.Session, call: web.Caller) -> Workbook:
    number, content = await reading.sheet(session, call, class_id)
    return Workbook(content, f"employment-{number}")
