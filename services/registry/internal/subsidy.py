"""What subsidy asks: all facts of a class, or of people by themselves, that a claim is judged by, and the accounts to pay."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Response
from pydantic import Field
from sqlalchemy import exists, func, select, true
from sqlalchemy.orm import aliased, defer

from services.registry import fields
from services.registry.files import visibility
from services.registry.files.tables import File
from services.registry.institutions.institutions.tables import Institution
from services.registry.people.trainees import reading as trainees
from services.registry.people.trainees.conditions import IS_THE_ONE, WRITTEN_AS
from services.registry.people.trainees.tables import Trainee
from services.registry.training.eligibility import facts, reading, schemas
from shared import access, deeds, names, web, wire
from shared.national_numbers import compact

classes = web.Router("classes")
named_files = web.Router("files")
identities = web.Router("identities")
Ids = Annotated[list[UUID], Field(max_length=10_000)]


class PayeesIn(wire.In):
    institution_ids: Ids = []
    trainee_ids: Ids = []


class Payee(wire.Out):
    """`bank_account` in full, for a bank file; null: none is known. `account_of`: the institution that gives a trainee's account as its own;
    `account_shared`: whether another trainee has it; `merged_into`: who a trainee goes on as, who is the payee."""

    id: UUID
    name: str
    bank_account: str | None
    account_of: str | None = None
    account_shared: bool = Field(False, description="同一账户是否也登记在另一学员名下")
    merged_into: UUID | None = Field(None, description="并入的学员的编号(UUID);没有并入的为 null")


class PayeesOut(wire.Out):
    institutions: list[Payee]
    trainees: list[Payee]


@classes.operation(
    "POST",
    "/internal/v1/claim-facts",
    may=access.INTERNAL,
    summary="一个班级用于核定补贴的全部事实",
    writes=False,
    response_model=schemas.ClaimFacts,
)
async def claim_facts(body: schemas.FactsAsked, kernel: web.KernelOf) -> Response:
    told = await reading.gather(kernel, body.class_id, body.trainee_ids)
    return Response(orjson.dumps(told), media_type="application/json")


@identities.operation(
    "POST",
    "/internal/v1/people-facts",
    may=access.INTERNAL,
    summary="一些人员用于核定补贴的事实,不涉及班级",
    writes=False,
    response_model=schemas.PeopleFacts,
)
async def people_facts(body: schemas.PeopleAsked, kernel: web.KernelOf) -> Response:
    told = await facts.of_people(kernel, body.trainee_ids, body.institution_id, catalogues=body.catalogues)
    return Response(orjson.dumps(told), media_type="application/json")


@identities.operation("POST", "/internal/v1/payees", may=access.INTERNAL, summary="收款账号全号,供生成银行文件;记入审计", key=None)
async def payees(asked: PayeesIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> PayeesOut:
    """Accounts in full; each reading is on the trail. A merged trainee is paid as the one they go on as, under the id that was asked for."""
    institutions = await session.execute(
        select(Institution.id, Institution.name, Institution.bank_account)
        .where(Institution.id.in_(asked.institution_ids))
        .order_by(Institution.id)
    )
    other = aliased(Trainee)
    shared = exists().where(other.bank_account_key == Trainee.bank_account_key, other.id != Trainee.id, other.merged_into.is_(None))
    same = select(func.min(Institution.name)).where(Institution.bank_account_key == Trainee.bank_account_key)
    trainees = await session.execute(
        select(
            WRITTEN_AS.id,
            WRITTEN_AS.merged_into,
            Trainee.id.label("kept_at"),
            Trainee.name,
            Trainee.bank_account,
            shared.label("account_shared"),
            same.scalar_subquery().label("account_of"),
        )
        .join(Trainee, IS_THE_ONE)
        .where(WRITTEN_AS.id.in_(asked.trainee_ids))
        .order_by(WRITTEN_AS.id)
    )
    answer = PayeesOut(
        institutions=[
            Payee(
                id=row.id, name=row.name, bank_account=fields.opened(kernel.vault, "institutions", row.id, "bank_account", row.bank_account)
            )
            for row in institutions
        ],
        trainees=[
            Payee(
                id=row.id,
                name=row.name,
                bank_account=fields.opened(kernel.vault, "trainees", row.kept_at, "bank_account", row.bank_account),
                account_of=row.account_of,
                account_shared=row.account_shared,
                merged_into=row.merged_into,
            )
            for row in trainees
        ],
    )
    read = [("institution", each.id) for each in answer.institutions] + [("trainee", each.id) for each in answer.trainees]
    await deeds.record_all(session, [deeds.deed(call, "payee.read", subject, subject_type=kind, event=False) for kind, subject in read])
    return answer


class FilesIn(wire.In):
    file_ids: Ids = Field(description="附件编号")
    viewer: names.Viewer | None = Field(None, description="如其令牌所述:只列此人可引用的,即本人、本机构、本乡镇上传的,经办机构不限")


class NamedFile(wire.Out):
    id: UUID
    name: str = Field(examples=["签到表.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])


class NamedFiles(wire.Out):
    files: list[NamedFile] = Field(description="按所问的次序;不知道的、不可引用的不列")


@named_files.operation("POST", "/internal/v1/files-named", may=access.INTERNAL, summary="附件的名称和摘要,供成卷", writes=False)
async def files_named(asked: FilesIn, session: web.Session) -> NamedFiles:
    """In the order asked for; what is unknown is left out. The contents stay where they are. Whoever sees a paper reads its files: so a paper may name only
    what its `viewer` reads anyway."""
    may = visibility.rows(access.actor_of(asked.viewer)) if asked.viewer else true()
    wanted = select(File).where(File.id.in_(asked.file_ids), may).options(defer(File.content))
    found = {each.id: each for each in await session.scalars(wanted)}
    return NamedFiles(files=[NamedFile.model_validate(found[each]) for each in asked.file_ids if each in found])


class NumbersIn(wire.In):
    id_numbers: list[str] = Field(max_length=5_000, description="证件号码")


class Numbered(wire.Out):
    """In the order asked for, by the id that they go on as."""

    trainee_ids: list[UUID | None] = Field(description="没有登记的为 null")


@identities.operation("POST", "/internal/v1/trainees-numbered", may=access.INTERNAL, summary="证件号码对应的学员,供审计核对名单", key=None)
async def trainees_numbered(asked: NumbersIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> Numbered:
    """Whoever had the number, also under one given up in a merge. That so many were asked for is on the trail."""
    keys = [kernel.vault.blind(compact(number), fields.ID_NUMBER) for number in asked.id_numbers]
    known = await trainees.registered_by(session, set(keys))
    found = [known.get(key) for key in keys]
    details = {"numbers": len(keys), "found": sum(each is not None for each in found)}
    await deeds.record(session, call, "trainee.looked_up", None, details=details, event=False)
    return Numbered(trainee_ids=found)
