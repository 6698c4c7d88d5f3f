"""A filing from state to state: submitted by the institution; checked, accepted, returned or rejected by the bureau, later renewed, extended, suspended, revoked."""

from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import rules
from services.evaluation.bodies import reading as bodies
from services.evaluation.bodies.policy import flags
from services.evaluation.examiners import facts as examiners
from services.evaluation.examiners.rules import occupation_faults
from services.evaluation.filings import policy, reading
from services.evaluation.filings.errors import REFUSALS, FilingInForce, NumberPrefixTaken
from services.evaluation.filings.rules import ACCEPTED, EXTENDED, reversed_days, too_far
from services.evaluation.filings.schemas import Acceptance, Extension, FilingPaper, FilingWarning, GrantIn, Renewal, Staff
from services.evaluation.filings.tables import Filing, NumberPrefix
from shared import changes, codes, county, deeds, errors, wire
from shared.access import Call
from shared.steps import Further, Machine, Refusal

PREFIX_LOCK = 7_401
DATED = frozenset({"accepted", "renewed"})  # deeds that give a filing its last day
UNCODED = "0000"  # the body code of what the system itself hands out


async def begin(
    session: AsyncSession, call: Call, filing_id: UUID, action: str, *, lock: bool = True, bar: Refusal | None = None
) -> Filing:
    """The filing, locked, at the version the caller knows, where this person may take this step now. `bar`: why its institution takes no part."""
    filing = await reading.find(session, call, filing_id, lock=lock)
    call.match(filing.version)
    status = policy.status_on(filing.status, filing.valid_until_on, call.today)
    flagged = bool(await _flags(session, call, filing)) if action == "acknowledge" else False
    if refusal := machine_of(county.folder()).why_not(action, status, call.actor.doer, _done(filing), _further(call, filing, bar, flagged)):
        raise REFUSALS[refusal.code](refusal.detail)
    return filing


async def finish(session: AsyncSession, call: Call, filing: Filing, bar: Refusal | None, done: str, **details: Any) -> FilingPaper:
    filing.changed_at = call.now
    await session.flush()
    told = {name: value for name, value in details.items() if value is not None}
    last = filing.valid_until_on
    said = policy.reminder(filing.number, last, rules.here().renewable_months) if last and done in DATED else {}
    await deeds.record(
        session,
        call,
        f"filing.{done}",
        filing.id,
        details=told,
        institution_id=filing.institution_id,
        status=filing.status,
        version=filing.version,
        file_ids=changes.file_ids(each["file_id"] for each in filing.materials),
        **said,
    )
    return await paper(session, call, filing, bar)


async def paper(session: AsyncSession, call: Call, filing: Filing, bar: Refusal | None) -> FilingPaper:
    """The filing with every action and, where the caller may not take it now, why."""
    out, machine = reading.shown(filing, call.today), machine_of(county.folder())
    flagged = await _flags(session, call, filing)
    done, further = _done(filing), _further(call, filing, bar, bool(flagged))
    found = {step.action: machine.why_not(step.action, out.status, call.actor.doer, done, further) for step in machine.steps}
    until_on = filing.valid_until_on
    more = {
        "checklist": [
            {"name": rule.name, "submitted": there, "required": rule.basis_status == "confirmed"}
            for rule, there in policy.checklist((each["name"] for each in filing.materials), rules.here().materials)
        ],
        "warnings": [*_warnings(filing), *await _in_force(session, call, filing), *flagged],
        "renewable_from_on": until_on and policy.renewable_from(until_on, rules.here().renewable_months),
        "allowed_actions": wire.allowed_actions(found),
    }
    return FilingPaper.model_validate(out.model_dump() | more)


def _warnings(filing: Filing) -> Iterable[FilingWarning]:
    """Levels that a body has for its own posts and the occupation does not."""
    for index, entry in enumerate(filing.scope):
        for place, level in enumerate(entry["levels"]):
            for fault in occupation_faults(entry["occupation_code"], level, ("", f"/scope/{index}/levels/{place}")):
                detail = f"{rules.levels()[level].name}不是该职业的等级,仅限本单位岗位。理由:{entry.get('reason') or '未说明'}"
                yield FilingWarning(code="level_outside_standard", pointer=fault.pointer, detail=detail)


async def _in_force(session: AsyncSession, call: Call, filing: Filing) -> list[FilingWarning]:
    """Until it is decided: another of the body and class that is in force, since this one can only begin after its last day."""
    if filing.status not in policy.UNDECIDED:
        return []
    others = select(Filing).where(*_same_class(filing), Filing.valid_until_on >= call.today).order_by(Filing.valid_until_on.desc())
    other = await session.scalar(others.limit(1))
    if other is None or other.valid_until_on is None:
        return []
    after = other.valid_until_on + timedelta(days=1)
    detail = f"该机构同类别的备案 {other.number} 有效至 {other.valid_until_on},本备案最早自 {after} 起生效;延长期限、增加职业等级的,请办理原备案的续期或增加职业等级。"
    return [FilingWarning(code=FilingInForce.code, detail=detail)]


def _same_class(filing: Filing) -> tuple[ColumnElement[bool], ...]:
    """The others of its body and class that are in force until their last day."""
    same = Filing.institution_id == filing.institution_id, Filing.body_class == filing.body_class
    return *same, Filing.id != filing.id, Filing.status.in_(sorted(policy.IN_FORCE))


async def _flags(session: AsyncSession, call: Call, filing: Filing) -> list[FilingWarning]:
    """What of its work under the filing asks for a second look."""
    if filing.status not in policy.DECIDED:
        return []
    asked = (filing.institution_id, bodies.month_of(call.today))
    found = await bodies.work(session, [asked], call.today)
    return [FilingWarning(code=each.code, detail=each.detail) for each in flags(found[asked], rules.here().quality)]


async def submit(session: AsyncSession, call: Call, filing_id: UUID, bar: Refusal | None, comment: str | None) -> FilingPaper:
    filing = await begin(session, call, filing_id, "submit", bar=bar)
    if faults := await _cards(session, call, filing):
        raise errors.Invalid(faults=faults)
    filing.submitted_by, filing.status, filing.status_reason = call.actor.doer.person, "submitted", None
    return await finish(session, call, filing, bar, "submitted", comment=comment)


async def check(session: AsyncSession, call: Call, filing_id: UUID, bar: Refusal | None, comment: str | None) -> FilingPaper:
    filing = await begin(session, call, filing_id, "check", bar=bar)
    filing.checked_by, filing.status = call.actor.doer.person, "checked"
    return await finish(session, call, filing, bar, "checked", comment=comment)


async def accept(session: AsyncSession, call: Call, filing_id: UUID, bar: Refusal | None, body: Acceptance) -> FilingPaper:
    """Puts the filing in force. Every occupation and level filed for is decided; the body gets its number prefix for good."""
    filing = await begin(session, call, filing_id, "accept", bar=bar)
    filed = {(entry["occupation_code"], level) for entry in filing.scope for level in entry["levels"]}
    faults = [*wire.faults(ACCEPTED, body, call.today), *await _cards(session, call, filing)]
    faults += [
        errors.Fault("material_missing", "/materials", allowed=rule.name, fix="请退回申报单位补充材料。")
        for rule, there in policy.checklist((each["name"] for each in filing.materials), rules.here().materials)
        if rule.basis_status == "confirmed" and not there
    ]
    faults += [
        errors.Fault("not_in_filed_scope", f"/granted/{index}", seen=f"{each.occupation_code} {each.level}", fix="请删除该项。")
        for index, each in enumerate(body.granted)
        if (each.occupation_code, each.level) not in filed
    ]
    undecided = sorted(filed - {(each.occupation_code, each.level) for each in body.granted})
    faults += [
        errors.Fault("scope_entry_undecided", "/granted", seen=f"{code} {level}", fix="请补充该项的决定。") for code, level in undecided
    ]
    if faults:
        raise errors.Invalid(faults=faults)
    filing.number_prefix = await _claim_prefix(session, call, filing)
    await _only_one(session, filing, body)
    filing.valid_from_on, filing.valid_until_on = body.valid_from_on, body.valid_until_on
    filing.granted = [_grant(each, str(body.valid_from_on)) for each in body.granted]
    filing.status = "accepted"
    granted = sum(each.decision == "granted" for each in body.granted)
    return await finish(session, call, filing, bar, "accepted", comment=body.comment, granted=granted, refused=len(body.granted) - granted)


async def send_back(session: AsyncSession, call: Call, filing_id: UUID, bar: Refusal | None, reason: str) -> FilingPaper:
    filing = await begin(session, call, filing_id, "return", bar=bar)
    filing.status, filing.status_reason, filing.checked_by = "returned", reason, None
    return await finish(session, call, filing, bar, "returned", reason=reason)


async def reject(session: AsyncSession, call: Call, filing_id: UUID, bar: Refusal | None, reason: str) -> FilingPaper:
    filing = await begin(session, call, filing_id, "reject", bar=bar)
    filing.status, filing.status_reason = "rejected", reason
    return await finish(session, call, filing, bar, "rejected", reason=reason)


async def ask_renewal(session: AsyncSession, call: Call, filing_id: UUID, bar: Refusal | None, comment: str | None) -> FilingPaper:
    """The body asks for a later last day, which the reviewer decides on."""
    filing = await begin(session, call, filing_id, "ask-renewal", bar=bar)
    filing.renewal_asked_on = call.today
    return await finish(session, call, filing, bar, "renewal_asked", comment=comment)


async def acknowledge(session: AsyncSession, call: Call, filing_id: UUID, bar: Refusal | None, reason: str) -> FilingPaper:
    """What the body's work is flagged for was looked into, and what came of it. It waits no more until the body has worked on."""
    filing = await begin(session, call, filing_id, "acknowledge", bar=bar)
    filing.looked_into_on = call.today
    return await finish(session, call, filing, bar, "acknowledged", reason=reason)


async def renew(session: AsyncSession, call: Call, filing_id: UUID, bar: Refusal | None, body: Renewal) -> FilingPaper:
    """A later last day, in the last three months before the present one."""
    filing = await begin(session, call, filing_id, "renew", bar=bar)
    if filing.valid_until_on is not None and body.valid_until_on <= filing.valid_until_on:
        raise errors.Invalid(faults=[reversed_days(body.valid_until_on, f"晚于 {filing.valid_until_on}")])
    if filing.valid_until_on is not None:
        last, years = filing.valid_until_on, rules.here().filing_years_at_most
        if between := policy.days_too_far(last, last, body.valid_until_on, years):
            raise errors.Invalid(faults=[too_far("/valid_until_on", body.valid_until_on, between)])
    filing.valid_until_on, filing.renewal_asked_on = body.valid_until_on, None
    return await finish(session, call, filing, bar, "renewed", comment=body.comment, valid_until_on=str(body.valid_until_on))


async def extend_scope(session: AsyncSession, call: Call, filing_id: UUID, bar: Refusal | None, body: Extension) -> FilingPaper:
    """Adds decisions, counting from today. What was refused before may be granted now; the validity stays as it is."""
    filing = await begin(session, call, filing_id, "extend-scope", bar=bar)
    already = {(each["occupation_code"], each["level"]) for each in filing.granted if each["decision"] == "granted"}
    outside = rules.here().own_workers_only(filing.body_class)
    faults = wire.faults(EXTENDED, body, call.today) + [
        fault
        for index, each in enumerate(body.granted)
        for fault in occupation_faults(each.occupation_code, each.level, (f"/granted/{index}/occupation_code", f"/granted/{index}/level"))
        if fault.code == "unknown_occupation" or not (outside and each.reason)
    ]
    faults += [
        errors.Fault("already_granted", f"/granted/{index}", seen=f"{each.occupation_code} {each.level}", fix="请删除该项。")
        for index, each in enumerate(body.granted)
        if (each.occupation_code, each.level) in already
    ]
    if faults:
        raise errors.Invalid(faults=faults)
    decided = {(each.occupation_code, each.level) for each in body.granted}
    standing = [each for each in filing.granted if (each["occupation_code"], each["level"]) not in decided]
    filing.granted = [*standing, *(_grant(each, str(call.today)) for each in body.granted)]
    return await finish(session, call, filing, bar, "extended", comment=body.comment, entries=len(body.granted))


async def suspend(session: AsyncSession, call: Call, filing_id: UUID, bar: Refusal | None, reason: str) -> FilingPaper:
    filing = await begin(session, call, filing_id, "suspend", bar=bar)
    stop = {"from_on": str(call.today), "reinstated_on": None, "reason": reason}
    filing.status, filing.status_reason, filing.suspensions = "suspended", reason, [*filing.suspensions, stop]
    return await finish(session, call, filing, bar, "suspended", reason=reason)


async def reinstate(session: AsyncSession, call: Call, filing_id: UUID, bar: Refusal | None, reason: str) -> FilingPaper:
    filing = await begin(session, call, filing_id, "reinstate", bar=bar)
    *earlier, last = filing.suspensions
    filing.status, filing.status_reason, filing.suspensions = "accepted", None, [*earlier, last | {"reinstated_on": str(call.today)}]
    return await finish(session, call, filing, bar, "reinstated", reason=reason)


async def revoke(session: AsyncSession, call: Call, filing_id: UUID, bar: Refusal | None, reason: str) -> FilingPaper:
    """From today on nothing can be assessed or issued under it; certificates issued before stand."""
    filing = await begin(session, call, filing_id, "revoke", bar=bar)
    filing.status, filing.status_reason, filing.revoked_on = "revoked", reason, call.today
    return await finish(session, call, filing, bar, "revoked", reason=reason)


def reason_of(body: wire.ReasonedWhenTaken | None) -> str:
    """A step that may be previewed without one says why when it is taken."""
    if body is None or body.reason is None:
        raise errors.Invalid(faults=[errors.Fault("missing_field", "/reason", allowed="1 至 1000 字", fix="请写明理由。")])
    return body.reason


@cache
def machine_of(_folder: Path) -> Machine:
    """With the county's words for the states."""
    return Machine("备案", {code: label.zh for code, label in codes.labels("filing_status").items()}, policy.STEPS, policy.PARTS)


def _done(filing: Filing) -> list[tuple[str, str]]:
    return [(part, person) for part, person in (("submit", filing.submitted_by), ("check", filing.checked_by)) if person]


def _further(call: Call, filing: Filing, bar: Refusal | None, flagged: bool) -> Further:
    """Only an institution that takes part comes by a filing, or by more of it; one is renewed in the last months of its validity; and only what is flagged is
    looked into."""

    def further(action: str) -> Refusal | None:
        if bar and action in policy.STANDING:
            return bar
        if action == "acknowledge" and not flagged:
            return policy.UNFLAGGED
        if action not in ("ask-renewal", "renew") or filing.valid_until_on is None:
            return None
        if action == "ask-renewal" and filing.renewal_asked_on is not None:
            return Refusal("invalid_state", f"已于 {filing.renewal_asked_on} 申请续期,请等候办理。")
        first = policy.renewable_from(filing.valid_until_on, rules.here().renewable_months)
        return (
            Refusal("renewal_too_early", f"备案有效期至 {filing.valid_until_on},{first} 起可以办理续期,今天是 {call.today}。")
            if call.today < first
            else None
        )

    return further


async def _cards(session: AsyncSession, call: Call, filing: Filing) -> list[errors.Fault]:
    """Cards of its teams that hold no more today, whatever held when they were entered."""
    return await examiners.faults(session, Staff.model_validate(filing.staff), call.today)


async def _only_one(session: AsyncSession, filing: Filing, body: Acceptance) -> None:
    """A body of a class has one filing in force on any day. Decisions come one at a time: the prefix is locked."""
    other = await session.scalar(
        select(Filing)
        .where(*_same_class(filing), Filing.valid_from_on <= body.valid_until_on, Filing.valid_until_on >= body.valid_from_on)
        .limit(1)
    )
    if other is not None:
        days = f"{other.valid_from_on} 至 {other.valid_until_on}"
        raise FilingInForce(
            f"该机构的备案 {other.number} 在 {days} 有效。请办理其续期或增加职业等级,或改定起止日期。", existing_id=str(other.id)
        )


async def _claim_prefix(session: AsyncSession, call: Call, filing: Filing) -> str:
    """The body's own prefix: the one it named, else the one it has, else the next free one. Handed out one at a time."""
    await session.execute(select(func.pg_advisory_xact_lock(PREFIX_LOCK)))
    own = select(NumberPrefix.prefix).where(
        NumberPrefix.institution_id == filing.institution_id, NumberPrefix.prefix.startswith(filing.body_class)
    )
    prefix = filing.number_prefix or await session.scalar(own.limit(1))
    if prefix is None:
        family = filing.body_class + UNCODED + county.here().province_digits
        last = await session.scalar(select(func.max(NumberPrefix.prefix)).where(NumberPrefix.prefix.startswith(family)))
        prefix = f"{family}{int(last[-6:]) + 1 if last else 1:06d}"
    taken = insert(NumberPrefix).values(prefix=prefix, institution_id=filing.institution_id, since_on=call.today)
    await session.execute(taken.on_conflict_do_nothing())
    if await session.scalar(select(NumberPrefix.institution_id).where(NumberPrefix.prefix == prefix)) != filing.institution_id:
        raise NumberPrefixTaken(f"机构编码 {prefix} 已属于其他评价机构。请核对;填错的请退回申报单位改正。")
    return prefix


def _grant(decided: GrantIn, from_on: str) -> dict[str, Any]:
    return decided.model_dump() | {"from_on": from_on}
