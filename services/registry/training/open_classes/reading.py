"""Classes that one can join: approved or begun, not over, held by an organiser that may hold them, with a seat left."""

from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import Channel, ClassStatus
from services.registry.institutions.institutions.conditions import barred
from services.registry.institutions.institutions.tables import Institution
from services.registry.reference import policy as reference
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.reading import SEATS_LEFT
from services.registry.training.open_classes.schemas import OpenClassOut
from shared import pages
from shared.access import Call

JOINED_WHILE = (ClassStatus.APPROVED, ClassStatus.IN_PROGRESS)
SHOWN: Select[Any] = select(
    *(getattr(TrainingClass, name) for name in OpenClassOut.model_fields if name in TrainingClass.__mapper__.columns),
    Institution.name.label("institution_name"),
    SEATS_LEFT.label("free_seats"),
).join(Institution, Institution.id == TrainingClass.institution_id)


async def list_open(
    session: AsyncSession,
    call: Call,
    asked: pages.Asked,
    *,
    region_code: list[str] | None,
    occupation_code: list[str] | None,
    channel: list[Channel] | None,
    from_on: date | None,
    to_on: date | None,
) -> dict[str, Any]:
    """`from_on` and `to_on`: those with a day in between."""
    lists, row = reference.lists(), TrainingClass
    pages.known("region_code", region_code, lists.regions)
    pages.known("occupation_code", occupation_code, lists.occupations)
    joinable = (row.status.in_(JOINED_WHILE), row.ends_on >= max(call.today, from_on or call.today), SEATS_LEFT > 0)
    wanted = SHOWN.where(*joinable, ~barred(row.starts_on, row.ends_on))
    wanted = pages.where(wanted, {row.region_code: region_code, row.occupation_code: occupation_code, row.channel: channel})
    if to_on is not None:
        wanted = wanted.where(row.starts_on <= to_on)

    def show(each: Any) -> OpenClassOut:
        return OpenClassOut.model_validate({**each._mapping, "for_whom": lists.channels[each.channel].for_whom})

    return await pages.page(session, wanted, row.id, asked, show)
