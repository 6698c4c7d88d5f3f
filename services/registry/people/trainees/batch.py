"""Many people at once: those who are new are registered, those who are known are brought up to date by whoever may change them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.people.trainees import facts, operations, policy, rules, visibility
from services.registry.people.trainees.errors import CorrectionNeeded, DuplicateTrainee
from services.registry.people.trainees.rules import Person
from services.registry.people.trainees.schemas import TraineeIn
from services.registry.people.trainees.tables import Trainee
from shared import deeds, history, wire
from shared.access import Call
from shared.batches import Batch, BatchOut, Result, rejected, run
from shared.errors import Fault, Forbidden, Problem
from shared.privacy import Vault
from shared.redaction import quoted

BY_CORRECTION = "该学员已报名的班已开班,人员类别和账户不能直接修改;请用 corrections 提出更正申请。"
COMPARED = ("region_code", "village", "education", "employer_id", "employments", "retirement_track", "external_refs")


async def take(session: AsyncSession, call: Call, vault: Vault, asked: Batch[TraineeIn]) -> BatchOut:
    """What keeps nothing tells all the same who is registered: that it was asked is in the trail, like a lookup."""

    async def kept(items: Mapping[int, TraineeIn]) -> Mapping[int, Result]:
        return await keep(session, call, vault, items)

    said = {"asked": len(asked.items)}
    try:
        answer = await run(session, asked, kept, DuplicateTrainee, rules=partial(wire.faults, rules.RULES, today=call.today))
    except Problem as refused:
        raise refused.keeping(deeds.quiet(call, "trainee.checked", None, details=said)) from refused
    if asked.mode == "validate":
        await deeds.record(session, call, "trainee.checked", None, event=False, details=said)
    return answer


async def keep(session: AsyncSession, call: Call, vault: Vault, items: Mapping[int, TraineeIn]) -> Mapping[int, Result]:
    """A result for each item, in the caller's transaction."""
    outcomes: dict[int, Result] = {}
    people: dict[int, Person] = {}
    first_with: dict[str, int] = {}
    named = await operations.named_faults(session, call, list(items.values()))
    for (index, item), unknown in zip(items.items(), named, strict=True):
        person = rules.person(item, call.today)
        faults = [*(person if isinstance(person, tuple) else ()), *unknown]
        if call.actor.role == "town" and item.region_code != call.actor.region_code:
            faults.append(
                Fault(
                    Forbidden.code,
                    pointer="/region_code",
                    seen=quoted(item.region_code),
                    allowed=call.actor.region_code,
                    fix="镇(街道)只能登记本镇(街道)的学员。",
                )
            )
        if isinstance(person, tuple) or faults:
            outcomes[index] = rejected(*faults)
        elif (first := first_with.setdefault(person.id_number, index)) != index:
            outcomes[index] = rejected(
                Fault("duplicate_item", pointer="/id_number", fix=f"与第 {first} 项是同一人,请删去本项。"), conflict=True
            )
        else:
            people[index] = person
    registered = dict(zip(people, await operations.register(session, call, vault, list(people.values())), strict=True))
    newer: dict[int, dict[str, Any]] = {}
    for index, each in registered.items():
        if each.before is None:
            outcomes[index] = Result("created", each.id)
        elif each.name_differs:
            outcomes[index] = rejected(operations.name_differs("/name", people[index].name), conflict=True)
        elif not (news := _news(call, vault, people[index], each.before)):
            outcomes[index] = Result("unchanged", each.id)
        elif visibility.may_change(call.actor, each.how, each.before.region_code):
            newer[index] = news
        else:
            known = Fault(
                DuplicateTrainee.code,
                pointer="/id_number",
                fix="该学员由他人登记,内容与已登记的不同;请用 existing_id 提出更正申请。",
                more={"existing_id": str(each.id)},
            )
            outcomes[index] = replace(rejected(known, conflict=True), id=each.id)
    needed = await correction_needed(session, call, [(registered[index].before, news) for index, news in newer.items()])
    for index, news in newer.items():
        known_id = registered[index].id
        pointer = "/categories" if "categories" in news else "/bank_account"
        settled = Fault(CorrectionNeeded.code, pointer=pointer, fix=BY_CORRECTION)
        outcomes[index] = rejected(settled, conflict=True) if known_id in needed else Result("updated", known_id)
    kept = [(registered[index].before, news) for index, news in newer.items() if registered[index].id not in needed]
    await bring_up_to_date(session, call, vault, kept, source="批量登记")
    return outcomes


async def correction_needed(session: AsyncSession, call: Call, newer: Sequence[tuple[Any, dict[str, Any]]]) -> set[UUID]:
    """Of those who are to be brought up to date whom a class has counted on since."""
    touched = {
        known.id: policy.relied_on_from({"categories": [], "bank_account": known.bank_account}, news, lambda _: False)
        for known, news in newer
    }
    return await facts.correction_needed(session, call, {each: from_on for each, from_on in touched.items() if from_on})


def _news(call: Call, vault: Vault, person: Person, known: Any) -> dict[str, Any]:
    """What was stated and differs from what is known. Categories are added to, never taken away."""
    plain = {name: _plain(getattr(person, name)) for name in COMPARED if name in person.stated}
    plain["employments"] = policy.employed(known.employments, known.employer_id, plain, call.today, call.actor.name)
    news = {name: value for name, value in plain.items() if value != getattr(known, name)}
    if "phone" in person.stated and person.phone != fields.opened(vault, "trainees", known.id, "phone", known.phone_sealed):
        news["phone"] = person.phone
    if "bank_account" in person.stated:
        account = person.bank_account
        if (vault.blind(account, fields.BANK_ACCOUNT) if account else None) != known.bank_account_key:
            news["bank_account"] = account
    stated = [each for each in person.categories if _as_kept(each) not in known.categories]
    return news | ({"categories": stated} if stated else {})


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _as_kept(category: rules.Category) -> dict[str, Any]:
    until_on = category.until_on.isoformat() if category.until_on else None
    return {"code": category.code, "since_on": category.since_on.isoformat(), "until_on": until_on, "proof": category.proof}


async def bring_up_to_date(
    session: AsyncSession, call: Call, vault: Vault, newer: Sequence[tuple[Any, dict[str, Any]]], *, source: str
) -> None:
    """`source`: what told the news, as the history says it."""
    if not newer:
        return
    rows = []
    for known, news in newer:
        row = {name: news.get(name, getattr(known, name)) for name in COMPARED}
        sealed = {"phone": known.phone_sealed, "phone_masked": known.phone}
        sealed |= {
            "bank_account": known.bank_account_sealed,
            "bank_account_key": known.bank_account_key,
            "bank_account_masked": known.bank_account,
        }
        if "phone" in news:
            sealed |= fields.sealed_phone(vault, "trainees", known.id, news["phone"])
        if "bank_account" in news:
            sealed |= fields.sealed_account(vault, "trainees", known.id, news["bank_account"])
        sealed["history_key"] = known.history_key or fields.new_history_key()
        rows.append({"known_id": known.id, "changed_at": call.now, **row, **sealed})
    raise_version = update(Trainee).where(Trainee.id == bindparam("known_id")).values(version=Trainee.version + 1)
    await (await session.connection()).execute(
        raise_version.values({name: bindparam(name) for name in rows[0] if name != "known_id"}), rows
    )
    phones = [
        {"known_id": known.id, "key": news["phone"] and vault.blind(news["phone"], fields.PHONE)}
        for known, news in newer
        if "phone" in news
    ]
    if phones:
        found_by = update(Trainee).where(Trainee.id == bindparam("known_id")).values(phone_key=bindparam("key"))
        await (await session.connection()).execute(found_by, phones)
    await operations.state_categories(session, [(known.id, news["categories"]) for known, news in newer if "categories" in news])
    await deeds.record_all(
        session,
        [
            deeds.deed(
                call,
                "trainee.changed",
                known.id,
                details={"source": source, "changes": history.sealed(vault, known.id, row["history_key"], _changes(known, news, row))},
                version=known.version + 1,
                fields=sorted(news),
                **_since(news),
            )
            for row, (known, news) in zip(rows, newer, strict=True)
        ],
    )
    accounts = {row["known_id"]: {known.bank_account_key} ^ {row["bank_account_key"]} for row, (known, _) in zip(rows, newer, strict=True)}
    await operations.tell_sharers(session, call, accounts)
    await facts.compared(session, call, [each["known_id"] for each in phones])


def _changes(known: Any, news: Mapping[str, Any], row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What differs of the trainee as it is shown."""
    now = {**row, "phone": row["phone_masked"], "bank_account": row["bank_account_masked"]}
    if "categories" in news:
        stated = {(each["code"], each["since_on"]): each for each in (*known.categories, *map(_as_kept, news["categories"]))}
        now["categories"] = sorted(stated.values(), key=lambda each: (each["since_on"], each["code"]))
    return [{"field": name, "old": _shown(getattr(known, name)), "new": _shown(now[name])} for name in sorted(news)]


def _shown(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _since(news: Mapping[str, Any]) -> dict[str, Any]:
    """From which day what is known of the person's categories differs."""
    return {"from_on": min(each.since_on for each in news["categories"])} if "categories" in news else {}
