"""The path of the classes that one can join, for anyone."""

from typing import Annotated

from fastapi import Query

from services.registry.codes import Channel
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.open_classes import reading
from services.registry.training.open_classes.schemas import OpenClassOut
from shared import access, errors, pages, web, wire

router = web.Router("open-classes")
Listed = Annotated[
    pages.Asked,
    pages.asking(q=[TrainingClass.name, TrainingClass.number], starts_on=TrainingClass.starts_on, ends_on=TrainingClass.ends_on),
]


@router.operation("GET", "/v1/open-classes", may=access.PUBLIC, summary="可以报名的班级,任何人可查", errors=[errors.InvalidCursor])
async def list_open(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    region_code: pages.AnyOf[str] = None,
    occupation_code: pages.AnyOf[str] = None,
    channel: pages.AnyOf[Channel] = None,
    from_on: Annotated[wire.CivilDate | None, Query(description="这一天或之后还有课")] = None,
    to_on: Annotated[wire.CivilDate | None, Query(description="这一天或之前开始")] = None,
) -> wire.Page[OpenClassOut]:
    found = await reading.list_open(
        session, call, asked, region_code=region_code, occupation_code=occupation_code, channel=channel, from_on=from_on, to_on=to_on
    )
    return wire.Page[OpenClassOut].model_validate(found)
