"""What an application must be before it is judged, by itself and beside its class, fund and terms; and its judging."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import papers
from services.subsidy.claims.clients import Asked, Gathered, Told, Wanted
from services.subsidy.claims.conditions import ALIASES
from services.subsidy.claims.earlier import EmployerHad, employer_had, history, lock_persons
from services.subsidy.claims.errors import NotYourClaim
from services.subsidy.claims.facts import claim_facts, day_of, placement_for
from services.subsidy.claims.schemas import ClaimChange, ClaimIn, LineIn, LineReason
from services.subsidy.claims.tables import Line
from services.subsidy.clients import PersonRead
from services.subsidy.codes import ClaimKind, ClassStatus, EnrolmentOutcome, FundSource, Payee, SchemeCode
from services.subsidy.funds import reading as funds
from services.subsidy.judging.facts import ClaimFacts, kept
from services.subsidy.judging.verdict import ClaimVerdict, judge_claim
from services.subsidy.schemes import operations as schemes
from services.subsidy.schemes.errors import TermsMissing
from services.subsidy.schemes.policy import Policy, Terms
from shared import codes, errors, wire
from shared.access import Actor, Call
from shared.strict import digest

Faults = Iterator[errors.Fault]


@dataclass(frozen=True, slots=True)
class Judged:
    asked: Asked
    lines: tuple[Wanted, ...]
    told: Told
    terms: Terms
    facts: ClaimFacts
    facts_json: dict[str, Any]
    facts_hash: str
    verdict: ClaimVerdict


def asked_for(call: Call, body: ClaimIn, own: Collection[UUID]) -> Asked:
    """The application, where this caller may make it and it makes sense by itself. `own`: every id that stands for a person who calls."""
    actor = call.actor
    _check_applicant(actor, body, own)
    faults = wire.faults(RULES, body, call.today)
    on_behalf = actor.role in ("town", "officer")
    employer_id = actor.institution_id if actor.role == "institution" and body.applicant.trainee_id else None
    if body.on_behalf is not None and body.on_behalf != on_behalf:
        allowed = "乡镇或经办机构代办时为 true,其余省略"
        faults.append(errors.Fault("invalid_value", pointer="/on_behalf", allowed=allowed, fix="请改正或删除该项。"))
    if on_behalf or employer_id:
        faults += papers.why_not_signed(body.attachments)
    if faults:
        raise errors.Invalid(faults=faults)
    applicant = body.applicant
    return Asked(
        body.kind,
        body.scheme,
        applicant.institution_id,
        applicant.trainee_id,
        on_behalf,
        body.class_id,
        body.fund_id,
        wanted(body.lines),
        employer_id=employer_id,
    )


def wanted(lines: Sequence[LineIn]) -> tuple[Wanted, ...] | None:
    return (
        tuple(Wanted(line.trainee_id, line.enrolment_id, line.expected_amount, line.certificate_id, line.placement_id) for line in lines)
        or None
    )


def kind_of_its_scheme(body: ClaimIn, _today: date) -> Faults:
    kind = schemes.from_files().schemes[body.scheme].claim_kind
    if body.kind != kind:
        allowed = f"{codes.label('scheme', body.scheme)}属于 {kind}({codes.label('claim_kind', kind)})"
        yield errors.Fault("kind_differs_from_scheme", pointer="/kind", seen=body.kind, allowed=allowed, fix="请改正 kind 或 scheme。")


def fund_named(body: ClaimIn, _today: date) -> Faults:
    if body.fund_id is None and body.applicant.institution_id is not None:
        yield errors.Fault("missing_field", pointer="/fund_id", allowed="单位申领须指定资金", fix="请补充该字段。")


def class_named(body: ClaimIn, _today: date) -> Faults:
    if schemes.from_files().schemes[body.scheme].claim_kind == ClaimKind.TRAINING and body.class_id is None:
        yield errors.Fault("missing_field", pointer="/class_id", allowed="培训补贴按班级申领", fix="请补充该字段。")


def papers_of_the_kind(body: ClaimIn, _today: date) -> Faults:
    yield from of_the_kind(schemes.from_files().schemes[body.scheme].claim_kind, body.class_id, body.lines)


def of_the_kind(kind: ClaimKind, class_id: UUID | None, lines: Sequence[LineIn] | None) -> Faults:
    """Training is claimed for a class, certificates and placements line by line. `lines` None: they stay as they are."""
    if kind != ClaimKind.TRAINING and class_id is not None:
        yield errors.Fault("paper_not_of_this_kind", pointer="/class_id", fix="请删除该项。")
    if kind != ClaimKind.TRAINING and lines is not None and not lines:
        yield errors.Fault("missing_field", pointer="/lines", allowed="逐人写明证书或就业记录", fix="请补充该字段。")
    for index, line in enumerate(lines or ()):
        for name in OF_OTHER_KINDS[kind]:
            if getattr(line, name) is not None:
                yield errors.Fault("paper_not_of_this_kind", pointer=f"/lines/{index}/{name}", fix="请删除该项。")


def nothing_taken_away(body: ClaimChange, _today: date) -> Faults:
    for name in sorted(body.model_fields_set):
        if getattr(body, name) is None:
            yield errors.Fault("invalid_value", pointer=f"/{name}", allowed="不为 null", fix="不改的字段请省略。")


OF_OTHER_KINDS = {  # papers that a line of the kind does not name; whether a training's names a certificate, its terms say
    ClaimKind.TRAINING: ("placement_id",),
    ClaimKind.CERTIFICATE: ("enrolment_id", "placement_id"),
    ClaimKind.PLACEMENT: ("enrolment_id", "certificate_id"),
}
CHANGE_RULES: tuple[Callable[[Any, date], Faults], ...] = (nothing_taken_away,)
RULES: tuple[Callable[[Any, date], Faults], ...] = (kind_of_its_scheme, class_named, fund_named, papers_of_the_kind)


async def judge(
    session: AsyncSession,
    call: Call,
    gathered: Gathered,
    *,
    own_claim_id: UUID | None = None,
    submitting: bool = False,
    claimed_on: date | None = None,
) -> Judged:
    """Judges what was asked for with what registry told. `submitting` waits for others who claim the same people. `claimed_on`: today, unless said."""
    told, fund, claimed_on = gathered.told, gathered.fund, claimed_on or gathered.asked.claimed_on or call.today
    asked = _as_merged(gathered.asked, told)
    _not_imported(asked, told)
    lines = _lines(asked, told)
    terms, others = _terms(gathered.known, asked, told, lines, claimed_on)
    faults = [*(_of_class if told.class_ else _of_papers)(call, asked, told, terms, lines), *others, *gathered.faults]
    if fund is None and asked.fund_id is not None:
        faults.insert(0, errors.Fault("unknown_fund", pointer="/fund_id", fix="请核对资金编号。"))
    if faults:
        raise errors.Invalid(faults=faults)
    paying = {str(fund.id): {"name": funds.called(fund.name, fund.year, fund.source)}} if fund else {}
    call.told.update(told.names, funds=paying)  # whoever may claim for them sees them
    trainee_ids = {line.trainee_id for line in lines}
    employer = asked.institution_id if terms.limits_employers else None
    if submitting:
        await lock_persons(session, trainee_ids | ({employer} if employer else set()))
    by_year = terms.yuan_per_employer_year_at_most is not None
    had = await employer_had(session, asked.scheme, employer, own_claim_id, by_year=by_year) if employer else EmployerHad()
    past = await history(session, trainee_ids, own_claim_id=own_claim_id, class_id=asked.class_id, supplement_of_id=asked.supplement_of_id)
    facts = claim_facts(
        told,
        lines,
        past,
        scheme=asked.scheme,
        kind=asked.kind,
        claimed_on=claimed_on,
        fund_source=FundSource(fund.source) if fund else None,
        employer_had=had,
        overcome=asked.overcome,
    )
    facts_json = kept(facts)
    return Judged(asked, lines, told, terms, facts, facts_json, digest(facts_json), judge_claim(facts, terms))


async def said_of(session: AsyncSession, said: Sequence[LineReason], people: Sequence[Line]) -> list[dict[str, str]]:
    """What is said of single persons, each by the id that they go on as; 422 for whoever is not in the claim, or named twice."""
    resolved = await ALIASES.resolved(session, [each.trainee_id for each in said])
    there, seen, faults = {line.trainee_id for line in people}, set[UUID](), []
    for index, each in enumerate(said):
        trainee_id = resolved[each.trainee_id]
        if trainee_id not in there:
            faults.append(errors.Fault("unknown_trainee", pointer=f"/lines/{index}/trainee_id", fix="请核对:申领单中没有该学员。"))
        elif trainee_id in seen:
            faults.append(errors.Fault("named_twice", pointer=f"/lines/{index}/trainee_id", fix="同一学员的意见请写在一处。"))
        seen.add(trainee_id)
    if faults:
        raise errors.Invalid(faults=faults)
    return [{"trainee_id": str(resolved[each.trainee_id]), "reason": each.reason} for each in said]


def counted_in(judged: Judged) -> str | None:
    """The town that the claim counts in: the class's; without one, that of the first person."""
    if judged.told.class_:
        return judged.told.class_.region_code
    return next((each.region_code for line in judged.lines for each in judged.told.people if each.trainee_id == line.trainee_id), None)


def _terms(known: Policy, asked: Asked, told: Told, lines: Sequence[Wanted], today: date) -> tuple[Terms, list[errors.Fault]]:
    """The block in force on the class's first day; without a class, on the day of the first paper, and a fault for each of another block."""
    if told.class_:
        days = [(0, told.class_.starts_on)]
    else:
        people = {each.trainee_id: each for each in told.people}
        of_lines = [
            (index, day_of(line, people[line.trainee_id], told, today)) for index, line in enumerate(lines) if line.trainee_id in people
        ]
        days = [(index, day) for index, day in of_lines if day is not None] or [(0, today)]
    in_force: list[tuple[int, date, Terms]] = []
    for index, day in days:
        terms = known.terms_on(asked.scheme, day)
        if not isinstance(terms, Terms):
            raise TermsMissing(terms.detail)
        in_force.append((index, day, terms))
    _, first_day, first = in_force[0]
    code, fix = "lines_of_different_terms", "请另行申领。"
    allowed = f"与第 {in_force[0][0] + 1} 行({first_day})适用同一组条款:{first.document},自 {first.in_force_from} 起施行"
    others = ((index, day) for index, day, terms in in_force if terms is not first)
    return first, [errors.Fault(code, pointer=f"/lines/{index}", seen=str(day), allowed=allowed, fix=fix) for index, day in others]


def _as_merged(asked: Asked, told: Told) -> Asked:
    """With everyone under the id that they go on as."""
    kept = {former: each.trainee_id for each in told.people for former in each.former_ids}
    if not kept:
        return asked
    lines = asked.lines and tuple(replace(line, trainee_id=kept.get(line.trainee_id, line.trainee_id)) for line in asked.lines)
    return replace(asked, trainee_id=asked.trainee_id and kept.get(asked.trainee_id, asked.trainee_id), lines=lines)


def _check_applicant(actor: Actor, body: ClaimIn, own: Collection[UUID]) -> None:
    """An institution applies for itself or for a worker of its, a person for themself, a town and the bureau on behalf of a person."""
    applicant = body.applicant
    allowed = {
        "institution": actor.institution_id is not None and applicant.institution_id in (None, actor.institution_id),
        "person": applicant.trainee_id in own,
        "town": applicant.trainee_id is not None and actor.region_code is not None,
        "officer": applicant.trainee_id is not None,
    }
    if not allowed.get(actor.role, False):
        words = {
            "institution": "本机构的 institution_id,或授权本机构的职工的 trainee_id",
            "person": "本人的 trainee_id",
            "town": "本辖区人员的 trainee_id",
            "officer": "委托代办的人员的 trainee_id",
        }
        raise NotYourClaim(f"applicant 须为{words.get(actor.role, '申领人')}。")


def _not_imported(asked: Asked, told: Told) -> None:
    """A class of past years, whether there were terms then or not; of another's nothing is told."""
    class_ = told.class_
    if class_ and class_.imported and asked.institution_id in (None, class_.institution.id):
        fix = "请核对 class_id;导入的往年班级只计入培训人次,不申领补贴。"
        raise errors.Invalid(
            faults=[errors.Fault("class_imported", pointer="/class_id", seen=class_.number, allowed="在本系统申报的班级", fix=fix)]
        )


def _lines(asked: Asked, told: Told) -> tuple[Wanted, ...]:
    """Those named, or everyone who completed the class; while it is not over, everyone enrolled (and each is refused as not completed)."""
    if asked.lines is not None or told.class_ is None:
        return asked.lines or ()
    completed, enrolled = EnrolmentOutcome.COMPLETED, EnrolmentOutcome.ENROLLED
    counted = {completed} if told.class_.status == ClassStatus.COMPLETED else {completed, enrolled}
    members = [each for each in told.people if each.outcome in counted]
    return tuple(Wanted(each.trainee_id, each.enrolment_id) for each in sorted(members, key=lambda each: str(each.enrolment_id)))


def _of_class(call: Call, asked: Asked, told: Told, terms: Terms, lines: Sequence[Wanted]) -> Faults:
    """The application beside its class and terms. Of another's class nothing more is told."""
    class_ = told.class_
    assert class_ is not None, "who asks has seen the class"
    if asked.institution_id is not None and class_.institution.id != asked.institution_id:
        yield errors.Fault("not_your_class", pointer="/class_id", allowed="申领单位举办的班级", fix="请改正 class_id 或 applicant。")
        return
    if class_.channel not in set(SchemeCode):
        fix = "请核对 class_id;该班级只计入培训人次,不申领补贴。"
        yield errors.Fault("class_unsubsidised", pointer="/class_id", seen=class_.number, allowed="补贴性培训的班级", fix=fix)
    elif asked.scheme != class_.channel:
        yield errors.Fault(
            "scheme_differs_from_channel",
            pointer="/scheme",
            seen=asked.scheme,
            allowed=f"{class_.channel}({codes.label('scheme', class_.channel)})",
            fix="请改正 scheme 或 class_id。",
        )
    if asked.trainee_id is not None and terms.payee != Payee.TRAINEE:
        yield errors.Fault("applicant_not_payee", pointer="/applicant", allowed="该补贴发给培训组织单位", fix="请由举办该班的机构申领。")
    enrolments = {each.trainee_id: each for each in told.people}
    for index, line in enumerate(lines):
        enrolment = enrolments.get(line.trainee_id)
        if enrolment is None or (asked.trainee_id is not None and line.trainee_id != asked.trainee_id):
            pointer = f"/lines/{index}/trainee_id" if asked.lines is not None else "/applicant/trainee_id"
            yield errors.Fault("unknown_trainee", pointer=pointer, allowed=f"班级 {class_.number} 的学员", fix="请核对学员编号。")
        elif line.enrolment_id not in (None, enrolment.enrolment_id, *enrolment.enrolment_ids):
            yield errors.Fault("unknown_enrolment", pointer=f"/lines/{index}/enrolment_id", fix="请核对,或省略 enrolment_id。")
        else:
            yield from _not_theirs(call, asked, enrolment)
        if line.certificate_id is not None and not terms.certificate_required:
            yield errors.Fault("paper_not_of_this_kind", pointer=f"/lines/{index}/certificate_id", fix="请删除该项。")
    if not lines:
        yield errors.Fault("nobody_to_claim_for", pointer="/lines", allowed="至少一名学员", fix="请先办理报名、考勤和结业。")


def _not_theirs(call: Call, asked: Asked, person: PersonRead) -> Faults:
    """A town enters claims of those who live there, an employer of its own workers."""
    if asked.on_behalf and call.actor.role == "town" and person.region_code != call.actor.region_code:
        yield errors.Fault("not_your_town", pointer="/applicant/trainee_id", allowed="本辖区人员", fix="请由学员所在乡镇代办。")
    if asked.employer_id is not None and person.employer_id != asked.employer_id:
        fix = "请本人、其用人单位或乡镇申领。"
        yield errors.Fault("not_your_worker", pointer="/applicant/trainee_id", allowed="本单位职工", fix=fix)


def _of_papers(call: Call, asked: Asked, told: Told, terms: Terms, lines: Sequence[Wanted]) -> Faults:
    """The application beside its people, its placements and terms. An institution claims for whom it knows, or who works there; of others nothing is
    told."""
    people, uscc = {each.trainee_id: each for each in told.people}, told.applicant and told.applicant.uscc
    if asked.trainee_id is not None and terms.payee != Payee.TRAINEE:
        yield errors.Fault("applicant_not_payee", pointer="/applicant", allowed="该补贴发给用人或组织单位", fix="请由该单位申领。")
    for index, line in enumerate(lines):
        person = people.get(line.trainee_id)
        placement = placement_for(line, person, told) if person else None
        works_there = placement is not None and uscc is not None and placement.employer_uscc == uscc
        own = (
            line.trainee_id == asked.trainee_id if asked.trainee_id else person is not None and (person.known_to_institution or works_there)
        )
        if person is None or not own:
            allowed = "申领人本人" if asked.trainee_id else "本机构登记、培训或雇用的人员"
            yield errors.Fault("unknown_trainee", pointer=f"/lines/{index}/trainee_id", allowed=allowed, fix="请核对学员编号。")
        elif faults := [*_not_theirs(call, asked, person)]:
            yield from faults
        elif asked.scheme == SchemeCode.PLACEMENT_ABSORPTION and uscc and placement and not works_there:
            allowed = "在申领单位就业的记录"
            yield errors.Fault("not_your_placement", pointer=f"/lines/{index}/placement_id", allowed=allowed, fix="请由用人单位申领。")
