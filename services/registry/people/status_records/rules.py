"""What must hold of a record of another office, and of a list that is said to be complete."""

from datetime import date
from typing import Any

from services.registry import fields
from services.registry.codes import PersonalStatus
from services.registry.reference.rules import numbered, since_birth
from shared.errors import Fault


def of_begun_years(body: Any, today: date) -> list[Fault]:
    """Offices say it of the year they are in as a whole; of a year to come nobody can know who will have the status."""
    if body.complete_to_on.year <= today.year:
        return []
    allowed = f"不晚于 {today.year}-12-31"
    fix = "名单只能说明已到的年度,以后的年度届时另行报送。"
    return [Fault("in_the_future", "/complete_to_on", seen=str(body.complete_to_on), allowed=allowed, fix=fix)]


def death(body: Any, today: date) -> list[Fault]:
    """Nobody has died on a day to come, and nobody's death ends. Other statuses may be told ahead, as a pension from next month is."""
    if body.status != PersonalStatus.DECEASED:
        return []
    found = []
    if body.from_on > today:
        fix = "请填写死亡之日。"
        found.append(Fault("in_the_future", "/from_on", seen=str(body.from_on), allowed=f"不晚于今天 {today}", fix=fix))
    if body.until_on is not None:
        fix = "死亡没有止日,请去掉;死亡记录有误的请作废。"
        found.append(Fault("invalid_value", "/until_on", seen=str(body.until_on), allowed="不填", fix=fix))
    return found


RECORD = (numbered, since_birth("from_on"), fields.in_order("from_on", "until_on"), death)
RULES = (fields.in_order("complete_from_on", "complete_to_on"), of_begun_years)
