"""Whether a class's particulars hold together and with the reference lists: all faults at once."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.institutions.teachers.tables import Teacher
from services.registry.reference.policy import lists
from services.registry.training.classes import policy
from services.registry.training.classes.errors import ClassTooLong
from shared import county, errors, wire
from shared.errors import Basis, Fault
from shared.redaction import quoted

NEEDED: Final = (
    "name",
    "channel",
    "programmes",
    "starts_on",
    "ends_on",
    "hours",
    "seats",
    "region_code",
    "teacher_ids",
    "demonstration",
    "external_refs",
)


async def check(session: AsyncSession, institution_id: UUID, values: Mapping[str, Any], today: date, faults: Iterable[Fault] = ()) -> None:
    """Refuses with every fault of `values`, together with those found before."""
    missing = [Fault("missing_field", f"/{name}", fix="该字段不能为空。") for name in NEEDED if values[name] is None]
    if missing:
        raise errors.Invalid(faults=missing)
    said = SimpleNamespace(**values)
    found = [*faults, *wire.faults(RULES, said, today), *await _teachers(session, institution_id, said.teacher_ids)]
    if any(fault.code == ClassTooLong.code for fault in found):
        raise ClassTooLong(faults=found)
    if found:
        raise errors.Invalid(faults=found)


def _days(body: Any, _today: date) -> list[Fault]:
    return fields.backwards(body.starts_on, body.ends_on, "/ends_on") or too_long(body.channel, body.starts_on, body.ends_on)


def too_long(channel: str, starts_on: date, ends_on: date) -> list[Fault]:
    terms, days = lists().channels[channel], policy.day_count(starts_on, ends_on)
    if terms.days_at_most is None or days <= terms.days_at_most:
        return []
    return [
        Fault(
            ClassTooLong.code,
            "/ends_on",
            seen=f"{starts_on} 至 {ends_on},共 {days} 天",
            allowed=f"{terms.name}一个班最多 {terms.days_at_most} 天,含首尾",
            fix="请缩短起止日期,或分成几个班。",
            basis=Basis(terms.document, terms.clause),
        )
    ]


def _trade(body: Any, _today: date) -> list[Fault]:
    code, level = body.occupation_code, body.level
    if code is None:
        if body.trade_name and body.trade_filing_no:
            return []
        missing = "/trade_filing_no" if body.trade_name else "/occupation_code"
        return [
            Fault(
                "trade_missing",
                missing,
                allowed="occupation_code,或 trade_name 和 trade_filing_no",
                fix="请填写职业代码,或填写工种名称和州级备案号。",
            )
        ]
    occupation = lists().occupations.get(code)
    if occupation is None:
        fix = "请从 /v1/occupations 选择;目录之外的工种填写 trade_name 和 trade_filing_no。"
        return [Fault("unknown_occupation", "/occupation_code", seen=code, allowed="职业目录中的代码", fix=fix)]
    if level is not None and level not in occupation.levels:
        allowed = "、".join(f"{each}({lists().levels[each].name})" for each in occupation.levels)
        return [
            Fault(
                "level_not_in_occupation",
                "/level",
                seen=level,
                allowed=f"{occupation.name}:{allowed}",
                fix="请改选该职业的等级,或不填等级。",
            )
        ]
    return []


def _programmes(body: Any, _today: date) -> list[Fault]:
    twice = sorted({each for each in body.programmes if body.programmes.count(each) > 1})
    if not twice:
        return []
    return [Fault("invalid_value", "/programmes", seen="、".join(twice), allowed="每个指标代码一次", fix="请删去重复的指标代码。")]


def _region(body: Any, _today: date) -> list[Fault]:
    if body.region_code in lists().regions:
        return []
    fix = f"请填写镇、街道的代码,如 {county.here().examples.region_code}。"
    return [Fault("unknown_region", "/region_code", seen=quoted(body.region_code), allowed="/v1/regions 中的代码", fix=fix)]


RULES = (_days, _trade, _programmes, _region)


async def _teachers(session: AsyncSession, institution_id: UUID, teacher_ids: list[UUID]) -> list[Fault]:
    if not teacher_ids:
        return []
    known = set(await session.scalars(select(Teacher.id).where(Teacher.institution_id == institution_id, Teacher.id.in_(teacher_ids))))
    return [
        Fault("unknown_teacher", f"/teacher_ids/{place}", seen=str(each), allowed="承办机构已登记的教师", fix="请先在该机构下登记教师。")
        for place, each in enumerate(teacher_ids)
        if each not in known
    ]
