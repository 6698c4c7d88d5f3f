"""An assessment from state to state: which step may be taken now, and what is told of each. What a step does stands with who takes it."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from services.evaluation import rules
from services.evaluation.assessments import policy, reading
from services.evaluation.assessments.errors import REFUSALS, SamePerson, SupervisionMissing
from services.evaluation.assessments.schemas import AssessmentOut, AssessmentPaper, Proof
from services.evaluation.assessments.tables import Assessment, Candidate
from services.evaluation.examiners import facts as examiners
from services.evaluation.examiners.policy import card_invalid
from services.evaluation.filings import policy as filings
from services.evaluation.filings import reading as filing_reading
from services.evaluation.filings.tables import Filing
from shared import changes, codes, county, deeds, wire
from shared.access import Call
from shared.steps import Further, Machine, Refusal

UNTIL_DECIDED: Final = (None, "approve", "reject", "issue")  # what amendments that are proposed make possible, or stop


async def begin(
    session: AsyncSession, call: Call, assessment_id: UUID, action: str, *, lock: bool = True, bar: Refusal | None = None
) -> Assessment:
    """The batch, locked, at the version the caller knows, where this step may be taken now. `bar`: why its institution takes no part."""
    assessment = await reading.find(session, call, assessment_id, lock=lock)
    call.match(assessment.version)
    further = await _further(session, call, assessment, bar, for_action=action, lock=lock)
    if refusal := machine_of(county.folder()).why_not(action, assessment.status, call.actor.doer, further=further):
        raise REFUSALS[refusal.code](refusal.detail)
    return assessment


async def finish(
    session: AsyncSession, call: Call, assessment: Assessment, done: str, *, bar: Refusal | None = None, **details: Any
) -> AssessmentPaper:
    assessment.changed_at = call.now
    flag_modified(assessment, "changed_at")  # results and supervision are part of the paper: they raise its version too
    await session.flush()
    told = {name: value for name, value in details.items() if value is not None}
    reports = [each.report for each in await reading.supervision(session, assessment.id)]
    await deeds.record(
        session,
        call,
        f"assessment.{done}",
        assessment.id,
        details=told,
        filing_id=assessment.filing_id,
        class_id=assessment.class_id,
        status=assessment.status,
        version=assessment.version,
        file_ids=changes.file_ids([*reports, *(each["file_id"] for each in assessment.proofs)]),
    )
    return await paper(session, call, assessment, bar)


async def count(session: AsyncSession, assessment: Assessment) -> None:
    """Who sat the exam and who of them passed, by the results as they are now."""
    await session.flush()
    counted = select(func.count().filter(~Candidate.absent), func.count().filter(Candidate.passed.is_(True)))
    assessment.sat, assessment.passed = (await session.execute(counted.where(Candidate.assessment_id == assessment.id))).one()


async def paper(session: AsyncSession, call: Call, assessment: Assessment, bar: Refusal | None) -> AssessmentPaper:
    """The batch with its people and every action and, where the caller may not take it now, why."""
    people = await reading.candidates(session, assessment.id)
    machine = machine_of(county.folder())
    further = await _further(session, call, assessment, bar)
    found = {step.action: machine.why_not(step.action, assessment.status, call.actor.doer, further=further) for step in machine.steps}
    filing = await session.get_one(Filing, assessment.filing_id)
    staff = filings.staff_on(filing.staff, filing.staff_history, assessment.held_on)
    named = {each["card"]: each["name"] for team in staff.values() for each in team}
    return AssessmentPaper.model_validate(
        AssessmentOut.model_validate(assessment).model_dump()
        | {
            "candidates": [each.trainee_id for each in people],
            "people": [{"trainee_id": each.trainee_id} for each in people],
            "assessor_names": [{"card": card, "name": named.get(card)} for card in assessment.assessors],
            "results": [each._mapping for each in people if each.passed is not None],
            "supervision": [
                {**each._mapping, "supervisor_name": named.get(each.supervisor)}
                for each in await reading.supervision(session, assessment.id)
            ],
            "amendments": [each._mapping for each in await reading.amendments(session, assessment.id)],
            "warnings": [
                *assessment.warnings,
                *_of_method(assessment, people),
                *_held_already(assessment, people),
                *await _of_cards(session, assessment, named),
                *_of_filing(assessment, filing_reading.covered(filing), call.today),
                *_of_class(assessment, people, call.told.get("examined_classes", {}).get(str(assessment.class_id))),
            ],
            "certificates_issued": sum(each.certified for each in people) if assessment.status == "issued" else 0,
            "allowed_actions": wire.allowed_actions(found),
        }
    )


async def _further(
    session: AsyncSession, call: Call, assessment: Assessment, bar: Refusal | None, for_action: str | None = None, *, lock: bool = False
) -> Further:
    """A batch is moved and cancelled before it is held; locked once it was held and supervised; an amendment is approved by another person than proposed it; certificates are issued from the day of the exam on, once all amendments are decided on, within the filing on both days, by an institution that takes part.

    `for_action`: only what this one asks is read. `lock`: the filing is locked as well, so that it is not suspended or revoked in between.
    """
    found: dict[str, Refusal | None] = {}
    if for_action in (None, "lock") and assessment.status == "open" and not await reading.supervision(session, assessment.id):
        found["lock"] = Refusal(SupervisionMissing.code, f"{SupervisionMissing.cause}{SupervisionMissing.remedy}")
    if for_action in (None, "lock") and assessment.status == "open" and call.today < assessment.held_on:
        found["lock"] = Refusal("invalid_state", f"考核日期为 {assessment.held_on},今天是 {call.today}。请在考核之后锁定成绩。")
    if for_action in (None, "reschedule", "cancel") and assessment.status == "open" and await reading.held(session, assessment.id):
        found["reschedule"] = found["cancel"] = Refusal("invalid_state", "已有成绩或督导记录,考核已经举行,不能改期或取消。")
    elif for_action in (None, "reschedule") and assessment.held_on < call.today:
        found["reschedule"] = Refusal("invalid_state", f"考核日期 {assessment.held_on} 已过,不能改期。没有举行的请取消后新建。")
    pending = await reading.proposers(session, assessment.id) if for_action in UNTIL_DECIDED else []
    if not pending:
        found["approve"] = found["reject"] = Refusal("invalid_state", "没有待批准的成绩更正。")
    elif all(each == call.actor.doer.person for each in pending):
        found["approve"] = Refusal(SamePerson.code, "待批准的更正由您提出,须由另一人批准。")
    if pending:
        found["issue"] = Refusal("invalid_state", f"有 {len(pending)} 项成绩更正待批准。请先批准或不批准,再发证。")
    elif for_action in (None, "issue") and assessment.status == "issued" and not await reading.uncertified(session, assessment, call.today):
        found["issue"] = Refusal("invalid_state", "本批次的合格考生均已发证,或已持有该等级。")
    elif for_action in (None, "issue") and assessment.status in ("locked", "issued"):
        filing = await session.get_one(Filing, assessment.filing_id, with_for_update={"read": True} if lock else None)
        found["issue"] = bar or _cannot_issue(assessment, filing_reading.covered(filing), call)
    return found.get


def _cannot_issue(assessment: Assessment, coverage: filings.Coverage | None, call: Call) -> Refusal | None:
    if too_early := policy.too_early_to_issue(assessment.held_on, call.today):
        return Refusal("invalid_state", too_early)
    until = policy.on_notice_until(assessment.method, _proofs(assessment))
    if until is not None and call.today <= until:
        return Refusal("invalid_state", f"直接认定的公示至 {until} 结束,今天是 {call.today}。请在公示结束后发证。")
    reason = _outside(assessment, coverage, call.today)
    return Refusal("out_of_scope", f"{reason}。不能据此发证。") if reason else None


def _outside(assessment: Assessment, coverage: filings.Coverage | None, issued_on: date) -> str | None:
    """Why the filing does not cover the batch on the day of the exam and on the one of its certificates, or None."""
    level = rules.levels()[assessment.level]
    reasons = (filings.out_of_scope(coverage, assessment.occupation_code, level, day) for day in (assessment.held_on, issued_on))
    return next(filter(None, reasons), None)


def _held_already(assessment: Assessment, people: Sequence[Any]) -> list[dict[str, Any]]:
    """Who passed and was left out when the certificates were issued: another batch was issued first."""
    left_out = [n for n, each in enumerate(people) if each.passed and not each.certified] if assessment.status == "issued" else []
    detail = "合格而没有本批次的证书:发证时已持有该等级或更高等级,或成绩是发证后更正的。"
    return [{"code": "not_certified", "pointer": f"/candidates/{n}", "detail": detail} for n in left_out]


async def _of_cards(session: AsyncSession, assessment: Assessment, named: Mapping[str, str]) -> list[dict[str, Any]]:
    """Assessors whose card holds no more on the day of the exam, though it did when the batch was announced: shown until its certificates are issued."""
    if assessment.status not in ("open", "locked"):
        return []
    known = await examiners.registered(session, set(assessment.assessors))
    found = ((n, card_invalid(known[card], named.get(card), assessment.held_on)) for n, card in enumerate(assessment.assessors))
    said = [(n, f"{reason}。请在发证之前核实,确有问题的重新考核。") for n, reason in found if reason]
    return [{"code": "card_invalid", "pointer": f"/assessors/{n}", "detail": detail} for n, detail in said]


def _of_filing(assessment: Assessment, coverage: filings.Coverage | None, today: date) -> list[dict[str, Any]]:
    """What became of the filing since the batch was announced: shown until its certificates are issued."""
    if assessment.status not in ("open", "locked"):
        return []
    reason = _outside(assessment, coverage, max(today, assessment.held_on))
    detail = f"{reason}。按此备案不能发证;没有举行的请改期或取消。"
    return [{"code": "out_of_scope", "pointer": "/filing_id", "detail": detail}] if reason else []


def _of_class(assessment: Assessment, people: Sequence[Any], now: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """What became of the class since the batch was announced: shown until its certificates are issued. `now`: as told; None: nobody has said."""
    if now is None or assessment.status not in policy.NOT_ISSUED:
        return []
    if now["status"] in policy.NOT_HELD:
        detail = "所写的班级已取消或未获批准。请核实;没有举行的考核请取消。"
        return [{"code": "class_not_held", "pointer": "/class_id", "detail": detail}]
    found = []
    if first := policy.before_class_end(assessment.method, assessment.held_on, policy.Held(now["starts_on"], now["ends_on"])):
        detail = f"班级已改期,考核不得早于 {first},而考核日期为 {assessment.held_on}。没有举行的请改期;已举行的请在发证之前核实。"
        found.append({"code": "exam_before_class_end", "pointer": "/held_on", "detail": detail})
    left = [n for n, each in enumerate(people) if each.trainee_id not in now["in_class"]]
    detail = "该考生已不在本班。请在发证之前核实。"
    return [*found, *({"code": "candidate_not_in_class", "pointer": f"/candidates/{n}", "detail": detail} for n in left)]


def _proofs(assessment: Assessment) -> list[policy.Proof]:
    said = (Proof.model_validate(each) for each in assessment.proofs)
    return [policy.Proof(each.name, each.from_on, each.until_on) for each in said]


def _of_method(assessment: Assessment, people: Sequence[Any]) -> list[dict[str, Any]]:
    """What the method asks and the batch lacks: shown until it is there."""
    marked = [each for each in people if each.passed is not None and not each.absent]
    days = [len({module.get("held_on") for module in each.modules}) for each in marked]
    lacking = policy.wanting(assessment.method, assessment.modules, _proofs(assessment), days)
    return [{"code": "method_wanting", "detail": f"{lacking}。"}] if lacking else []


@cache
def machine_of(_folder: Path) -> Machine:
    """With the county's words for the states."""
    return Machine("评价批次", {code: label.zh for code, label in codes.labels("assessment_status").items()}, policy.STEPS)
