"""What a batch must satisfy, all faults at once: the day among other days, who may sit the exam, whose cards the assessors show. And what only warns."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import rules
from services.evaluation.assessments import policy, reading
from services.evaluation.assessments.facts import Announcing
from services.evaluation.assessments.schemas import AssessmentIn, AssessmentWarning, CandidateOutcome
from services.evaluation.assessments.tables import Assessment
from services.evaluation.codes import AssessmentMethod as Method
from services.evaluation.examiners import facts as examiners
from services.evaluation.examiners.policy import card_invalid
from services.evaluation.filings import policy as filings
from services.evaluation.filings.tables import Filing
from shared import errors, redaction

Ranks = Mapping[UUID, int]  # of the highest level that somebody holds in the occupation


def _numbered(body: AssessmentIn, _: date) -> Iterable[errors.Fault]:
    """A certificate of the level can be numbered."""
    levels = rules.levels()
    if levels[body.level].digit is None:
        allowed = "、".join(level.name for level in levels.values() if level.digit is not None)
        yield errors.Fault("level_without_number", "/level", seen=levels[body.level].name, allowed=allowed, fix="请改选等级。")


def _assessors(body: AssessmentIn, _: date) -> Iterable[errors.Fault]:
    for index in filings.repeated((each, "") for each in body.assessors):
        yield errors.Fault("listed_twice", f"/assessors/{index}", fix="请删除重复的一项。")


def _candidates(body: AssessmentIn, _: date) -> Iterable[errors.Fault]:
    for index in filings.repeated((str(each), "") for each in body.candidates):
        yield errors.Fault("listed_twice", f"/candidates/{index}", fix="请删除重复的一项。")


def _modules(body: AssessmentIn, _: date) -> Iterable[errors.Fault]:
    for index in filings.repeated((each, "") for each in body.modules):
        yield errors.Fault("listed_twice", f"/modules/{index}", fix="请删除重复的一项。")


def _announced(body: AssessmentIn, today: date) -> Iterable[errors.Fault]:
    """Before it is held, or with the reason why not."""
    if body.held_on < today and body.reason is None:
        fix = "请在考核之前新建;确已考核的,在 reason 中说明理由。"
        yield errors.Fault("posted_after_exam", "/held_on", seen=str(body.held_on), allowed=f"不早于 {today}", fix=fix)


def _proofs(body: AssessmentIn, _: date) -> Iterable[errors.Fault]:
    for index, each in enumerate(body.proofs):
        if each.from_on and each.until_on and each.until_on < each.from_on:
            at, allowed = f"/proofs/{index}/until_on", f"不早于 {each.from_on}"
            yield errors.Fault("invalid_period", at, seen=str(each.until_on), allowed=allowed, fix="请改正公示的起止日期。")


RULES = (_numbered, _assessors, _candidates, _modules, _announced, _proofs)


def of_days(body: AssessmentIn, known: Announcing) -> Iterable[errors.Fault]:
    """No exam before the class is over, nor before the order had its standard; of a class and an order that are."""
    taught, held_on = known.facts.class_, body.held_on
    if body.class_id is not None and taught is None:
        yield errors.Fault("unknown_batch_class", "/class_id", seen=str(body.class_id), fix="请核对班级编号,或不填。")
    if taught is not None:
        if taught.status in policy.NOT_HELD:
            yield errors.Fault("class_not_held", "/class_id", seen=str(taught.id), allowed="举办的班级", fix="请核对班级编号,或不填。")
        if first := policy.before_class_end(body.method, held_on, policy.Held(taught.starts_on, taught.ends_on)):
            fix = "请改在班级结束之后考核;过程化考核可以在班级期间。"
            yield errors.Fault("exam_before_class_end", "/held_on", seen=str(held_on), allowed=f"不早于 {first}", fix=fix)
    if body.order_id is not None and known.standard_set_on is None:
        yield errors.Fault("unknown_order", "/order_id", seen=str(body.order_id), fix="请核对订单编号,或不填。")
    elif known.standard_set_on is not None and held_on < known.standard_set_on:
        allowed = f"不早于 {known.standard_set_on}"
        yield errors.Fault("exam_before_standard", "/held_on", seen=str(held_on), allowed=allowed, fix="请在订单的标准确定之后考核。")
    for index, proof in enumerate(body.proofs):
        if proof.file_id in known.unknown_files:
            yield errors.Fault("unknown_file", f"/proofs/{index}/file_id", seen=str(proof.file_id), fix="请先上传文件。")


async def of_assessors(session: AsyncSession, body: AssessmentIn, staff: filings.Staff) -> list[errors.Fault]:
    """Assessors of the filing, whose cards hold on the day."""
    filed = {each["card"]: each["name"] for each in staff["assessors"]}
    known, found = await examiners.registered(session, set(body.assessors)), list[errors.Fault]()
    for index, card in enumerate(body.assessors):
        at, seen = f"/assessors/{index}", redaction.redact(card)
        if card not in filed:
            found.append(errors.Fault("not_a_filed_assessor", at, seen=seen, allowed="备案的考评人员的证卡", fix="请核对证卡编号。"))
        if reason := card_invalid(known[card], filed.get(card), body.held_on):
            found.append(errors.Fault("card_invalid", at, seen=seen, allowed=reason, fix=examiners.FIX))
    return found


def of_candidates(body: AssessmentIn, filing: Filing, known: Announcing, held: Ranks) -> Iterable[errors.Fault]:
    """People who are registered, in the class, the body's own where it assesses none but those, and below the level."""
    people, taught = {each.id: each for each in known.facts.trainees}, known.facts.class_
    own_alone, own = rules.here().own_workers_only(filing.body_class), rules.here().own_worker_category
    rank = rules.levels()[body.level].rank
    for index, trainee_id in enumerate(body.candidates):
        at, seen, person = f"/candidates/{index}", str(trainee_id), people.get(trainee_id)
        if person is None:
            yield errors.Fault("unknown_candidate", at, seen=seen, fix="请核对学员编号。")
            continue
        worker = policy.Candidate(person.employed_here, person.registered_here, person.categories)
        if own_alone and not policy.is_own_worker(worker, own):
            allowed = "用人单位为本单位,或由本单位登记为企业职工的学员"
            yield errors.Fault("not_own_worker", at, seen=seen, allowed=allowed, fix="请先更正学员的用人单位。")
        if taught is not None and not person.enrolled:
            yield errors.Fault("candidate_not_in_class", at, seen=seen, allowed="本班的学员", fix="请核对名单,或不填 class_id。")
        if held.get(trainee_id, 0) >= rank:
            name = next(each.name for each in rules.levels().values() if each.rank == held[trainee_id])
            yield errors.Fault(
                "level_already_held", at, seen=name, allowed="尚未取得该等级或更高等级", fix="请从名单中去掉,或改报更高等级。"
            )
    if (before := _lacking(body, known, held)) and before[0].basis_status == "confirmed":
        for index in before[1]:
            yield errors.Fault("level_below_missing", f"/candidates/{index}", allowed=_before(before[0]), fix="请核对报考条件。")


def warnings(body: AssessmentIn, known: Announcing, held: Ranks) -> list[AssessmentWarning]:
    """Who lacks what usually comes before the level, where no confirmed rule says so."""
    before = _lacking(body, known, held)
    if before is None or before[0].basis_status == "confirmed":
        return []
    detail = f"未见{_before(before[0])}的记录,请核对报考条件。"
    return [AssessmentWarning(code="level_below_missing", pointer=f"/candidates/{index}", detail=detail) for index in before[1]]


async def held_levels(session: AsyncSession, body: AssessmentIn, ids: Mapping[UUID, UUID]) -> Ranks:
    """The highest level that each candidate holds in the occupation, under whichever id; what was revoked by the day is held no more."""
    return await reading.held_ranks(session, body.occupation_code, body.held_on, {each: ids[each] for each in body.candidates})


def _lacking(body: AssessmentIn, known: Announcing, held: Ranks) -> tuple[rules.Before, list[int]] | None:
    """The rule of the level, and who has neither the level below nor a class at the level. Never of a direct recognition, whose point is to do without."""
    before, levels, taught = rules.here().before(body.level), rules.levels(), known.facts.class_
    if before is None or body.method == Method.DIRECT:
        return None
    trained = taught is not None and taught.level is not None and levels[taught.level].rank >= levels[body.level].rank
    enrolled = {each.id for each in known.facts.trainees if each.enrolled} if trained else set()
    below = levels[before.below].rank
    return before, [n for n, each in enumerate(body.candidates) if held.get(each, 0) < below and each not in enrolled]


def _before(rule: rules.Before) -> str:
    return f"{rules.levels()[rule.below].name}证书、{rule.years} 年本职业工作或本等级培训"


# What a result must satisfy: entered before the lock, or proposed after it.

OUTCOME = ("score", "passed", "absent", "modules")


def kept(result: CandidateOutcome) -> dict[str, Any]:
    """As it stands with the candidate."""
    said = result.model_dump(mode="json", include=set(OUTCOME))
    return said | ({"passed": False} if result.absent else {})


def too_early(assessment: Assessment, result: CandidateOutcome, today: date) -> Iterable[errors.Fault]:
    """No result before its exam; of a continuous assessment each has its own day."""
    days = [each.held_on or assessment.held_on for each in result.modules]
    of_process = assessment.method == Method.PROCESS and days
    last = max(days) if of_process and days else assessment.held_on
    if today < last:
        yield errors.Fault("results_before_exam", "", seen=str(today), allowed=f"不早于 {last}", fix="请在考核当日或之后录入成绩。")


def of_outcome(assessment: Assessment, result: CandidateOutcome) -> Iterable[errors.Fault]:
    """Passed or not, as the score and the modules say; every module of a modular batch; an absent candidate has nothing of these."""
    if result.absent:
        if result.passed or result.score is not None or result.modules:
            yield errors.Fault("absent_with_result", "/absent", allowed="没有成绩,也不合格", fix="请去掉成绩,或去掉缺考。")
        return
    if result.passed is None:
        yield errors.Fault("missing_field", "/passed", allowed="true 或 false;缺考填 absent", fix="请填写是否合格。")
        return
    least = rules.here().pass_score_at_least
    if policy.differs(result.passed, result.score, least):
        yield _differs("/passed", result.score, least)
    names = [each.name for each in result.modules]
    for index, each in enumerate(result.modules):
        if policy.differs(each.passed, each.score, least):
            yield _differs(f"/modules/{index}/passed", each.score, least)
        if assessment.modules and each.name not in assessment.modules:
            allowed = "、".join(assessment.modules)
            yield errors.Fault("unknown_module", f"/modules/{index}/name", seen=each.name, allowed=allowed, fix="请核对模块名称。")
        if each.held_on and each.held_on > assessment.held_on:
            at, allowed = f"/modules/{index}/held_on", f"不晚于 {assessment.held_on}"
            yield errors.Fault("invalid_value", at, seen=str(each.held_on), allowed=allowed, fix="请核对日期,或先改期。")
    for name in assessment.modules:
        if name not in names:
            yield errors.Fault("module_missing", "/modules", allowed=name, fix="请补充该模块的成绩。")
    if result.passed and not all(each.passed for each in result.modules):
        yield errors.Fault("passed_differs_from_modules", "/passed", seen="合格", allowed="各模块均合格", fix="请核对各模块的成绩。")


def _differs(at: str, score: float | None, least: int) -> errors.Fault:
    return errors.Fault(
        "passed_differs_from_score", at, seen=f"{score:g} 分", allowed=f"{least} 分及以上为合格", fix="请核对成绩和是否合格。"
    )
