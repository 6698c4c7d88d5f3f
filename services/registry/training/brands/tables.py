"""Training brands (技能培训品牌), each with its four materials (四个一) and the days they were finished, and signature dishes (特色菜品) with their recipes."""

from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import BrandKind
from services.registry.metadata import Referenced, Row
from shared import db, seeking

MATERIALS = ("creation_plan", "training_video", "experience_summary", "employment_ledger")
OF_DISH = ("created_on", "recipe_standard", "recipe_standard_file_id")
DAYS = (*(f"{material}_on" for material in MATERIALS), "created_on")
FILES = (*(f"{material}_file_id" for material in MATERIALS), "recipe_standard_file_id")


class Brand(db.Versioned, Referenced, Row):
    """A material counts from the day it was finished; its file may follow later. A dish counts from the day it was created, once its recipe is a standard.
    `class_ids`: the classes whose people's work is the brand's ledger."""

    __tablename__ = "brands"

    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)
    creation_plan_on: Mapped[date | None]
    creation_plan_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    training_video_on: Mapped[date | None]
    training_video_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    experience_summary_on: Mapped[date | None]
    experience_summary_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    employment_ledger_on: Mapped[date | None]
    employment_ledger_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    created_on: Mapped[date | None]
    recipe_standard: Mapped[str | None] = mapped_column(Text)
    recipe_standard_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    class_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default=text("'{}'"))
    parts: Mapped[list[str]] = seeking.parts("name")

    __table_args__ = (
        UniqueConstraint("kind", "name", name="brands_name_key"),
        db.one_of("kind", BrandKind),
        CheckConstraint("kind = 'dish' OR num_nonnulls(created_on, recipe_standard, recipe_standard_file_id) = 0", name="of_dish"),
        Index("brands_kind_idx", "kind", "id"),
        Index("brands_external_refs_idx", "external_refs", postgresql_using="gin", postgresql_ops={"external_refs": "jsonb_path_ops"}),
        Index("brands_name_idx", "name", "id"),
        Index("brands_parts_idx", "parts", postgresql_using="gin"),
        Index("brands_name_part_idx", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
    )
