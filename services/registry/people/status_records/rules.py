"""What must hold of a record of another office, and of a list that is said to be complete."""

from datetime import date
from typing import Any

from services.registry import fields
from services.registry.reference.rules import numbered, since_birth
from shared.errors import Fault


def of_begun_years(body: Any, today: date) -> list[Fault]:
    """Offices say it of the year they are in as a whole; of a year to come nobody can know who will have the status."""
    if body.complete_to_on.year <= today.year:
        return []
    allowed = f"不晚于 {today.year}-12-31"
    fix = "名单只能说明已到的年度,以后的年度届时另行报送。"
    return [Fault("in_the_future", "/complete_to_on", seen=str(body.complete_to_on), allowed=allowed, fix=fix)]


RECORD = (numbered, since_birth("from_on"), fields.in_order("from_on", "until_on"))
RULES = (fields.in_order("complete_from_on", "complete_to_on"), of_begun_years)
