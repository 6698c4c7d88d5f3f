"""What can be done with a brand: register, list, bring up to date."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.files.tables import File
from services.registry.training.brands.schemas import BrandChange, BrandIn, BrandOut, Kind
from services.registry.training.brands.tables import Brand
from shared import audit, changes, errors, pages
from shared.access import Actor, Call
from shared.errors import Fault

MATERIALS = ("creation_plan", "training_video", "experience_summary", "employment_ledger")


def _visible(actor: Actor) -> ColumnElement[bool]:
    """A department sees its own."""
    return Brand.department == actor.department if actor.role == "department" else true()


async def create(session: AsyncSession, call: Call, body: BrandIn) -> BrandOut:
    values = body.model_dump()
    await _check(session, call, values)
    brand = Brand(department=call.actor.department, **values)
    session.add(brand)
    await session.flush()
    return await _recorded(session, call, brand, "registered", {})


async def get(session: AsyncSession, call: Call, brand_id: UUID) -> BrandOut:
    return _show(await _find(session, call, brand_id))


async def list_brands(
    session: AsyncSession, call: Call, asked: pages.Asked, kind: Kind | None, complete_from_on: date | None, complete_to_on: date | None
) -> dict[str, Any]:
    wanted = select(Brand).where(_visible(call.actor))
    if kind:
        wanted = wanted.where(Brand.kind == kind)
    if complete_from_on:
        wanted = wanted.where(complete_on() >= complete_from_on)
    if complete_to_on:
        wanted = wanted.where(complete_on() <= complete_to_on)
    return await pages.page(session, wanted, Brand.id, asked, lambda row: _show(row[0]))


def complete_on() -> ColumnElement[date | None]:
    """The day the last of the four materials was finished, in SQL; null while one is missing."""
    days = [getattr(Brand, f"{material}_on") for material in MATERIALS]
    return case((and_(*(day.is_not(None) for day in days)), func.greatest(*days)))


async def change(session: AsyncSession, call: Call, brand_id: UUID, body: BrandChange) -> BrandOut:
    brand = await _find(session, call, brand_id)
    call.match(brand.version)
    values = body.model_dump(exclude_unset=True)
    await _check(session, call, values)
    for name, value in values.items():
        setattr(brand, name, value)
    await session.flush()
    return await _recorded(session, call, brand, "changed", {"fields": sorted(values)})


async def _find(session: AsyncSession, call: Call, brand_id: UUID) -> Brand:
    brand = await session.scalar(select(Brand).where(Brand.id == brand_id, _visible(call.actor)))
    if brand is None:
        raise errors.NotFound()
    return brand


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


async def _recorded(session: AsyncSession, call: Call, brand: Brand, what: str, details: dict[str, Any]) -> BrandOut:
    await audit.record(session, call, f"brand.{what}", "brand", brand.id, {"version": brand.version, **details})
    await changes.publish(session, call, f"brand.{what}", brand.id, version=brand.version)
    return _show(brand)


def _show(brand: Brand) -> BrandOut:
    days = [getattr(brand, f"{material}_on") for material in MATERIALS]
    shown = {name: getattr(brand, name) for name in BrandOut.model_fields if name != "complete_on"}
    return BrandOut.model_validate(shown | {"complete_on": max(days) if all(days) else None})
