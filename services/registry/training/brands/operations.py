"""What can be done with a brand: register, bring up to date."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.files.tables import File
from services.registry.training.brands import reading
from services.registry.training.brands.schemas import BrandChange, BrandIn, BrandPaper
from services.registry.training.brands.tables import MATERIALS, Brand
from shared import deeds, errors
from shared.access import Call
from shared.errors import Fault


async def create(session: AsyncSession, call: Call, body: BrandIn) -> BrandPaper:
    values = body.model_dump()
    await _check(session, call, values)
    brand = Brand(department=call.actor.department, **values)
    session.add(brand)
    await session.flush()
    return await _recorded(session, call, brand, "registered", {})


async def change(session: AsyncSession, call: Call, brand_id: UUID, body: BrandChange) -> BrandPaper:
    brand = await reading.matched(session, call, brand_id)
    values = body.model_dump(exclude_unset=True)
    await _check(session, call, values)
    for name, value in values.items():
        setattr(brand, name, value)
    await session.flush()
    return await _recorded(session, call, brand, "changed", {"fields": sorted(values)})


async def _check(session: AsyncSession, call: Call, values: dict[str, Any]) -> None:
    """Files that exist; no material finished after today."""
    files = {name: values[name] for material in MATERIALS if values.get(name := f"{material}_file_id")}
    known = set(await session.scalars(select(File.id).where(File.id.in_(files.values())))) if files else set()
    faults = [
        Fault("unknown_file", pointer=f"/{name}", seen=str(file), fix="请先上传文件。") for name, file in files.items() if file not in known
    ]
    for material in MATERIALS:
        on: date | None = values.get(f"{material}_on")
        if on and on > call.today:
            faults.append(
                Fault("invalid_value", pointer=f"/{material}_on", seen=str(on), allowed="不晚于当日", fix="材料完成后再填写日期。")
            )
    if faults:
        raise errors.Invalid(faults=faults)


async def _recorded(session: AsyncSession, call: Call, brand: Brand, what: str, details: dict[str, Any]) -> BrandPaper:
    await deeds.record(session, call, f"brand.{what}", brand.id, details=details, version=brand.version)
    return reading.paper(call, brand)
