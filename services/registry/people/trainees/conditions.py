"""Whom a trainee's id means. Rows keep the id they were written with; of who was merged into another every list, look-up and rule asks here."""

from typing import Final

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import aliased

from services.registry.people.trainees.tables import Trainee
from shared.aliases import Aliases

ALIASES: Final = Aliases(Trainee.metadata.tables["trainees"], "merged_into")
WRITTEN_AS: Final = aliased(Trainee)  # the row that a paper names
IS_THE_ONE: Final[ColumnElement[bool]] = Trainee.id == func.coalesce(WRITTEN_AS.merged_into, WRITTEN_AS.id)  # joins whom it means now
