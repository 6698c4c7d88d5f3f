"""Minting: the certificates of those who passed an assessment, with consecutive numbers, in one statement."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import LargeBinary, Text, Uuid, bindparam, cast, column, func, insert, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import rules
from services.evaluation.certificates import policy
from services.evaluation.certificates.reading import key_of, thin
from services.evaluation.certificates.tables import Certificate, CertificateSerial
from services.evaluation.clients import Holder
from shared import db, deeds, errors, seeking
from shared.access import Call
from shared.web import Kernel

PERSON_LOCKS = 1024  # buckets: a batch of any size takes at most so many locks


@dataclass(frozen=True, slots=True)
class Batch:
    """What the certificates of one assessment have in common."""

    assessment_id: UUID
    filing_id: UUID
    institution_id: UUID
    issuer: str
    prefix: str
    occupation_code: str
    level: str
    held_on: date
    class_id: UUID | None
    school_id: UUID | None


async def lock_persons(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Lets one transaction at a time certify a given person, so that of two batches at once the later one sees what the earlier has issued. Always in the
    same order."""
    buckets = sorted({each.int % PERSON_LOCKS for each in ids})
    await session.execute(
        text("SELECT pg_advisory_xact_lock(4212, bucket) FROM unnest(CAST(:buckets AS int[])) AS bucket"), {"buckets": buckets}
    )


async def mint(session: AsyncSession, call: Call, kernel: Kernel, batch: Batch, people: Mapping[UUID, Holder | None]) -> int:
    """One certificate for each of these people, dated today, with the name that is printed on it (None: not known, so not kept). Serials run on per body,
    year and level; nobody else gets one until this transaction ends."""
    if not people:
        return 0
    numbers = await _numbers(session, kernel, batch, call.today.year, len(people))
    each = (
        func.unnest(
            bindparam("ids", [db.new_id() for _ in people], ARRAY(Uuid)),
            bindparam("trainees", list(people), ARRAY(Uuid)),
            bindparam("numbers", numbers, ARRAY(Text)),
            bindparam("keys", [key_of(kernel, number) for number in numbers], ARRAY(LargeBinary)),
            bindparam(
                "printed", [json.dumps(policy.prints(each.name if each else None, call.today)) for each in people.values()], ARRAY(Text)
            ),
            bindparam("employers", [each.employer_id if each else None for each in people.values()], ARRAY(Uuid)),
        )
        .table_valued(
            column("id", Uuid),
            column("trainee_id", Uuid),
            column("number", Text),
            column("number_key", LargeBinary),
            column("prints", Text),
            column("employer_id", Uuid),
        )
        .render_derived()
    )
    same = {
        "version": 1,
        "kind": "skill_level",
        "occupation_code": batch.occupation_code,
        "level": batch.level,
        "issued_on": call.today,
        "issuer": batch.issuer,
        "issuer_institution_id": batch.institution_id,
        "filing_id": batch.filing_id,
        "assessment_id": batch.assessment_id,
        "class_id": batch.class_id,
        "school_id": batch.school_id,
        "exam_held_on": batch.held_on,
        "registered_at": call.now,
    }
    rows = select(
        each.c.id,
        each.c.trainee_id,
        each.c.number,
        each.c.number_key,
        cast(each.c.prints, JSONB),
        each.c.employer_id,
        *(literal(value, Certificate.__table__.c[name].type) for name, value in same.items()),
    )
    minted = insert(Certificate).from_select(["id", "trainee_id", "number", "number_key", "prints", "employer_id", *same], rows)
    made = (await session.execute(minted.returning(*seeking.beside(Certificate)))).all()
    details = {"assessment_id": batch.assessment_id}
    await deeds.record_all(session, [deeds.deed(call, "certificate.issued", row.id, details=details, **thin(row)) for row in made])
    return len(made)


async def _numbers(session: AsyncSession, kernel: Kernel, batch: Batch, year: int, count: int) -> list[str]:
    """The next free numbers. One that was registered as an outside certificate before is passed over: it cannot be given twice."""
    numbers: list[str] = []
    digit = rules.levels()[batch.level].digit
    if digit is None:
        raise ValueError(f"{batch.level} has no number of this shape")  # no batch of it is announced
    group = policy.serial_group(year, digit)
    while missing := count - len(numbers):
        taken = upsert(CertificateSerial).values(prefix=batch.prefix, year_and_level=group, last=missing)
        taken = taken.on_conflict_do_update(index_elements=["prefix", "year_and_level"], set_={"last": CertificateSerial.last + missing})
        last = await session.scalar(taken.returning(CertificateSerial.last)) or 0
        if last > policy.SERIALS_AT_MOST:
            raise errors.Conflict(f"机构编码 {batch.prefix} 本年度该等级的证书序号已用完(至多 {policy.SERIALS_AT_MOST} 个)。")
        new = {
            key_of(kernel, number): number
            for number in (policy.make_number(batch.prefix, year, digit, last - place) for place in range(missing))
        }
        used = set(
            await session.scalars(select(Certificate.number_key).where(Certificate.kind == "skill_level", Certificate.number_key.in_(new)))
        )
        numbers += [number for key, number in new.items() if key not in used]
    return sorted(numbers)
