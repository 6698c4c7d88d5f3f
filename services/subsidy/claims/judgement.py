"""How an application is judged: what was asked for, checked against the class, the fund and the terms, with its facts and verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy import clients
from services.subsidy.claims.errors import NotYourClaim
from services.subsidy.claims.facts_gathering import Wanted, claim_facts, history, lock_persons
from services.subsidy.funds import operations as funds
from services.subsidy.judging.facts import ClaimFacts
from services.subsidy.judging.verdict import ClaimVerdict, judge_claim
from services.subsidy.schemes import operations as schemes
from services.subsidy.schemes.codes import CLAIM_KINDS, SCHEMES
from services.subsidy.schemes.errors import TermsMissing
from services.subsidy.schemes.policy import Terms
from shared import errors
from shared.access import Actor, Call
from shared.strict import digest, to_json
from shared.web import Kernel


@dataclass(frozen=True, slots=True)
class Asked:
    """An application as it was asked for. `lines` None: everyone who completed the class."""

    kind: str
    scheme: str
    institution_id: UUID | None
    trainee_id: UUID | None
    on_behalf: bool
    class_id: UUID | None
    fund_id: UUID
    lines: tuple[Wanted, ...] | None


@dataclass(frozen=True, slots=True)
class Judged:
    asked: Asked
    lines: tuple[Wanted, ...]
    class_: clients.ClassRead
    terms: Terms
    facts: ClaimFacts
    facts_json: dict[str, Any]
    facts_hash: str
    verdict: ClaimVerdict


def check_applicant(actor: Actor, asked: Asked) -> None:
    """An institution applies for itself, a person for themself, a town on behalf of a person."""
    allowed = {
        "institution": asked.institution_id is not None and asked.institution_id == actor.institution_id,
        "person": asked.trainee_id is not None and asked.trainee_id == actor.trainee_id,
        "town": asked.trainee_id is not None and actor.region_code is not None,
    }
    if not allowed.get(actor.role, False):
        words = {"institution": "本机构的 institution_id", "person": "本人的 trainee_id", "town": "本辖区人员的 trainee_id"}
        raise NotYourClaim(f"applicant 须为{words.get(actor.role, '申领人')}。")


async def judge(
    session: AsyncSession, call: Call, kernel: Kernel, asked: Asked, *, own_claim_id: UUID | None = None, submitting: bool = False
) -> Judged:
    """Asks registry once, before anything of the claim is read or locked; then judges. `submitting` waits for others who claim the same people."""
    class_id = _asked_for_a_class(asked)
    named = (asked.trainee_id,) if asked.trainee_id else None if asked.lines is None else tuple(line.trainee_id for line in asked.lines)
    read = await clients.claim_facts(kernel, call, class_id, named)
    if read is None:
        raise _fault("unknown_class", "/class_id", fix="请核对班级编号。")
    fund = await funds.find(session, asked.fund_id)
    terms = (await schemes.in_force(session)).terms_on(asked.scheme, read.class_.starts_on)
    if not isinstance(terms, Terms):
        raise TermsMissing(terms.detail)
    lines = _wanted(asked, read)
    faults = [*_faults(call.actor, asked, read, terms, lines)]
    if fund is None:
        faults.insert(0, errors.Fault("unknown_fund", pointer="/fund_id", fix="请核对资金编号。"))
    if faults or fund is None:
        raise errors.Invalid(faults=faults)
    trainee_ids = {line.trainee_id for line in lines}
    if submitting:
        await lock_persons(session, trainee_ids)
    past = await history(session, trainee_ids, own_claim_id=own_claim_id, class_id=class_id)
    facts = claim_facts(read, lines, past, scheme=asked.scheme, kind=asked.kind, claimed_on=call.today, fund_source=fund.source)
    facts_json = to_json(facts)
    return Judged(asked, lines, read.class_, terms, facts, facts_json, digest(facts), judge_claim(facts, terms))


def _asked_for_a_class(asked: Asked) -> UUID:
    kind = schemes.from_files().schemes[asked.scheme].claim_kind
    faults = []
    if asked.kind != kind:
        allowed = f"{SCHEMES[asked.scheme]}属于 {kind}({CLAIM_KINDS[kind]})"
        faults.append(
            errors.Fault("kind_differs_from_scheme", pointer="/kind", seen=asked.kind, allowed=allowed, fix="请改正 kind 或 scheme。")
        )
    elif asked.kind != "training":
        faults.append(errors.Fault("kind_not_open", pointer="/kind", seen=asked.kind, allowed="training", fix="目前请申领培训补贴。"))
    elif asked.class_id is None:
        faults.append(errors.Fault("missing_field", pointer="/class_id", allowed="培训补贴按班级申领", fix="请补充该字段。"))
    if faults or asked.class_id is None:
        raise errors.Invalid(faults=faults)
    return asked.class_id


def _wanted(asked: Asked, read: clients.ClaimFactsRead) -> tuple[Wanted, ...]:
    """Those named, or everyone who completed the class; while it is not over, everyone enrolled (and each is refused as not completed)."""
    if asked.lines is not None:
        return asked.lines
    over = read.class_.status == "completed"
    members = [each for each in read.enrolments if each.outcome == "completed" or (not over and each.outcome == "enrolled")]
    return tuple(Wanted(each.trainee_id, each.enrolment_id) for each in sorted(members, key=lambda each: each.enrolment_id))


def _faults(actor: Actor, asked: Asked, read: clients.ClaimFactsRead, terms: Terms, lines: Sequence[Wanted]) -> list[errors.Fault]:
    faults = []
    if asked.institution_id is not None and read.class_.institution.id != asked.institution_id:
        faults.append(
            errors.Fault("not_your_class", pointer="/class_id", allowed="申领单位举办的班级", fix="请改正 class_id 或 applicant。")
        )
        return faults
    if asked.scheme != read.class_.channel:
        allowed = f"{read.class_.channel}({SCHEMES.get(read.class_.channel, '班级的培训渠道')})"
        faults.append(
            errors.Fault(
                "scheme_differs_from_channel", pointer="/scheme", seen=asked.scheme, allowed=allowed, fix="请改正 scheme 或 class_id。"
            )
        )
    if asked.trainee_id is not None and terms.payee != "trainee":
        faults.append(
            errors.Fault("applicant_not_payee", pointer="/applicant", allowed="该补贴发给培训组织单位", fix="请由举办该班的机构申领。")
        )
    enrolments = {each.trainee_id: each for each in read.enrolments}
    for index, line in enumerate(lines):
        enrolment = enrolments.get(line.trainee_id)
        if enrolment is None or (asked.trainee_id is not None and line.trainee_id != asked.trainee_id):
            pointer = f"/lines/{index}/trainee_id" if asked.lines is not None else "/applicant/trainee_id"
            faults.append(
                errors.Fault("unknown_trainee", pointer=pointer, allowed=f"班级 {read.class_.number} 的学员", fix="请核对学员编号。")
            )
        elif line.enrolment_id not in (None, enrolment.enrolment_id):
            faults.append(errors.Fault("unknown_enrolment", pointer=f"/lines/{index}/enrolment_id", fix="请核对,或省略 enrolment_id。"))
        elif asked.on_behalf and actor.role == "town" and enrolment.region_code != actor.region_code:
            faults.append(
                errors.Fault("not_your_town", pointer="/applicant/trainee_id", allowed="本辖区人员", fix="请由学员所在乡镇代办。")
            )
    if not lines:
        faults.append(errors.Fault("nobody_to_claim_for", pointer="/lines", allowed="至少一名学员", fix="请先办理报名、考勤和结业。"))
    return faults


def _fault(code: str, pointer: str, *, fix: str) -> errors.Invalid:
    return errors.Invalid(faults=[errors.Fault(code, pointer=pointer, fix=fix)])
