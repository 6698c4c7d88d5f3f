"""What registry told: who was merged into whom, and who was trained to an order. The registry remains the source."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.eastwest.metadata import Row
from shared import keeping


class MergedTrainee(Row):
    """Whom an id stands for, of people registered twice."""

    __tablename__ = "merged_trainees"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kept_id: Mapped[UUID]

    __table_args__ = (Index("merged_trainees_kept_id_idx", "kept_id"), {"info": keeping.DELETABLE})


class TrainedPerson(Row):
    """On which day each person placed (as merged) had first completed a class trained to an order (null: never), and the town they are registered in."""

    __tablename__ = "trained_people"

    trainee_id: Mapped[UUID] = mapped_column(primary_key=True)
    completed_on: Mapped[date | None]
    region_code: Mapped[str | None] = mapped_column(Text)

    __table_args__ = ({"info": keeping.DELETABLE},)


class DueAsking(Row):
    """Somebody placed of whom the registry is to be asked about that again: newly placed, or something happened to their enrolments, their town or to who
    they are."""

    __tablename__ = "due_askings"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    trainee_id: Mapped[UUID]

    __table_args__ = ({"info": keeping.DELETABLE},)
