"""Papers about trades: catalogues (目录), skill standards (考核规范) and training bases (培训基地), each with the trades it names."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.codes import CatalogueKind, FiledStatus, TradePaperNoun, TrainingBaseStatus
from services.registry.metadata import Row
from services.registry.training.trade_papers.policy import GIVEN_UP, OVER, STANDS
from shared import db, keeping, seeking

PATHS = {
    TradePaperNoun.CATALOGUE: "catalogues",
    TradePaperNoun.SKILL_STANDARD: "skill-standards",
    TradePaperNoun.TRAINING_BASE: "training-bases",
}
STEPS = ("status", "filings", "approved_on", "approval_no", "from_on", "until_on", "reason", "changed_at", "version")


def _among(statuses: tuple[str, ...], of: str = "status") -> str:
    return f"{of} IN ({', '.join(repr(str(each)) for each in dict.fromkeys(statuses))})"


class TradePaper(db.Versioned, Row):
    """`noun`: which of the three. `filings`: `[{authority, number, filed_on}]`. `from_on`, `until_on`: in force, or there as a base, both days counted in
    (`until_on` None: still)."""

    __tablename__ = "trade_papers"

    noun: Mapped[str] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institutions.id"))
    region_code: Mapped[str | None] = mapped_column(Text)
    places: Mapped[int | None]
    department: Mapped[str | None] = mapped_column(Text)
    proposed_on: Mapped[date]
    status: Mapped[str] = mapped_column(Text)
    filings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    approved_on: Mapped[date | None]
    approval_no: Mapped[str | None] = mapped_column(Text)
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(Text)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    parts: Mapped[list[str]] = seeking.parts("name", "document")

    __table_args__ = (
        db.one_of("noun", TradePaperNoun),
        db.one_of("kind", CatalogueKind),
        db.one_of("status", dict.fromkeys([*map(str, FiledStatus), *map(str, TrainingBaseStatus)])),
        CheckConstraint("(noun = 'catalogue') = (kind IS NOT NULL)", name="kind_of_catalogue"),
        CheckConstraint("noun = 'training_base' OR num_nonnulls(institution_id, region_code, places, approved_on) = 0", name="of_base"),
        CheckConstraint("places > 0", name="places"),
        CheckConstraint("approved_on >= proposed_on", name="approved_on"),
        CheckConstraint("from_on >= coalesce(approved_on, proposed_on)", name="from_on"),
        CheckConstraint("until_on >= from_on", name="until_on"),
        CheckConstraint(f"({_among(STANDS)}) = (from_on IS NOT NULL)", name="stands"),
        CheckConstraint("status NOT IN ('ended', 'closed') OR until_on IS NOT NULL", name="ended"),
        Index(
            "trade_papers_document_key",
            "noun",
            text("coalesce(kind, '')"),
            "document",
            "name",
            unique=True,
            postgresql_where=text(f"NOT ({_among(GIVEN_UP)})"),
        ),
        Index("trade_papers_noun_idx", "noun", "id"),
        Index("trade_papers_status_idx", "noun", "status", "id"),
        Index("trade_papers_from_on_idx", "from_on", "id"),
        Index("trade_papers_institution_id_idx", "institution_id", "id"),
        Index("trade_papers_parts_idx", "parts", postgresql_using="gin"),
        Index("trade_papers_name_idx", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
        Index("trade_papers_document_part_idx", "document", postgresql_using="gin", postgresql_ops={"document": "gin_trgm_ops"}),
        {"info": keeping.only(*STEPS, until=_among(OVER, "old.status"))},
    )


class ListedTrade(Row):
    """A trade that a paper names: an occupation of the dictionary, or a trade by its name. `levels` empty: all of its levels. `key`: what makes two the same.
    `scope`, `days`: where and when it stands, None before the paper is in force."""

    __tablename__ = "trade_paper_trades"

    paper_id: Mapped[UUID] = mapped_column(ForeignKey("trade_papers.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    occupation_code: Mapped[str | None] = mapped_column(Text)
    trade_name: Mapped[str | None] = mapped_column(Text)
    levels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    key: Mapped[str] = mapped_column(Text)
    scope: Mapped[str | None] = mapped_column(Text)
    days: Mapped[Range[date] | None] = mapped_column(DATERANGE)

    __table_args__ = (
        CheckConstraint("num_nonnulls(occupation_code, trade_name) = 1", name="trade"),
        # A point on the line of hashes: two that overlap in it are of one trade and scope. No extension is needed for that.
        ExcludeConstraint(
            (text("int8range(hashtextextended(scope || chr(31) || key, 0), hashtextextended(scope || chr(31) || key, 0), '[]')"), "&&"),
            ("days", "&&"),
            where=text("scope IS NOT NULL"),
            name="trade_paper_trades_once",
        ),
        Index("trade_paper_trades_key_idx", "key", "paper_id"),
        {"info": keeping.only("scope", "days")},
    )
