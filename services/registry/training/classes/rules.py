"""Whether a class's particulars hold together and with the reference lists: all faults at once."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.clients import OrderRead
from services.registry.codes import Channel, ClassKind, ClassStatus
from services.registry.institutions.teachers.tables import Teacher
from services.registry.reference.errors import invalid_number
from services.registry.reference.policy import lists
from services.registry.training.classes import policy
from services.registry.training.classes.errors import ClassHoursImpossible, ClassTooLong, TeacherClash
from services.registry.training.classes.schemas import Post, SessionOut
from services.registry.training.classes.tables import ClassSession, TrainingClass
from shared import codes, county, errors, wire
from shared.errors import Basis, Fault
from shared.national_numbers import InvalidNumber, credit_code
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
    "posts",
    "delivery",
    "teacher_ids",
    "demonstration",
    "external_refs",
)


async def check(session: AsyncSession, institution_id: UUID, values: Mapping[str, Any], today: date, faults: Iterable[Fault] = ()) -> None:
    """Refuses with every fault of `values`, together with those found before."""
    missing = [Fault("missing_field", f"/{name}", fix="该字段不能为空。") for name in NEEDED if values[name] is None]
    if missing:
        raise errors.Invalid(faults=missing)
    said = SimpleNamespace(**{**values, "posts": [Post.model_validate(each) for each in values["posts"]]})
    found = [*faults, *wire.faults(RULES, said, today), *await _teachers(session, institution_id, said.teacher_ids)]
    refuse(found)


def refuse(faults: list[Fault]) -> None:
    """422 with all of them, under the code of a class that cannot be so where one of them says it."""
    found = {fault.code for fault in faults}
    if faults:
        raise next((kind for kind in (ClassTooLong, ClassHoursImpossible) if kind.code in found), errors.Invalid)(faults=faults)


def _days(body: Any, _today: date) -> list[Fault]:
    return fields.backwards(body.starts_on, body.ends_on, "/ends_on") or _too_long(body.channel, body.starts_on, body.ends_on)


def _too_long(channel: str, starts_on: date, ends_on: date) -> list[Fault]:
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


def _hours(body: Any, _today: date) -> list[Fault]:
    """No more than the days can hold."""
    days, a_day = policy.day_count(body.starts_on, body.ends_on), lists().channels[body.channel].class_hours_a_day_at_most
    if days < 1 or a_day is None or body.hours <= days * a_day:
        return []
    seen, allowed = f"{body.starts_on} 至 {body.ends_on} 共 {days} 天,{body.hours} 课时", f"每天最多 {a_day} 课时,共 {days * a_day} 课时"
    return [Fault(ClassHoursImpossible.code, "/hours", seen=seen, allowed=allowed, fix="请改正课时或起止日期。")]


DAYS = (_days, _hours)


def trade(body: Any, _today: date) -> list[Fault]:
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
        return [
            _unknown_occupation("/occupation_code", code, "请从 /v1/occupations 选择;目录之外的工种填写 trade_name 和 trade_filing_no。")
        ]
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


def _unknown_occupation(pointer: str, code: str, fix: str) -> Fault:
    return Fault("unknown_occupation", pointer, seen=quoted(code), allowed="职业目录中的代码", fix=fix)


def _programmes(body: Any, _today: date) -> list[Fault]:
    unknown = [
        Fault("unknown_programme", f"/programmes/{place}", seen=each, allowed="规划中的指标代码", fix="请对照规划的指标代码改正,或删去。")
        for place, each in enumerate(body.programmes)
        if each not in lists().programmes
    ]
    twice = sorted({each for each in body.programmes if body.programmes.count(each) > 1})
    if not twice:
        return unknown
    return [
        *unknown,
        Fault("invalid_value", "/programmes", seen="、".join(twice), allowed="每个指标代码一次", fix="请删去重复的指标代码。"),
    ]


def _region(body: Any, _today: date) -> list[Fault]:
    if body.region_code in lists().regions:
        return []
    fix = f"请填写镇、街道的代码,如 {county.here().examples.region_code}。"
    return [Fault("unknown_region", "/region_code", seen=quoted(body.region_code), allowed="/v1/regions 中的代码", fix=fix)]


def _zone(body: Any, _today: date) -> list[Fault]:
    zones = [each for each in lists().regions.values() if each.kind == "zone"]
    if body.zone_code is None or body.zone_code in [each.code for each in zones]:
        return []
    allowed = "、".join(f"{each.code}({each.name})" for each in zones) or "本地没有开发区"
    return [Fault("unknown_region", "/zone_code", seen=quoted(body.zone_code), allowed=allowed, fix="请改正,或不填。")]


def _kind(body: Any, _today: date) -> list[Fault]:
    """A class that is titled or directed says by whom, one that was ordered by what order or whom; one for anyone names nobody."""
    kind = policy.kind_of(body.kind, body.order_id, body.sponsor)
    if kind == ClassKind.ORDINARY and (body.order_id or body.sponsor):
        seen, fix = "普通班写明了订单或单位", "请写明是订单班(order)、冠名班(titled)还是定向班(directed);确为普通班的,请去掉订单和单位。"
        return [Fault("invalid_value", "/kind", seen=seen, allowed="order、titled、directed", fix=fix)]
    if kind == ClassKind.ORDINARY or body.sponsor or (kind == ClassKind.ORDER and body.order_id):
        return []
    allowed = "订单编号或下订单的单位" if kind == ClassKind.ORDER else f"{codes.label('class_kind', kind)}的单位"
    return [Fault("missing_field", "/sponsor", allowed=allowed, fix="请补充 sponsor,或改正 kind。")]


def _posts(body: Any, today: date) -> list[Fault]:
    """Known occupations, true credit codes, and agreed before they are told."""
    found = []
    for place, post in enumerate(body.posts):
        if post.occupation_code not in lists().occupations:
            found.append(_unknown_occupation(f"/posts/{place}/occupation_code", post.occupation_code, "请从 /v1/occupations 选择。"))
        if post.agreed_on > today:
            fix = "请填写岗位约定之日;尚未约定的请先不填。"
            found.append(
                Fault("invalid_value", f"/posts/{place}/agreed_on", seen=str(post.agreed_on), allowed=f"不晚于今天 {today}", fix=fix)
            )
        try:
            _ = post.employer.uscc and credit_code(post.employer.uscc)
        except InvalidNumber as invalid:
            found.append(invalid_number(invalid, f"/posts/{place}/employer/uscc"))
    return found


def _unpaid(body: Any, _today: date) -> list[Fault]:
    """What is never subsidised names no fund."""
    if body.channel != Channel.SOCIAL or body.fund_source is None:
        return []
    fix = "请去掉 fund_source,或改正 channel。"
    return [Fault("invalid_value", "/fund_source", seen=body.fund_source, allowed="非补贴社会培训不使用补贴资金", fix=fix)]


KNOWN = (_programmes, _region, _zone)  # of the reference lists
RULES = (*DAYS, trade, *KNOWN, _kind, _posts, _unpaid)


def order(order_id: UUID | None, known: OrderRead | None, starts_on: date | None) -> list[Fault]:
    """The order exists, and is open on the class's first day."""
    if order_id is None or starts_on is None:
        return []
    fix = "请核对订单编号,或另选订单。"
    if known is None:
        return [Fault("unknown_order", "/order_id", seen=str(order_id), allowed="已登记的订单", fix=fix)]
    why = policy.order_not_open(known.number, known.closed, known.until_on, starts_on)
    return [Fault(policy.ORDER_NOT_OPEN, "/order_id", seen=why, allowed="开班当日仍有效的订单", fix=fix)] if why else []


def seats(wanted: int, taken: int) -> list[Fault]:
    """Everybody who is enrolled has one."""
    if wanted >= taken:
        return []
    fix = "请填写不少于在册人数的人数上限,或先办理退出。"
    return [Fault("invalid_value", "/seats", seen=str(wanted), allowed=f"不少于已报名的 {taken} 人", fix=fix)]


async def check_session(session: AsyncSession, training: TrainingClass, made: SessionOut) -> None:
    """Refuses a session by a teacher who is not the institution's or stands in another timetable for that half-day, and more hours than a day holds."""
    a_day = lists().channels[training.channel].class_hours_a_day_at_most
    of_day = select(func.coalesce(func.sum(ClassSession.hours), 0)).where(ClassSession.class_id == training.id, ClassSession.on == made.on)
    hours = made.hours + (await session.scalar(of_day) or 0)
    found = [] if a_day is None or hours <= a_day else [_hours_of_a_day(made.on, hours, a_day)]
    if made.teacher_id:
        found += await _teachers(session, training.institution_id, [made.teacher_id], at="/teacher_id") or await _clash(session, made)
    if any(fault.code == TeacherClash.code for fault in found):
        raise TeacherClash(faults=found)
    refuse(found)


def _hours_of_a_day(on: date, hours: int, a_day: int) -> Fault:
    fix = "请改正课时,或排在另一天。"
    return Fault(ClassHoursImpossible.code, "/hours", seen=f"{on} 共 {hours} 课时", allowed=f"每天最多 {a_day} 课时", fix=fix)


async def _clash(session: AsyncSession, made: SessionOut) -> list[Fault]:
    """The same person, whatever institution employs them, in another class's timetable that is not called off. The teacher is locked, so that of two
    timetables at the same moment the later sees the earlier."""
    same = select(Teacher.id_number_key).where(Teacher.id == made.teacher_id).scalar_subquery()
    ids = list(await session.scalars(select(Teacher.id).where(Teacher.id_number_key == same).order_by(Teacher.id).with_for_update()))
    elsewhere = (
        select(TrainingClass.number)
        .join(ClassSession, ClassSession.class_id == TrainingClass.id)
        .where(
            ClassSession.teacher_id.in_(ids),
            ClassSession.on == made.on,
            ClassSession.half_day == made.half_day,
            TrainingClass.status.not_in((ClassStatus.REJECTED, ClassStatus.CANCELLED)),
        )
    )
    number = await session.scalar(elsewhere.limit(1))
    if number is None:
        return []
    then, allowed = f"{made.on} {codes.label('half_day', made.half_day)}", "一名教师同一半天只在一个班授课"
    return [
        Fault(TeacherClash.code, "/teacher_id", seen=f"{then} 已在班级 {number} 授课", allowed=allowed, fix="请改排时间,或换一名教师。")
    ]


async def _teachers(session: AsyncSession, institution_id: UUID, teacher_ids: list[UUID], at: str = "") -> list[Fault]:
    if not teacher_ids:
        return []
    known = set(await session.scalars(select(Teacher.id).where(Teacher.institution_id == institution_id, Teacher.id.in_(teacher_ids))))
    return [
        Fault(
            "unknown_teacher", at or f"/teacher_ids/{place}", seen=str(each), allowed="承办机构已登记的教师", fix="请先在该机构下登记教师。"
        )
        for place, each in enumerate(teacher_ids)
        if each not in known
    ]
