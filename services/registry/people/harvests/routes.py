"""The paths of harvest alarms (批量查询告警)."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.registry.people.harvests import operations, policy
from services.registry.people.harvests.schemas import HarvestAlarmOut
from services.registry.people.harvests.tables import Harvest
from shared import errors, pages, web, wire

router = web.Router("harvest-alarms")
ONE = "/v1/harvest-alarms/{alarm_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(alarmed_at=Harvest.alarmed_at)]


@router.operation("GET", "/v1/harvest-alarms", may=policy.AUDITOR, summary="批量查询证件号码的告警", errors=[errors.InvalidCursor])
async def list_alarms(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    on: pages.AnyOf[wire.CivilDate] = None,
    acknowledged: Annotated[pages.AnyOf[bool], Query(description="是否已处理")] = None,
) -> wire.Page[HarvestAlarmOut]:
    return wire.Page[HarvestAlarmOut].model_validate(await operations.list_alarms(session, call, asked, on, acknowledged))


@router.operation("GET", ONE, may=policy.AUDITOR, summary="一项告警")
async def get_alarm(alarm_id: UUID, session: web.Session, call: web.Caller) -> HarvestAlarmOut:
    return await operations.get(session, call, alarm_id)


@router.operation(
    "POST", f"{ONE}:acknowledge", may=policy.AUDITOR, summary="处理一项告警", errors=[errors.InvalidState], paper=operations.permit
)
async def acknowledge(alarm_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> HarvestAlarmOut:
    return await operations.acknowledge(session, call, alarm_id, body.reason)
