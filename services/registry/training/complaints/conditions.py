"""When a complaint holds the claims of its class, in SQL."""

from sqlalchemy import ColumnElement, and_

from services.registry.training.complaints import policy
from services.registry.training.complaints.tables import Complaint


def holds() -> ColumnElement[bool]:
    stands = (
        Complaint.status != each for each in policy.ENDS_THE_HOLD
    )  # no list of values: it is part of a statement that is compiled once
    return and_(Complaint.held_at.is_not(None), Complaint.released_at.is_(None), *stands)
