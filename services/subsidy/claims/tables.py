"""The tables of claims: the claim, its judged lines, what each person has been given once, the decisions taken, the appeals."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.subsidy.codes import AppealFollows, AppealStatus, ClaimKind, ClaimStatus, LineVerdict, Outcome, SchemeCode
from services.subsidy.metadata import Row
from shared import county, db, keeping, seeking, tallies

JUDGED = (  # what a claim was judged to be and upon what: it is judged again only while the applicant has it
    "kind",
    "scheme",
    "institution_id",
    "class_id",
    "class_starts_on",
    "class_ends_on",
    "fund_id",
    "payee",
    "notice_working_days",
    "terms_in_force_from",
    "terms_document",
    "terms_hash",
    "required_papers",
    "facts_hash",
    "facts",
    "submitted_at",
)
# Judged for good once the applicant has handed it in and its fund is named.
SETTLED = "old.status NOT IN ('draft', 'returned') AND (old.status <> 'submitted' OR old.fund_id IS NOT NULL)"


class Claim(db.Versioned, Row):
    """One application. Amount, lines and verdicts are always those of the last judging; nothing of them is ever taken from a caller."""

    __tablename__ = "claims"
    __table_args__ = (
        UniqueConstraint("number", name="claims_number_key"),
        db.one_of("status", ClaimStatus),
        db.one_of("kind", ClaimKind),
        db.one_of("scheme", SchemeCode),
        CheckConstraint("num_nonnulls(institution_id, trainee_id) = 1", name="one_applicant"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("jsonb_typeof(holds) = 'array'", name="holds"),
        CheckConstraint("NOT on_behalf OR trainee_id IS NOT NULL", name="on_behalf_of_a_person"),
        CheckConstraint("region_code IS NULL OR on_behalf", name="entered_by_a_town"),
        CheckConstraint("employer_id IS NULL OR (trainee_id IS NOT NULL AND NOT on_behalf)", name="entered_by_an_employer"),
        CheckConstraint("fund_id IS NOT NULL OR status IN ('draft', 'submitted', 'returned', 'rejected', 'withdrawn')", name="fund"),
        Index("claims_status_idx", "status", "id"),
        Index("claims_waiting_idx", "status", "in_status_since_at", "id"),
        Index("claims_in_status_since_idx", "in_status_since_at", "id"),
        Index("claims_counted_region_idx", "counted_region_code", "id"),
        Index("claims_with_holds_idx", "id", postgresql_where=text("holds <> '[]'::jsonb")),
        Index("claims_scheme_idx", "scheme", "id"),
        Index("claims_kind_idx", "kind", "id"),
        Index("claims_institution_idx", "institution_id", "id"),
        Index("claims_trainee_idx", "trainee_id", "id", postgresql_where=text("trainee_id IS NOT NULL")),
        Index("claims_maker_idx", text("coalesce(institution_id, employer_id)"), "id"),
        Index("claims_class_idx", "class_id", "id"),
        Index("claims_class_days_idx", "class_starts_on", "class_ends_on"),
        Index("claims_trade_filing_idx", text("((facts -> 'class_facts'::text) ->> 'trade_filing_no'::text)")),
        Index("claims_fund_idx", "fund_id", "id"),
        Index("claims_region_idx", "region_code", "id", postgresql_where=text("on_behalf")),
        Index("claims_created_idx", "created_at", "id"),
        Index("claims_submitted_idx", "submitted_at", "id"),
        Index("claims_amount_idx", "amount", "id"),
        Index("claims_parts_idx", "parts", postgresql_using="gin"),
        Index("claims_number_part_idx", "number", postgresql_using="gin", postgresql_ops={"number": "gin_trgm_ops"}),
        Index("claims_sought_by_idx", "sought_by", postgresql_using="gin", postgresql_ops={"sought_by": "gin_trgm_ops"}),
        Index("claims_external_refs_idx", "external_refs", postgresql_using="gin"),
        {"info": keeping.fixed(*JUDGED, when=SETTLED)},
    )

    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    year: Mapped[int] = mapped_column(SmallInteger, comment="of the policy clock at creation; part of the number")
    number: Mapped[str] = mapped_column(Text, db.paper_number(county.here().series("SQ")))
    status: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    scheme: Mapped[str] = mapped_column(Text)
    institution_id: Mapped[UUID | None] = mapped_column(comment="the applicant, where it is an institution")
    trainee_id: Mapped[UUID | None] = mapped_column(comment="the applicant, where it is a person")
    merged_from: Mapped[UUID | None] = mapped_column(comment="of whom it was before they were merged into this one")
    on_behalf: Mapped[bool] = mapped_column(comment="entered by a town or the bureau for the person")
    region_code: Mapped[str | None] = mapped_column(Text, comment="the town that entered it")
    employer_id: Mapped[UUID | None] = mapped_column(comment="the institution that entered it for its worker, who signed for it")
    class_id: Mapped[UUID | None]
    class_starts_on: Mapped[date | None]
    class_ends_on: Mapped[date | None]
    counted_region_code: Mapped[str | None] = mapped_column(
        Text, comment="the town it is counted in: the class's, or the person's where there is no class, as last judged"
    )
    counted_department: Mapped[str | None] = mapped_column(Text, comment="the lead department that proposed its class, as last judged")
    fund_id: Mapped[UUID | None] = mapped_column(ForeignKey("funds.id"), comment="of a person's claim perhaps not before the first review")
    sought_by: Mapped[str] = mapped_column(
        Text, server_default="", comment="institution, class and its number as last judged: what a list is searched by"
    )
    parts: Mapped[list[str]] = seeking.parts(db.paper_number_sql(county.here().series("SQ")), "sought_by")
    everyone: Mapped[bool] = mapped_column(comment="no lines were named: everyone who completed the class")
    attachments: Mapped[list[str]] = mapped_column(JSONB)
    paper_codes: Mapped[dict[str, str]] = mapped_column(
        JSONB, default=dict, server_default=text("'{}'::jsonb"), comment="which paper a file is, by its id, where that was said"
    )
    external_refs: Mapped[list[dict[str, str]]] = mapped_column(JSONB)

    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2), comment="the sum of the eligible lines")
    payee: Mapped[str] = mapped_column(Text, comment="organiser or trainee, as the terms say")
    notice_working_days: Mapped[int] = mapped_column(SmallInteger, comment="as the terms say")
    terms_in_force_from: Mapped[date]
    terms_document: Mapped[str] = mapped_column(Text)
    terms_hash: Mapped[str] = mapped_column(Text)
    required_papers: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB,
        default=list,
        server_default=text("'[]'::jsonb"),
        comment="as the terms say: code, form, follows_within_days; whether confirmed",
    )
    facts_hash: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, deferred=True, comment="all that was judged, for a replay; no ID number, no name")

    @property
    def paid_from(self) -> UUID:
        """The fund of a claim that was reviewed: from then on it has one (`claims_fund_check`)."""
        assert self.fund_id is not None, f"{self.status} without a fund"
        return self.fund_id

    holds: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb"), comment="what stops it and has not been ended, by day (policy.a_hold)"
    )
    people: Mapped[int] = mapped_column(
        server_default=text("0"), comment="its lines: triggers on these count them, as the two below (counts)"
    )
    held_people: Mapped[int] = mapped_column(server_default=text("0"))
    refused_people: Mapped[int] = mapped_column(server_default=text("0"))
    split_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("claims.id"))
    supplement_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("claims.id"), comment="the paid claim that this one makes up for")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    in_status_since_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    submitted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


tallies.tally(Claim, "status", "kind", "scheme", "fund_id")
tallies.tally(Claim, "status", "institution_id", "employer_id", named="applicant")


class Line(Row):
    """One person of a claim. `position` is its place in the stored facts."""

    __tablename__ = "claim_lines"
    __table_args__ = (
        db.one_of("verdict", LineVerdict),
        CheckConstraint("amount >= 0 AND (verdict <> 'refused' OR amount = 0)", name="amount"),
        CheckConstraint("sending_yuan >= 0 AND paid_yuan >= 0 AND given_up_yuan >= 0", name="money"),
        CheckConstraint(
            "sending_yuan + paid_yuan + given_up_yuan <= amount AND (sending_yuan + paid_yuan = 0 OR verdict = 'eligible')",
            name="paid_once",
        ),
        CheckConstraint("asked_back_yuan BETWEEN 0 AND paid_yuan", name="asked_back"),
        CheckConstraint("not_due_yuan BETWEEN 0 AND asked_back_yuan", name="not_due"),
        CheckConstraint("more_due_yuan >= 0", name="more_due"),
        Index("claim_lines_more_due_idx", "claim_id", postgresql_where=text("more_due_yuan > 0")),
        Index("claim_lines_trainee_idx", "trainee_id"),
        Index("claim_lines_certificate_idx", "certificate_id", postgresql_where=text("certificate_id IS NOT NULL")),
        Index("claim_lines_placement_idx", "placement_id", postgresql_where=text("placement_id IS NOT NULL")),
        Index("claim_lines_held_idx", "claim_id", postgresql_where=text("verdict = 'held'")),
        {"info": keeping.DELETABLE},
    )

    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    trainee_id: Mapped[UUID]
    merged_from: Mapped[UUID | None] = mapped_column(comment="of whom it was before they were merged into this one")
    enrolment_id: Mapped[UUID | None]
    certificate_id: Mapped[UUID | None]
    placement_id: Mapped[UUID | None]
    expected_amount: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    verdict: Mapped[str] = mapped_column(Text)
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2), comment="0.00 if refused; computed if held, but not in the claim's sum")
    sending_yuan: Mapped[Decimal] = mapped_column(
        Numeric(12, 2), server_default=text("0"), comment="what payments without an answer are to pay"
    )
    paid_yuan: Mapped[Decimal] = mapped_column(
        Numeric(12, 2), server_default=text("0"), comment="what the bank has paid and not brought back"
    )
    asked_back_yuan: Mapped[Decimal] = mapped_column(Numeric(12, 2), server_default=text("0"), comment="of it, what recoveries ask back")
    not_due_yuan: Mapped[Decimal] = mapped_column(
        Numeric(12, 2),
        server_default=text("0"),
        comment="of asked_back_yuan, what facts found not due; the rest a person asked for on purpose",
    )
    given_up_yuan: Mapped[Decimal] = mapped_column(
        Numeric(12, 2), server_default=text("0"), comment="what finance closed the claim without paying"
    )
    more_due_yuan: Mapped[Decimal] = mapped_column(
        Numeric(12, 2),
        server_default=text("0"),
        comment="what the facts of now find due beyond it, once it was paid: a supplement may claim it",
    )
    calculation: Mapped[str] = mapped_column(Text)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    resolution: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), comment="how a reviewer settled a held line")
    before: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="what it was judged to be until new facts weighed against it, while nobody has decided on these"
    )


class Entitlement(Row):
    """What a person has been given once: held by a claim from `submitted` on, until it is rejected or withdrawn, the line refused or worth nothing."""

    __tablename__ = "entitlements"
    __table_args__ = (
        UniqueConstraint("trainee_id", "entitlement_key", name="entitlements_once_key"),
        Index("entitlements_judged_on_idx", "judged_on"),
        {"info": keeping.DELETABLE},
    )

    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    trainee_id: Mapped[UUID]
    merged_from: Mapped[UUID | None] = mapped_column(comment="of whom it was before they were merged into this one")
    entitlement_key: Mapped[str | None] = mapped_column(
        Text, comment="level:<trade>:<level>, trade:<trade>:<year>, placement:<scheme>:<id>, class:<id>:<instalment from the second on>"
    )
    trade_key: Mapped[str | None] = mapped_column(Text)
    level: Mapped[str | None] = mapped_column(Text)
    placement_id: Mapped[str | None] = mapped_column(Text)
    judged_on: Mapped[date] = mapped_column(comment="the day it was judged for: class's first day, certificate's or placement's")


class Decision(Row):
    """One step of a claim: who took it, when, and what it changed."""

    __tablename__ = "claim_decisions"
    __table_args__ = (db.one_of("outcome", Outcome), Index("claim_decisions_claim_idx", "claim_id", "id"), {"info": keeping.APPEND_ONLY})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"))
    action: Mapped[str] = mapped_column(Text)
    from_status: Mapped[str | None] = mapped_column(Text)
    to_status: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text, comment="the account")
    actor_name: Mapped[str | None] = mapped_column(Text, comment="the account's name at the time, from the token")
    role: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID | None] = mapped_column(comment="the person behind the account: four eyes are four persons")
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    comment: Mapped[str | None] = mapped_column(Text, comment="the comment or the reason given")
    trainee_id: Mapped[UUID | None] = mapped_column(comment="the line that was resolved")
    outcome: Mapped[str | None] = mapped_column(Text)
    lines: Mapped[list[dict[str, str]] | None] = mapped_column(
        JSONB(none_as_null=True), comment="what was said of single persons: trainee_id and reason of each"
    )
    other_claim_id: Mapped[UUID | None] = mapped_column(ForeignKey("claims.id"), comment="the claim that a line was split into or from")


ANSWER = (
    "status",
    "decided_at",
    "decided_by",
    "decided_by_name",
    "decided_by_person_id",
    "decision_reason",
    "overcame",
    "follows",
    "new_claim_id",
)


class Appeal(db.Versioned, Row):
    """An objection to how a claim, or one person of it, was judged or decided; and how it was answered."""

    __tablename__ = "claim_appeals"
    __table_args__ = (
        db.one_of("status", AppealStatus),
        db.one_of("follows", AppealFollows),
        CheckConstraint("(status = 'received') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(status = 'upheld') = (follows IS NOT NULL)", name="followed"),
        Index("claim_appeals_claim_idx", "claim_id", "id"),
        Index("claim_appeals_waiting_idx", "due_on", "id", postgresql_where=text("status = 'received'")),
        Index(  # of whom it was first: a merge makes no second one of two that are open
            "claim_appeals_open_key",
            "claim_id",
            text("coalesce(merged_from, trainee_id)"),
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("status = 'received'"),
        ),
        {"info": {"rows": keeping.Rows(("trainee_id", "merged_from", "version", *ANSWER), settled=("old.status <> 'received'", ANSWER))}},
    )

    claim_id: Mapped[UUID] = mapped_column(ForeignKey("claims.id"))
    trainee_id: Mapped[UUID | None] = mapped_column(comment="null: the whole claim")
    merged_from: Mapped[UUID | None] = mapped_column(comment="of whom it was before they were merged into this one")
    reason: Mapped[str] = mapped_column(Text)
    attachments: Mapped[list[str]] = mapped_column(JSONB)
    on_behalf: Mapped[bool] = mapped_column(server_default=text("false"), comment="entered by an office for the person")
    actor: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID | None]
    institution_id: Mapped[UUID | None] = mapped_column(comment="which made it")
    region_code: Mapped[str | None] = mapped_column(Text, comment="the town that entered it")
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_on: Mapped[date | None] = mapped_column(comment="to be decided by then; null beyond the calendar")
    status: Mapped[str] = mapped_column(Text, server_default=text("'received'"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_by_name: Mapped[str | None] = mapped_column(Text, comment="the account's name at the time, from the token")
    decided_by_person_id: Mapped[UUID | None]
    decision_reason: Mapped[str | None] = mapped_column(Text)
    overcame: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True), comment="codes that refuse no more and hold instead")
    follows: Mapped[str | None] = mapped_column(Text)
    new_claim_id: Mapped[UUID | None] = mapped_column(ForeignKey("claims.id"), comment="the claim on which its lines go on")


class DueReassessment(Row):
    """A class whose claims are to be judged anew, or a claim without one, and the event that says so. `look_at`: not before; it moves on while the registry does not answer."""

    __tablename__ = "due_reassessments"
    __table_args__ = (Index("due_reassessments_look_at_idx", "look_at"), {"info": keeping.DELETABLE})

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    cause: Mapped[str] = mapped_column(Text, comment="the event's type")
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="when it happened, by the policy clock")
    look_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
