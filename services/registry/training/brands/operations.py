"""What can be done with a brand or a dish: register, bring up to date."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import BrandKind
from services.registry.files import reading as files
from services.registry.training.brands import reading
from services.registry.training.brands.schemas import BrandChange, BrandIn, BrandPaper
from services.registry.training.brands.tables import DAYS, FILES, OF_DISH, Brand
from services.registry.training.classes import visibility as classes
from services.registry.training.classes.tables import TrainingClass
from shared import deeds, errors, history
from shared.access import Call
from shared.errors import Fault


async def create(session: AsyncSession, call: Call, body: BrandIn) -> BrandPaper:
    values = body.model_dump()
    await _check(session, call, body.kind, values)
    brand = Brand(department=call.actor.department, **values)
    session.add(brand)
    await session.flush()
    return await _recorded(session, call, brand, "registered", {})


async def change(session: AsyncSession, call: Call, brand_id: UUID, body: BrandChange) -> BrandPaper:
    brand = await reading.matched(session, call, brand_id)
    values = body.model_dump(exclude_unset=True)
    await _check(session, call, brand.kind, values, brand)
    before = reading.show(brand).model_dump(mode="json")
    for name, value in values.items():
        setattr(brand, name, value)
    await session.flush()
    changes = history.changes(before, reading.show(brand).model_dump(mode="json"))
    return await _recorded(session, call, brand, "changed", {"fields": sorted(values), "changes": changes})


async def _check(session: AsyncSession, call: Call, kind: str, values: dict[str, Any], brand: Brand | None = None) -> None:
    """Files and classes that the caller sees; nothing finished after today; a recipe of dishes alone."""
    named = {f"/{name}": values.get(name) for name in FILES}
    faults = await files.unknown(session, call, named, [getattr(brand, name) for name in FILES] if brand else ())
    for name in DAYS:
        if (on := values.get(name)) and on > call.today:
            faults.append(Fault("invalid_value", f"/{name}", seen=str(on), allowed="不晚于当日", fix="材料完成后再填写日期。"))
    if kind != BrandKind.DISH:
        told = [name for name in OF_DISH if values.get(name)]
        faults += [Fault("invalid_value", f"/{name}", allowed="只有菜品填写", fix="请去掉该项,或改登记为菜品。") for name in told]
    of = values.get("class_ids", [])
    wanted = select(TrainingClass.id).where(TrainingClass.id.in_(of), classes.rows(call.actor))
    known = set(await session.scalars(wanted)) | set(brand.class_ids if brand else ()) if of else set()
    faults += [
        Fault("unknown_class", f"/class_ids/{index}", seen=str(each), fix="请核对班级编号。")
        for index, each in enumerate(of)
        if each not in known
    ]
    if faults:
        raise errors.Invalid(faults=faults)


async def _recorded(session: AsyncSession, call: Call, brand: Brand, what: str, details: dict[str, Any]) -> BrandPaper:
    await deeds.record(session, call, f"brand.{what}", brand.id, details=details, version=brand.version)
    return reading.paper(call, brand)
