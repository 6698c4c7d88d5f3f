"""A claim's dossier: everything about it that is kept, put together in one transaction and set as a PDF with Chinese fonts in it."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy import clients
from services.subsidy.claims import lines, steps
from services.subsidy.claims.clients import FileRead, files
from services.subsidy.claims.policy import MACHINE
from services.subsidy.claims.tables import Claim, Decision
from services.subsidy.dossiers.policy import Part, bound, contents
from services.subsidy.funds import reading as funds
from services.subsidy.notices.tables import Notice
from services.subsidy.payments.tables import Payment, PaymentBatch
from services.subsidy.receipts.reading import key_of
from services.subsidy.schemes import operations as schemes
from shared import clock, county, deeds, receipts
from shared.access import Call
from shared.codes import label
from shared.typesetting import typeset
from shared.web import Kernel

TEMPLATE: Final = Path(__file__).with_name("dossier.typ")
AUTOMATIC: Final = "系统"
_TITLES = {step.action: step.title for step in MACHINE.steps} | {"split": "另立新单"}


@dataclass(frozen=True, slots=True)
class Told:
    """What the registry says of whom and what a claim names."""

    names: clients.Names
    files: Sequence[FileRead]


async def told(kernel: Kernel, call: Call, claim_id: UUID) -> Told:
    """Asked ahead of the transaction, once each."""
    async with kernel.reading() as session:
        claim = await steps.load(session, call, claim_id)
        people = await lines.shown_of(session, claim.id)
    named = clients.names(
        kernel,
        call,
        trainee_ids={line["trainee_id"] for line in people} | ({claim.trainee_id} if claim.trainee_id else set()),
        institution_ids=[claim.institution_id] if claim.institution_id else (),
        class_ids=[claim.class_id] if claim.class_id else (),
    )
    return Told(*await asyncio.gather(named, files(kernel, call, [UUID(each) for each in claim.attachments])))


async def dossier(session: AsyncSession, call: Call, kernel: Kernel, claim_id: UUID, told: Told) -> tuple[str, bytes]:
    """The claim's number and its dossier, as the claim stands. It names people, so the reading is on the trail."""
    claim, done = await steps.load_with_history(session, call, claim_id)
    people = await lines.shown_of(session, claim.id)
    notices = (await session.scalars(select(Notice).where(Notice.claim_id == claim.id).order_by(Notice.id))).all()
    of_claim = select(Payment, PaymentBatch.number).join(PaymentBatch, PaymentBatch.id == Payment.batch_id)
    payments = (await session.execute(of_claim.where(Payment.claim_id == claim.id).order_by(Payment.id))).all()
    fund = await funds.find(session, claim.fund_id) if claim.fund_id else None
    head = [*_head(claim, told.names, funds.called(fund.name, fund.year, fund.source) if fund else "未定")]
    parts = [
        Part("申领单", ("项目", "内容"), (1, 4), head),
        Part(
            "人员名单与判定", ("序号", "姓名", "证件号码", "结论", "金额(元)", "算式"), (1, 2, 4, 2, 2, 6), [*_people(people, told.names)]
        ),
        Part("审核意见", ("姓名", "意见", "所见", "规定", "依据"), (2, 3, 5, 4, 3), [*_findings(people, told.names)]),
        Part("办理记录", ("时间", "步骤", "办理人", "意见"), (3, 2, 3, 6), [*_steps(done, told.names)]),
        Part("公示", ("编号", "张贴", "公示期", "金额(元)", "结果"), (3, 2, 4, 2, 2), [*map(_notice, notices)]),
        Part(
            "拨付",
            ("批次", "收款户名", "收款账号", "金额(元)", "状态", "付款日", "凭证号"),
            (4, 4, 4, 2, 2, 2, 3),
            [*map(_payment, payments)],
        ),
        Part("附件", ("名称", "类型", "摘要(SHA-256)"), (3, 2, 5), [(each.name, each.media_type, each.sha256) for each in told.files]),
    ]
    vouched = {"claim_id": str(claim.id), "number": claim.number, "version": claim.version, "parts": contents(parts)}
    signed = receipts.signed(key_of(kernel), vouched)
    check = [
        ("事实摘要", claim.facts_hash),
        ("条款摘要", claim.terms_hash),
        ("申领单版本", str(claim.version)),
        ("签名公钥", f"{signed['key_id']}(/v1/claim-receipts/key)"),
        ("目录签名", signed["signature"]),
        ("判定凭证", f"/v1/claims/{claim.id}/receipt"),
    ]
    here, made = county.here(), f"{_at(call.now)} 由 {call.actor.name or call.actor.subject} 编制"
    whole = bound(f"{here.name}职业技能培训补贴申领卷宗", claim.number, made, head, check, parts)
    details = {"version": claim.version, "parts": [each.hash for each in parts]}
    await deeds.record(session, call, "claim.dossier_read", claim.id, event=False, details=details)
    return claim.number, await asyncio.to_thread(typeset, TEMPLATE, whole)


def _head(claim: Claim, names: clients.Names, fund: str) -> Iterator[tuple[str, str]]:
    applicant = names.institutions.get(claim.institution_id) if claim.institution_id else None
    person = names.trainees.get(claim.trainee_id) if claim.trainee_id else None
    class_ = names.classes.get(claim.class_id) if claim.class_id else None
    yield "申领单号", claim.number
    yield "补贴项目", schemes.from_files().schemes[claim.scheme].title
    yield "申领人", applicant.name if applicant else f"{person.name}({person.id_number_masked})" if person else ""
    if class_:
        yield "班级", f"{class_.name}({class_.number}),{claim.class_starts_on} 至 {claim.class_ends_on}"
    yield "资金", fund
    yield "适用条款", f"{claim.terms_document},自 {claim.terms_in_force_from} 起施行"
    yield "金额", f"{claim.amount:.2f} 元"
    yield "状态", label("claim_status", claim.status)
    yield "提交", _at(claim.submitted_at) if claim.submitted_at else "未提交"


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"


def _name(names: clients.Names, trainee_id: UUID) -> tuple[str, str]:
    found = names.trainees.get(trainee_id)
    return (found.name, found.id_number_masked) if found else ("", "")


def _people(people: Sequence[Mapping[str, Any]], names: clients.Names) -> Iterator[Sequence[str]]:
    for number, line in enumerate(people, 1):
        settled = (
            f"(复审:{label('line_outcome', line['resolution']['outcome'])},{line['resolution']['reason']})" if line["resolution"] else ""
        )
        verdict = label("line_verdict", line["verdict"])
        yield str(number), *_name(names, line["trainee_id"]), verdict, f"{line['amount']:.2f}", line["calculation"] + settled


def _findings(people: Sequence[Mapping[str, Any]], names: clients.Names) -> Iterator[Sequence[str]]:
    for line in people:
        for each in line["findings"]:
            code = f"{label('finding', each['code'])}({label('finding_effect', each['effect'])})"
            basis = f"{each['basis']['document']} {each['basis']['clause']}"
            yield _name(names, line["trainee_id"])[0], code, each["seen"], each["allowed"], basis


def _steps(done: Sequence[Decision], names: clients.Names) -> Iterator[Sequence[str]]:
    for each in done:
        said = [each.comment or "", *(f"{_name(names, UUID(one['trainee_id']))[0]}:{one['reason']}" for one in each.lines or ())]
        by = f"{each.actor_name or each.actor}({AUTOMATIC if each.role == 'service' else label('role', each.role)})"
        yield _at(each.at), _TITLES.get(each.action, each.action), by, ";".join(filter(None, said))


def _notice(notice: Notice) -> Sequence[str]:
    ended = "期满批准" if notice.concluded_on else "撤出公示" if notice.closed_on else "公示中"
    return notice.number, str(notice.posted_on), f"{notice.from_on} 至 {notice.until_on}", f"{notice.amount_yuan:.2f}", ended


def _payment(row: Any) -> Sequence[str]:
    payment, batch = row
    status, paid_on = label("payment_status", payment.status), payment.paid_on
    account, voucher = payment.account_masked or "未登记", payment.voucher_no or ""
    return batch, payment.payee_name, account, f"{payment.amount_yuan:.2f}", status, str(paid_on or ""), voucher
