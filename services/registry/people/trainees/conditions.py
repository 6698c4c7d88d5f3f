"""Whom a trainee's id means: rows keep the id they were written with, and of who was merged into another every list, look-up and rule asks here. And for
whom a person worked on a day."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, SQLColumnExpression, Text, and_, cast, func, literal
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.orm import aliased

from services.registry.people.trainees.tables import Trainee
from shared.aliases import Aliases

ALIASES: Final = Aliases(Trainee.metadata.tables["trainees"], "merged_into")
WRITTEN_AS: Final = aliased(Trainee)  # the row that a paper names
IS_THE_ONE: Final[ColumnElement[bool]] = Trainee.id == func.coalesce(WRITTEN_AS.merged_into, WRITTEN_AS.id)  # joins whom it means now
_WORKED: Final = literal(
    "$[*] ? (@.employer_id == $employer && (@.from_on == null || @.from_on <= $on) && (@.until_on == null || @.until_on >= $on))", JSONPATH
)


def worked_for(institution_id: UUID | SQLColumnExpression[UUID], on: date | SQLColumnExpression[date]) -> ColumnElement[bool]:
    """Whether a trainee (the table, as merged) was employed by the institution on the day."""
    employer = cast(institution_id, Text) if isinstance(institution_id, SQLColumnExpression) else str(institution_id)
    named = func.jsonb_build_array(func.jsonb_build_object("employer_id", employer), type_=JSONB)
    day: Any = func.to_char(on, "YYYY-MM-DD") if isinstance(on, SQLColumnExpression) else str(on)
    meant = func.jsonb_build_object("employer", employer, "on", day)
    return and_(Trainee.employments.contains(named), func.jsonb_path_exists(Trainee.employments, _WORKED, meant, type_=Boolean))
