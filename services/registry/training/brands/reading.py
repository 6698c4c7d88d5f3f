"""Brands as they are shown."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import BrandKind
from services.registry.training.brands import conditions, visibility
from services.registry.training.brands.schemas import BrandOut, BrandPaper
from services.registry.training.brands.tables import MATERIALS, Brand
from shared import errors, history, pages, wire
from shared.access import Call
from shared.steps import wrong_role

KEEPS = frozenset({"officer", "department"})


async def get(session: AsyncSession, call: Call, brand_id: UUID, as_of: date | None) -> BrandPaper:
    shown = paper(call, await find(session, call, brand_id))
    return await history.stood(session, shown, as_of, await history.began_at(session, brand_id)) if as_of else shown


async def list_brands(
    session: AsyncSession,
    call: Call,
    asked: pages.Asked,
    ref: pages.Reference,
    kind: list[BrandKind] | None,
    complete_from_on: date | None,
    complete_to_on: date | None,
) -> dict[str, Any]:
    wanted = pages.where(select(Brand).where(visibility.rows(call.actor), ref.among(Brand.external_refs)), {Brand.kind: kind})
    if complete_from_on:
        wanted = wanted.where(conditions.complete_on() >= complete_from_on)
    if complete_to_on:
        wanted = wanted.where(conditions.complete_on() <= complete_to_on)
    return await pages.page(session, wanted, Brand.id, asked, lambda row: show(row[0]))


async def find(session: AsyncSession, call: Call, brand_id: UUID) -> Brand:
    brand = await session.scalar(select(Brand).where(Brand.id == brand_id, visibility.rows(call.actor)))
    if brand is None:
        raise errors.NotFound()
    return brand


async def matched(session: AsyncSession, call: Call, brand_id: UUID) -> Brand:
    """The brand, of the caller's version."""
    brand = await find(session, call, brand_id)
    call.match(brand.version)
    return brand


def paper(call: Call, brand: Brand) -> BrandPaper:
    actions = wire.allowed_actions({"change": wrong_role(KEEPS, call.actor.role)})
    return BrandPaper(**dict(show(brand)), allowed_actions=actions)


def show(brand: Brand) -> BrandOut:
    if brand.kind == BrandKind.DISH:
        complete_on = brand.created_on if brand.recipe_standard or brand.recipe_standard_file_id else None
    else:
        days = [getattr(brand, f"{material}_on") for material in MATERIALS]
        complete_on = max(days) if all(days) else None
    shown = {name: getattr(brand, name) for name in BrandOut.model_fields if name != "complete_on"}
    return BrandOut.model_validate(shown | {"complete_on": complete_on})
