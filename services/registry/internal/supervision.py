"""What the briefing of the gateway says of supervision: the tasks that stand open under each line of a plan, and the measures in force."""

from typing import Final
from uuid import UUID

from pydantic import Field
from sqlalchemy import and_, case, func, literal, or_, select

from services.registry.codes import MeasureKind
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.measures import conditions as measures
from services.registry.institutions.measures.tables import Measure
from services.registry.institutions.supervision_tasks import conditions
from services.registry.institutions.supervision_tasks.tables import SupervisionTask
from services.registry.reference.policy import lists
from shared import access, web, wire

router = web.Router("supervision-tasks")
MEASURES_AT_MOST: Final = 200


class SupervisionAsked(wire.In):
    as_of: wire.CivilDate
    department: str | None = Field(None, description="只要对这个部门的措施;不填为全部")


class LineTasks(wire.Out):
    line: str = Field(examples=["practical.project"])
    open: int = Field(description="当日尚未办结、取消的督办任务数")
    overdue: int = Field(description="其中期限已过、尚未答复的")


class MeasureTold(wire.Out):
    id: UUID
    number: str
    kind: MeasureKind
    whom: str = Field(description="对谁:机构、镇街或部门的名称", examples=["清水江农民专业合作社"])
    reason: str
    document: str
    from_on: wire.CivilDate
    until_on: wire.CivilDate | None


class SupervisionFacts(wire.Out):
    lines: list[LineTasks]
    measures: list[MeasureTold] = Field(description="当日有效的措施,新的在前,至多 200 项")


@router.operation("POST", "/internal/v1/supervision-facts", may=access.INTERNAL, summary="各项指标的督办任务和有效的措施", writes=False)
async def supervision_facts(asked: SupervisionAsked, session: web.Session) -> SupervisionFacts:
    late = and_(SupervisionTask.due_on < asked.as_of, conditions.unanswered(asked.as_of))
    tasks = (
        select(SupervisionTask.line, func.count().label("open"), func.count().filter(late).label("overdue"))
        .where(SupervisionTask.line.is_not(None), conditions.stood(asked.as_of))
        .group_by(SupervisionTask.line)
    )
    towns = {code: region.name for code, region in lists().regions.items() if region.is_town}
    whom = func.coalesce(Institution.name, case(towns, value=Measure.region_code), Measure.region_code, Measure.department)
    own = or_(literal(asked.department is None), Measure.department == asked.department)
    told = (
        select(*(getattr(Measure, name) for name in MeasureTold.model_fields if name != "whom"), whom.label("whom"))
        .outerjoin(Institution, Institution.id == Measure.institution_id)
        .where(measures.covers(asked.as_of), own)
        .order_by(Measure.from_on.desc(), Measure.id)
        .limit(MEASURES_AT_MOST)
    )
    return SupervisionFacts(
        lines=[LineTasks.model_validate(row) for row in await session.execute(tasks)],
        measures=[MeasureTold.model_validate(row) for row in await session.execute(told)],
    )
