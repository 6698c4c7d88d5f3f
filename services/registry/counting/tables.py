"""What each class brings to the boards of plans, counted once; and the classes that something has happened to since."""

from datetime import date
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.metadata import Row
from shared import keeping

Under = Literal["", "region", "category"]
WHOLE: Final = ""  # the class undivided
OF_CLASS = ("ends_on", "channel", "programmes", "occupation_code", "region_code", "zone_code", "department", "institution_id", "order_id")
FIGURES = ("enrolled", "completed", "certified", "employed", "already_employed", "placed")


class ClassFigures(Row):
    """Of a completed class, `under` nothing, the trainee's town (`region`) or category, so many people: `enrolled`, each once; of those who `completed` it the
    `certified`, `employed`, those that were so on its first day, and `placed` in the partner city, by all that is known. `settled_on`: from this day on nothing
    that was counted was otherwise. Beside them stands what the class says of itself, so that a board reads nothing else."""

    __tablename__ = "class_figures"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    class_id: Mapped[UUID]
    under: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    ends_on: Mapped[date]
    channel: Mapped[str] = mapped_column(Text)
    programmes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    occupation_code: Mapped[str | None] = mapped_column(Text)
    region_code: Mapped[str] = mapped_column(Text)
    zone_code: Mapped[str | None] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)
    institution_id: Mapped[UUID]
    order_id: Mapped[UUID | None]
    enrolled: Mapped[int]
    completed: Mapped[int]
    certified: Mapped[int]
    employed: Mapped[int]
    already_employed: Mapped[int]
    placed: Mapped[int]
    settled_on: Mapped[date]
    terms: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        Index("class_figures_class_id_key", "class_id", "under", "code", unique=True, postgresql_nulls_not_distinct=True),
        Index("class_figures_ends_on_idx", "under", "ends_on"),
        Index("class_figures_settled_on_idx", "settled_on", postgresql_where=text("under = ''")),
        {"info": keeping.DELETABLE},
    )


class DueRecount(Row):
    """A class whose figures something was written to since they were counted, in the transaction that wrote it: triggers of all tables that they are counted
    from put it here. Until it is counted again, whoever asks counts it afresh."""

    __tablename__ = "due_recounts"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    class_id: Mapped[UUID]

    __table_args__ = ({"info": keeping.DELETABLE},)
