"""What moves a placement from state to state: the facts about it. The same set of facts ends in the same state, in whatever order and however often
it is reported; only a `started` that no gate lets through is not kept."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.placements import errors as refusals
from services.eastwest.placements import facts, rules
from services.eastwest.placements.policy import retention, states, telling
from services.eastwest.placements.tables import Office, Update
from shared import changes, codes, county, db, deeds, errors, history
from shared.access import Actor, Call
from shared.steps import Machine, Refusal

UPDATES = Update.metadata.tables[Update.__tablename__]
STARTING = frozenset({"started", "corrected", "cancelled"})  # kinds that may set or move a first day at work


@dataclass(slots=True)
class Result:
    """What became of it. `row` is the kept fact; `waits_for` what it corrects, where that has not come yet; `problem` and `faults` say why it was not kept."""

    outcome: Literal["created", "unchanged", "rejected"]
    row: Mapping[str, Any] | None = None
    problem: errors.Problem | None = None
    faults: tuple[errors.Fault, ...] = ()
    waits_for: str | None = None

    def told(self) -> tuple[errors.Fault, ...]:
        if self.problem is None:
            return self.faults
        kind = self.problem
        return (errors.Fault(kind.code, allowed=kind.cause, seen=kind.detail, fix=kind.remedy, basis=_basis(kind.code)),)


@dataclass(slots=True)
class Known:
    """What is known of a placement while a batch is judged: its facts so far, and who trained the person, where a first day at work has shown it."""

    placement: Any
    facts: list[telling.Fact] = field(default_factory=list)
    fresh: bool = False
    school: UUID | None = None


def judge_starts(placement: Any, days: Iterable[date], gate_facts: facts.GateFacts) -> errors.Problem | None:
    """The first gate that one of these first days at work does not pass."""
    for on in sorted(days):
        found = gate_facts.chain(placement, on)
        if (broken := found.first_broken) and broken.code:
            return refusals.GATES[broken.code](broken.detail or "", link=broken.link, mends=[each._asdict() for each in broken.mends])
    return None


def judge(
    row: dict[str, Any],
    known: Known,
    by_ref: Mapping[str, Mapping[str, Any]],
    gate_facts: facts.GateFacts,
    faults: Sequence[errors.Fault] = (),
) -> Result:
    """`faults`: what is wrong with the fact by itself; of one that was accepted before it is not asked again."""
    if earlier := by_ref.get(row["external_ref"]):
        if earlier["digest"] == row["digest"]:
            return Result("unchanged", earlier)
        return Result(
            "rejected",
            problem=refusals.ExternalRefReused(
                f"编号 {row['external_ref']} 之前报过不同的内容(第 {earlier['sequence']} 条)。", existing_id=str(earlier["id"])
            ),
        )
    if faults := (*faults, *_named_wrongly(row, by_ref)):
        return Result("rejected", faults=faults)
    fact = facts.fact(row)
    if row["kind"] in STARTING and (problem := _gate(known, fact, gate_facts)):
        return Result("rejected", problem=problem)
    known.facts.append(fact)
    known.fresh = True
    if row["kind"] in STARTING and (days := telling.starts(known.facts).values()):
        known.school = gate_facts.school(known.placement, max(days)) or known.school
    return Result("created", row)


def _named_wrongly(row: Mapping[str, Any], by_ref: Mapping[str, Mapping[str, Any]]) -> Iterable[errors.Fault]:
    """A fact is corrected or taken back where it was told, and nothing undoes a cancellation. What has not come yet may still come."""
    named = by_ref.get(row["corrects"] or "")
    if named is None:
        return
    if named["placement_id"] != row["placement_id"]:
        yield errors.Fault(
            "invalid_value", "/corrects", seen=row["corrects"], allowed="同一安置的情况", fix="请核对编号:它报的是另一项安置。"
        )
    elif named["kind"] == "cancelled":
        fix = "撤销不能更正,也不能再撤销;请用新的编号重新报告。"
        yield errors.Fault("invalid_value", "/corrects", seen=row["corrects"], allowed="撤销以外的情况", fix=fix)


def _gate(known: Known, fact: telling.Fact, gate_facts: facts.GateFacts) -> errors.Problem | None:
    """Judges every first day at work that the fact brings or moves, and the day that a `started` itself says, whatever corrects it."""
    before, after = telling.starts(known.facts), telling.starts([*known.facts, fact])
    days = {on for ref, on in after.items() if before.get(ref) != on} | ({fact.effective_on} if fact.kind == "started" else set())
    return judge_starts(known.placement, days, gate_facts)


async def keep(session: AsyncSession, call: Call, office: str, rows: Sequence[dict[str, Any]], touched: Sequence[Known]) -> None:
    await db.insert_all(session, insert(UPDATES), rows)
    await session.execute(update(Office).where(Office.office == office).values(last_sequence=rows[-1]["sequence"]))
    stands = {each.placement.id: _stand(call, each) for each in touched}
    await _bring_up_to_date(session, stands)
    refs: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        refs[row["placement_id"]].append({"update_id": row["id"], "kind": row["kind"], "sequence": row["sequence"]})
    told = {
        each.placement.id: {
            "trainee_id": each.placement.trainee_id,
            "order_id": each.placement.order_id,
            "class_id": each.placement.class_id,
            "file_ids": changes.file_ids(proof.ref for fact in each.facts for proof in fact.evidence or ()),
        }
        for each in touched
    }
    reported = [
        deeds.deed(call, "placement.updated", each, details={"office": office, "updates": refs[each]} | stand["changes"], event=False)
        for each, stand in stands.items()
    ]
    await deeds.record_all(session, reported)
    followed = [  # what the reports made of the placement: nothing or several things
        changes.event(call, f"placement.{what}", each, **told[each], status=stand["status"], version=stand["version"])
        for each, stand in stands.items()
        for what in stand["happened"]
    ]
    await changes.publish_all(session, followed)


def _stand(call: Call, known: Known) -> dict[str, Any]:
    """The placement as its facts now have it, and what happened to it."""
    placement, kept = known.placement, retention.kept(known.facts, call.today, rules.here())
    now = kept.now
    happened = []
    if now.started_on != placement.started_on or (placement.left_on and not now.left_on):
        happened.append("started" if now.started_on else "unstarted")
    if now.left_on and now.left_on != placement.left_on:
        happened.append("left")
    if kept.met_on and not placement.retained_on:
        happened.append("retained")
    return {
        **columns_of(kept),
        "employer_now": now.employer and now.employer._asdict(),
        "institution_id": known.school,
        "status": states.status_on(call.today, now.started_on, now.left_on),
        "version": placement.version + 1,
        "happened": happened or ["updated"],
        "changes": {"changes": changes_of} if (changes_of := history.changes(_days(placement), _days(now))) else {},
    }


def _days(of: Any) -> dict[str, Any]:
    """What history tells of them."""
    return {"started_on": of.started_on, "left_on": of.left_on}


def columns_of(kept: retention.Kept) -> dict[str, Any]:
    """What is kept for lists and filters, but for the employer."""
    return {
        "started_on": kept.now.started_on,
        "left_on": kept.now.left_on,
        "retained_on": kept.met_on,
        "proof_wanted_on": kept.wanted and kept.wanted.wanted_on,
        "proof_due_on": kept.wanted and kept.wanted.due_on,
        "last_fact_on": kept.last_fact_on,
        "weakest_grade": kept.weakest_grade,
        "proved_on": list(kept.proved_on),
    }


COLUMNS = ("started_on", "left_on", "retained_on", "proof_wanted_on", "proof_due_on", "last_fact_on", "weakest_grade")
_BRING_UP_TO_DATE = text("""
    UPDATE placements SET started_on = n.started_on, left_on = n.left_on, retained_on = n.retained_on, proof_wanted_on = n.proof_wanted_on,
        proof_due_on = n.proof_due_on, last_fact_on = n.last_fact_on, weakest_grade = n.weakest_grade,
        proved_on = CAST(n.proved_on AS date[]), employer_now = n.employer_now,
        institution_id = coalesce(n.institution_id, placements.institution_id), version = version + 1
    FROM unnest(CAST(:ids AS uuid[]), CAST(:employer_now AS jsonb[]), CAST(:started_on AS date[]), CAST(:left_on AS date[]),
        CAST(:retained_on AS date[]), CAST(:proof_wanted_on AS date[]), CAST(:proof_due_on AS date[]),
        CAST(:last_fact_on AS date[]), CAST(:weakest_grade AS text[]), CAST(:institution_id AS uuid[]),
        CAST(:proved_on AS text[])) AS n (id, employer_now, started_on, left_on, retained_on, proof_wanted_on, proof_due_on, last_fact_on,
        weakest_grade, institution_id, proved_on)
    WHERE placements.id = n.id
""")


async def _bring_up_to_date(session: AsyncSession, stands: Mapping[UUID, Mapping[str, Any]]) -> None:
    values = {name: [stand[name] for stand in stands.values()] for name in (*COLUMNS, "institution_id")}
    employers = [stand["employer_now"] and orjson.dumps(stand["employer_now"]).decode() for stand in stands.values()]
    proved_on = [array(stand["proved_on"]) for stand in stands.values()]
    await session.execute(_BRING_UP_TO_DATE, {"ids": list(stands), "employer_now": employers, "proved_on": proved_on, **values})


def array(days: Iterable[date | None]) -> str:
    """As PostgreSQL reads one, for many at once: an array of arrays is unnested to single days."""
    return f"{{{','.join(str(day or 'NULL') for day in days)}}}"


def allowed_actions(actor: Actor, status: str) -> dict[str, Refusal | None]:
    """Every action, with why the caller may not take it now."""
    machine = machine_of(county.folder())
    return {step.action: machine.why_not(step.action, status, actor.doer) for step in machine.steps}


@cache
def machine_of(_folder: Path) -> Machine:
    """With the county's words for the states."""
    return Machine("安置", {code: label.zh for code, label in codes.labels("placement_status").items()}, states.STEPS)


def _basis(code: str) -> errors.Basis | None:
    """The document that states the gates."""
    stated = rules.here().gates
    return errors.Basis(stated.document, stated.clause) if code in refusals.GATES else None
