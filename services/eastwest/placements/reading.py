"""Placements looked up and shown: single papers, lists, their facts as they were reported, and what these prove."""

import contextlib
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, FromClause, Select, Uuid, and_, exists, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import clients
from services.eastwest.codes import PlacementStatus as Status
from services.eastwest.codes import RetentionVerdict as Verdict
from services.eastwest.known import operations as known
from services.eastwest.known.conditions import ALIASES
from services.eastwest.orders.schemas import EmployerOut
from services.eastwest.placements import conditions, facts, rules, second_looks, steps, visibility
from services.eastwest.placements.conditions import Proved
from services.eastwest.placements.policy import states
from services.eastwest.placements.policy.retention import Retention, Span, standing
from services.eastwest.placements.policy.retention import retention as judge
from services.eastwest.placements.schemas import (
    ChainOut,
    FactOut,
    IntervalOut,
    MissingOut,
    MonthOut,
    PlacementOut,
    PlacementPaper,
    Provider,
    RetentionBasis,
    RetentionOut,
    StepOut,
    Warned,
)
from services.eastwest.placements.tables import Placement, Update
from shared import codes, county, errors, history, pages, wire
from shared.access import Call
from shared.web import Kernel

UPDATES = Update.__table__
SCANNED_AT_ONCE = 2_000
UNKNOWN = "没有这项安置,或不在您的可见范围内。请核对编号。"


async def get(session: AsyncSession, call: Call, placement_id: UUID) -> PlacementPaper:
    row = await find(session, call, placement_id)
    found = await facts.retentions(session, [row.id], call.today)
    shown = _shown(row, found[row.id].verdict, call.today)
    return PlacementPaper(
        **dict(shown),
        warnings=await _warnings(session, call, row),
        allowed_actions=wire.allowed_actions(steps.allowed_actions(call.actor, shown.status)),
    )


async def get_whole(call: Call, kernel: Kernel, placement_id: UUID, on: date | None) -> PlacementPaper:
    """With the classes that the person attended, which the registry is asked for with no connection held; one that is away holds up nothing."""
    async with kernel.reading() as session:
        row = await find(session, call, placement_id)
        if on is not None and on != call.today:
            return await _stood(session, call, row, on)
    if row.started_on is not None or row.order_conditions:
        with contextlib.suppress(errors.Unavailable, errors.UpstreamTimeout, errors.UpstreamFailed):
            await clients.tell_histories(kernel, call, [row.trainee_id])
    async with kernel.reading() as session:
        return await get(session, call, placement_id)


_NAMED = ("class_id", "certificate_id", "employer", "external_refs")


async def _stood(session: AsyncSession, call: Call, row: Any, on: date) -> PlacementPaper:
    """As it stood at the end of a day: the papers that it named then, and what was reported by then. What asks for a second look is told of today alone."""
    if row.entered_at >= history.end_of(on):
        raise errors.NotFound(history.NOT_YET)
    named = await history.as_of(session, row.id, {name: getattr(row, name) for name in _NAMED}, on)
    told = [fact for fact in (await facts.of_placements(session, [row.id]))[row.id] if fact.received_on is None or fact.received_on <= on]
    terms = rules.here()
    then = standing(told, terms)
    employer_then = then.employer and then.employer._asdict()
    days = {"started_on": then.started_on, "left_on": then.left_on, "employer_now": employer_then}
    shown = _shown(SimpleNamespace(**{**row._mapping, **named, **days}), judge(told, on, terms).verdict, on)
    actions = steps.allowed_actions(call.actor, states.status_on(call.today, row.started_on, row.left_on))
    return PlacementPaper(**dict(shown), warnings=[], allowed_actions=wire.allowed_actions(actions))


async def _warnings(session: AsyncSession, call: Call, row: Any) -> list[Warned]:
    told = call.told.get("histories", {}).get(str(row.trainee_id))
    who = told and told["person"]
    histories = None if told is None else clients.HistoriesRead(classes=told["classes"], people=[who] if who else [])
    elsewhere = await second_looks.insured_elsewhere(session, [row])
    found = await second_looks.warnings_of(session, [row], histories, visibility.rows(call.actor), elsewhere)
    return [Warned(code=each.code, detail=each.detail) for each in found[row.id]]


async def at_version(session: AsyncSession, call: Call, placement_id: UUID) -> Any:
    """The placement at the version that the caller knows."""
    row = await find(session, call, placement_id)
    call.match(row.version)
    return row


async def find(session: AsyncSession, call: Call, placement_id: UUID) -> Any:
    """The placement with what its order says, or 404 for who may not see it."""
    row = (await session.execute(conditions.with_order().where(Placement.id == placement_id, visibility.rows(call.actor)))).first()
    if row is None:
        raise errors.NotFound(UNKNOWN)
    return row


def listed(
    call: Call, filters: Mapping[Any, Any] | None = None, status: list[Status] | None = None, external_ref: pages.Reference | None = None
) -> Select[Any]:
    wanted = pages.where(conditions.with_order().where(visibility.rows(call.actor)), filters or {})
    if status:
        wanted = wanted.where(conditions.has_status(status, call.today))
    return wanted if external_ref is None else wanted.where(external_ref.among(Placement.external_refs))


async def page(
    session: AsyncSession, call: Call, asked: pages.Asked, wanted: Select[Any], retention: list[Verdict] | None, as_of: date
) -> dict[str, Any]:
    """A page of `wanted`, of the given verdicts alone where some are asked for."""
    if retention is None:
        answer = await pages.page(session, conditions.with_proof(wanted, as_of), Placement.id, asked, lambda row: row)
        answer["items"] = await show(session, call, answer["items"], as_of)
        return answer
    _in_its_own_order(asked)
    kept = conditions.proved(as_of)
    wanted = wanted.where(kept.to_judge | kept.verdict.in_(retention))
    fitting: list[Any] = []
    after, at_once = (None, SCANNED_AT_ONCE) if asked.include_total else (asked.after_id, asked.limit + 1)
    async for rows, verdicts in judged(session, wanted, as_of, after=after, at_once=at_once):
        fitting += [row for row in rows if verdicts[row.id].verdict in retention]
        if len(fitting) > asked.limit and not asked.include_total:
            break
    rest = [row for row in fitting if asked.after_id is None or row.id < asked.after_id]
    rows = rest[: asked.limit]
    answer = {
        "items": await show(session, call, rows, as_of),
        "next_cursor": asked.cursor(None, rows[-1].id) if len(rest) > asked.limit else None,
    }
    return answer | ({"total": len(fitting)} if asked.include_total else {})


def _in_its_own_order(asked: pages.Asked) -> None:
    """What is found by judging the facts comes in one order alone."""
    if asked.order is not None:
        raise errors.InvalidParameter("按稳岗结论筛选的清单次序固定。请去掉 sort。", parameter="sort")


async def judged(
    session: AsyncSession, wanted: Select[Any], as_of: date, *, after: UUID | None = None, at_once: int = SCANNED_AT_ONCE
) -> Any:
    """All of `wanted`, newest first, some at a time, with what the facts of each prove."""
    wanted = conditions.with_proof(wanted, as_of)
    while True:
        part = wanted if after is None else wanted.where(Placement.id < after)
        rows = (await session.execute(part.order_by(Placement.id.desc()).limit(at_once))).all()
        yield rows, await _what_is_proved(session, rows, as_of)
        if len(rows) < at_once:
            return
        after = rows[-1].id


async def _what_is_proved(session: AsyncSession, rows: Sequence[Any], as_of: date) -> dict[UUID, Proved]:
    """Read from what is kept with each, judged by its facts where that does not say."""
    late = [row.id for row in rows if row.to_judge]
    found = await facts.retentions(session, late, as_of) if late else {}
    return {row.id: _proved(row, found.get(row.id)) for row in rows}


def _proved(row: Any, found: Retention | None) -> Proved:
    if found is None:
        return Proved(Verdict(row.verdict), row.begun_on, row.gone_on, row.met_on)
    return Proved(found.verdict, found.started_on, found.left_on, found.met_on)


async def show(session: AsyncSession, call: Call, rows: Sequence[Any], as_of: date) -> list[PlacementOut]:
    """Rows that are read with what is kept."""
    verdicts = await _what_is_proved(session, rows, as_of)
    return [_shown(row, verdicts[row.id].verdict, call.today) for row in rows]


def _shown(row: Any, verdict: Verdict, today: date) -> PlacementOut:
    plain = (
        "id",
        "order_id",
        "order_number",
        "trainee_id",
        "class_id",
        "certificate_id",
        "partner",
        "started_on",
        "left_on",
        "external_refs",
        "entered_at",
        "version",
    )
    return PlacementOut(
        **{name: getattr(row, name) for name in plain},
        employer=EmployerOut(**employer(row)),
        status=states.status_on(today, row.started_on, row.left_on),
        retention=verdict,
    )


def employer(row: Any) -> dict[str, Any]:
    """Where the person works, or is to work."""
    of_the_order = {"name": row.order_employer_name, "uscc": row.order_employer_uscc, "district_code": row.order_employer_district_code}
    return row.employer_now or row.employer or of_the_order


def district_name(code: str | None) -> str | None:
    """A district of the partner city by its name; null: it is elsewhere."""
    return next((each.name for each in county.here().partner.districts if each.code == code), None)


def days(met_from_on: date | None, met_to_on: date | None, retention: list[Verdict] | None) -> Span:
    """The days asked for; both ends are given, and no other verdict than `met`."""
    if met_from_on is None or met_to_on is None:
        missing = "met_from_on" if met_from_on is None else "met_to_on"
        raise errors.InvalidParameter(f"met_from_on、met_to_on 须一起给。请补上 {missing}。", parameter=missing)
    if retention not in (None, [Verdict.MET]):
        raise errors.InvalidParameter("给出 met_from_on、met_to_on 时,retention 只能为 met 或不填。", parameter="retention")
    return Span(met_from_on, met_to_on)


async def people_retained(
    session: AsyncSession, call: Call, kernel: Kernel, asked: pages.Asked, wanted: Select[Any], met_within: Span, trained: bool, as_of: date
) -> dict[str, Any]:
    """Whoever met three months on one of these days, as of a day, from the newest of these days on; of several placements of one person the newest. `trained`:
    only whom an order class had trained before they began. Read from what is kept for boards; of people to whom something has happened since, the facts are
    judged."""
    _in_its_own_order(asked)
    met_within = Span(met_within.from_on, min(met_within.to_on, as_of))
    due = Placement.metadata.tables["due_recounts"].c.trainee_id  # by their table: their room stands above this one
    changed = [due, known.DUE.c.trainee_id] if trained else [due]
    late = {each for of in changed for row in await session.execute(select(of, ALIASES.kept(of)).distinct()) for each in row}
    after = (date.fromisoformat(asked.after[0]), UUID(asked.after[1])) if asked.after else None
    judged_anew = await _people_judged(session, call, kernel, wanted, late, met_within, trained, as_of) if late else []
    found = [each for each in judged_anew if after is None or each[:2] < after]
    newest = _newest_of_each(wanted, late, met_within, trained)
    place = (newest.selected_columns.counts_on, newest.selected_columns.placement_id)
    page = newest if after is None else newest.where(tuple_(*place) < tuple_(*map(literal, after)))
    kept = {
        row.placement_id: row.counts_on for row in await session.execute(page.order_by(*(c.desc() for c in place)).limit(asked.limit + 1))
    }
    theirs = conditions.with_proof(wanted, as_of).where(Placement.id.in_(kept))
    found += [(kept[row.id], row.id, row) for row in await session.execute(theirs)]
    found.sort(key=lambda each: each[:2], reverse=True)
    shown = found[: asked.limit]
    answer: dict[str, Any] = {
        "items": await show(session, call, [row for *_, row in shown], as_of),
        "next_cursor": asked.cursor(*shown[-1][:2]) if len(found) > asked.limit else None,
    }
    if asked.include_total:
        answer["total"] = len(judged_anew) + (await session.scalar(select(func.count()).select_from(newest.subquery())) or 0)
    return answer


def _newest_of_each(wanted: Select[Any], but: Collection[UUID], met_within: Span, trained: bool) -> Select[Any]:
    """Of each person the newest placement that counts, by what is kept."""
    kept = Placement.metadata.tables["placement_figures"]
    other = kept.alias()

    def counts(of: FromClause) -> ColumnElement[bool]:
        said = and_(of.c.met, of.c.counts_on.between(*met_within), *([of.c.trained] if trained else []))
        if wanted.whereclause is not None and wanted.whereclause.compare(conditions.in_partner_city()):  # whoever is kept works there
            return said
        return said & of.c.placement_id.in_(wanted.with_only_columns(Placement.id, maintain_column_froms=True))

    newer = exists().where(other.c.trainee_id == kept.c.trainee_id, other.c.placement_id > kept.c.placement_id, counts(other))
    others = kept.c.trainee_id != func.all(literal(sorted(but), ARRAY(Uuid)))
    return select(kept.c.counts_on, kept.c.placement_id).where(counts(kept), others, ~newer)


async def _people_judged(
    session: AsyncSession,
    call: Call,
    kernel: Kernel,
    wanted: Select[Any],
    who: Collection[UUID],
    met_within: Span,
    trained: bool,
    as_of: date,
) -> list[tuple[date, UUID, Any]]:
    """The same of these people, by their facts."""
    retained: list[tuple[Any, date | None, date]] = []
    async for rows, found in judged(session, wanted.where(ALIASES.among(Placement.trainee_id, who)), as_of):
        for row in rows:
            met_on = found[row.id].met_on
            if met_on is not None and met_within.from_on <= met_on <= met_within.to_on:
                retained.append((row, found[row.id].started_on, met_on))
    if trained:
        days = await known.days_of(session, kernel, call, {row.trainee_id for row, *_ in retained})
        retained = [(row, started_on, met_on) for row, started_on, met_on in retained if _before(days.get(row.trainee_id), started_on)]
    people: dict[UUID, tuple[date, UUID, Any]] = {}
    for row, _, met_on in retained:
        people.setdefault(row.trainee_id, (met_on, row.id, row))
    return list(people.values())


def _before(completed_on: date | None, started_on: date | None) -> bool:
    """The same as `conditions.trained_before`."""
    return completed_on is not None and started_on is not None and completed_on < started_on


async def reported(session: AsyncSession, call: Call, placement_id: UUID) -> Select[Any]:
    await find(session, call, placement_id)
    return select(*(UPDATES.c[name] for name in FactOut.model_fields)).where(UPDATES.c.placement_id == placement_id)


async def retention(session: AsyncSession, call: Call, placement_id: UUID, as_of: date, known_on: date | None) -> RetentionOut:
    row, terms = await find(session, call, placement_id), rules.here()
    found = judge((await facts.of_placements(session, [row.id]))[row.id], as_of, terms, known_on=known_on)
    providers = [Provider(grade=each.code, name=codes.label("evidence_grade", each.code), provider=each.provider) for each in terms.grades]
    plain = ("as_of", "verdict", "started_on", "due_on", "met_on", "left_on", "weakest_grade", "one_employer")
    return RetentionOut(
        placement_id=row.id,
        known_on=known_on,
        **{name: getattr(found, name) for name in plain},
        months=[MonthOut.model_validate(each) for each in found.months],
        intervals=[IntervalOut.model_validate(each) for each in found.intervals],
        missing=[MissingOut(from_on=each.from_on, to_on=each.to_on, providers=providers) for each in found.missing],
        basis=[RetentionBasis.model_validate(each, from_attributes=True) for each in terms.basis],
    )


async def chain(call: Call, kernel: Kernel, placement_id: UUID) -> ChainOut:
    """From order to start, with the first day at work as it stands now."""
    async with kernel.reading() as session:
        row = await find(session, call, placement_id)
    found = (await facts.gate_facts(call, kernel, [row])).chain(row, row.started_on)
    broken = found.first_broken
    return ChainOut(
        placement_id=row.id,
        class_id=found.trained and UUID(found.trained.class_id),
        institution_id=found.trained and found.trained.institution_id and UUID(found.trained.institution_id),
        certificate_id=found.certificate_id and UUID(found.certificate_id),
        links=[StepOut.model_validate(each) for each in found.steps],
        first_broken=broken and broken.link,
    )
