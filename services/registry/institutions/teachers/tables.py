"""Teachers (教师) and their services at institutions."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import TeacherEmployment
from services.registry.metadata import Referenced, Row
from shared import db, indexing


class Teacher(db.Versioned, Referenced, Row):
    """A teacher's service at one institution; the person is recognised everywhere by `id_number_key`, the same digest as a trainee's.
    `dual_qualified` (双师型); recognised to teach (上岗资格认定) from day to day, both counted in."""

    __tablename__ = "teachers"

    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institutions.id"))
    name: Mapped[str] = mapped_column(Text)
    id_number: Mapped[bytes] = mapped_column(LargeBinary)
    id_number_key: Mapped[bytes] = mapped_column(LargeBinary, comment=indexing.DIGEST)
    id_number_masked: Mapped[str] = mapped_column(Text)
    employment: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    qualification: Mapped[str | None] = mapped_column(Text)
    dual_qualified: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    recognised_from_on: Mapped[date | None]
    recognised_until_on: Mapped[date | None]

    __table_args__ = (
        UniqueConstraint("institution_id", "id_number_key", "from_on", name="teachers_from_on_key"),
        Index("teachers_still_there_key", "institution_id", "id_number_key", unique=True, postgresql_where=text("to_on IS NULL")),
        db.one_of("employment", TeacherEmployment),
        CheckConstraint("to_on >= from_on", name="to_on"),
        CheckConstraint("recognised_until_on >= recognised_from_on", name="recognised_until_on"),
        CheckConstraint("recognised_until_on IS NULL OR recognised_from_on IS NOT NULL", name="recognised"),
        Index("teachers_id_number_key_idx", "id_number_key"),
        Index("teachers_external_refs_idx", "external_refs", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}),
    )
