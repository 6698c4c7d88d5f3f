"""Which seat plans a caller sees. A statement that uses it is made of `PLANS`."""

from sqlalchemy import ColumnElement, select

from services.registry.institutions.institutions import visibility as institutions
from services.registry.institutions.institutions.tables import Institution
from services.registry.training.classes import visibility as classes
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.seat_plans.tables import SeatPlan
from shared import access

PLANS = select(SeatPlan).join(Institution, Institution.id == SeatPlan.institution_id)
READERS = access.OFFICES | {"department", "institution", "town", "system"}


def rows(actor: access.Actor) -> ColumnElement[bool]:
    """An institution its own, a town those of the institutions in it, a department those of the institutions that hold classes it sees."""
    if actor.role != "department":
        return institutions.rows(actor)
    return select(TrainingClass.id).where(TrainingClass.institution_id == SeatPlan.institution_id, classes.rows(actor)).exists()
