"""What registry told: who was merged into whom. The registry remains the source."""

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from services.evaluation.metadata import Row
from shared import keeping


class MergedTrainee(Row):
    """Whom an id stands for, of people registered twice."""

    __tablename__ = "merged_trainees"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kept_id: Mapped[UUID]

    __table_args__ = (Index("merged_trainees_kept_id_idx", "kept_id"), {"info": keeping.DELETABLE})
