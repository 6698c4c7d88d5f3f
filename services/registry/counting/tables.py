"""What each class brings to the boards of plans, counted once, and added up by month; and the classes that something has happened to since."""

from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Column, ColumnElement, Date, Identity, Index, Table, Text, case, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.metadata import Row
from shared import db, keeping, tallies

Under = Literal["", "region", "category"]
WHOLE: Final = ""  # the class undivided
OF_CLASS = (
    *("ends_on", "channel", "programmes", "occupation_code", "region_code", "zone_code", "department", "institution_id", "order_id"),
    *("demonstration", "imported", "name"),
)
LATER: Final = ("certified_later", "lapsed_later", "employed_later", "placed_later")
FIGURES = ("enrolled", "completed", "certified", "employed", "already_employed", "placed")


class ClassFigures(Row):
    """Of a completed class, `under` nothing, the trainee's town (`region`) or category, so many people: `enrolled`, each once; of those who `completed` it the
    `certified`, `employed`, those that were so on its first day, and `placed` in the partner city, by all that is known. `began`: of an order class undivided,
    how many were in it on its first day, else 0. `settled_on`: from this day on nothing
    that was counted was otherwise; the days after its last on which each became so (or was certified no more, `lapsed_later`) are kept, so that what was so
    on an earlier day is what is, without what came later. Beside them stands what the class says of itself, so that a board reads nothing else."""

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
    demonstration: Mapped[bool]
    imported: Mapped[bool]
    name: Mapped[str] = mapped_column(Text)
    enrolled: Mapped[int]
    completed: Mapped[int]
    certified: Mapped[int]
    employed: Mapped[int]
    already_employed: Mapped[int]
    placed: Mapped[int]
    began: Mapped[int]
    settled_on: Mapped[date]
    certified_later: Mapped[list[date]] = mapped_column(ARRAY(Date))
    lapsed_later: Mapped[list[date]] = mapped_column(ARRAY(Date))
    employed_later: Mapped[list[date]] = mapped_column(ARRAY(Date))
    placed_later: Mapped[list[date]] = mapped_column(ARRAY(Date))
    terms: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        Index("class_figures_class_id_key", "class_id", "under", "code", unique=True, postgresql_nulls_not_distinct=True),
        Index("class_figures_ends_on_idx", "under", "ends_on"),
        Index("class_figures_settled_on_idx", "under", "settled_on", "ends_on"),
        Index(
            "class_figures_least_placed_idx",
            text("(EXTRACT(year FROM ends_on)::integer)"),
            text("(placed::double precision / completed::double precision)"),
            "class_id",
            postgresql_include=("ends_on", "settled_on", "placed", "completed", "channel", "programmes", "occupation_code", "name"),
            postgresql_where=text("under = '' AND order_id IS NOT NULL AND completed > 0"),
        ),
        {"info": keeping.DELETABLE},
    )


class DueRecount(Row):
    """A class whose figures something was written to since they were counted, in the transaction that wrote it: triggers of all tables that they are counted
    from put it here. Until it is counted again, whoever asks counts it afresh."""

    __tablename__ = "due_recounts"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    class_id: Mapped[UUID]

    __table_args__ = ({"info": keeping.DELETABLE},)


def alike(of: Any) -> dict[str, ColumnElement[Any]]:
    """What classes have in common that are added up: a board tells them apart by nothing else. `of`: the columns of their figures."""
    named = {name: of[name] for name in ("channel", "programmes", "occupation_code", "demonstration", "began")}
    return named | {"ordered": of["order_id"].is_not(None)}


def added(of: Any) -> dict[str, ColumnElement[Any]]:
    """What each of them brings: itself, itself if anyone completed it, and people."""
    own = {"classes": literal(1), "attended": case((of["completed"] > 0, 1), else_=0)}
    return own | {name: of[name] for name in FIGURES} | {"from_the_past": case((of["imported"], of["completed"]), else_=0)}


def month_of(day: Any) -> ColumnElement[date]:
    """Its first day."""
    return cast(func.date_trunc("month", day), Date)


KEPT: Final = db.table(ClassFigures)
_BY: Final = {"under": KEPT.c.under, "code": KEPT.c.code, "month": month_of(KEPT.c.ends_on), **alike(KEPT.c)}
SUMS: Final = Table(
    KEPT.name + tallies.SUFFIX,
    Row.metadata,
    *(Column(name, each.type, nullable=name in ("code", "occupation_code")) for name, each in _BY.items()),
    *(Column(name, BigInteger, nullable=False) for name in added(KEPT.c)),
    Index("class_figures_tally_month_idx", "under", "month"),
    info=keeping.DELETABLE,
)
_THERE: Final = select(
    *(each.label(name) for name, each in _BY.items()), *(func.sum(each).label(name) for name, each in added(KEPT.c).items())
).group_by(*_BY.values())
SUMS.info = {**SUMS.info, "tallies": (tallies.Tally(KEPT, SUMS, sums=tuple(added(KEPT.c)), there=_THERE),)}
