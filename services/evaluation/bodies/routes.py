"""The path of the numbers of assessment bodies."""

from typing import Annotated

from fastapi import Query

from services.evaluation import rules
from services.evaluation.bodies import policy, reading
from services.evaluation.bodies.schemas import BodiesOut, BodyOut, FlagOut
from shared import access, web, wire

router = web.Router("statistics")


@router.operation(
    "GET",
    "/v1/statistics/bodies",
    may=access.OFFICES | {"institution", "system"},
    late=True,
    summary="评价机构的合格率、集中发证和督导覆盖",
)
async def bodies(
    session: web.Session,
    call: web.Caller,
    on: Annotated[wire.CivilDate | None, Query(description="到这一天所在的月份为止;缺省为今天")] = None,
) -> BodiesOut:
    month, own = reading.month_of(on or call.today), call.actor.institution_id
    found = await reading.every(session, [month], call.today, [own] if own else None)
    return BodiesOut(
        **reading.span(month), bodies=[_shown(institution_id, work) for (institution_id, _), work in sorted(found.items(), key=_by_id)]
    )


def _shown(institution_id: object, work: policy.Work) -> BodyOut:
    plain = ("held", "supervised", "most_in_a_day", "most_on")
    return BodyOut(
        institution_id=institution_id,
        sat=work.seats.sat,
        passed=work.seats.passed,
        pass_rate=work.seats.rate,
        pass_rate_of_others=work.others.rate,
        flags=[FlagOut(code=each.code, detail=each.detail) for each in policy.flags(work, rules.here().quality)],
        **{name: getattr(work, name) for name in plain},
    )


def _by_id(each: tuple[reading.Asked, policy.Work]) -> str:
    return str(each[0][0])
