"""What must hold of what is said about an institution: clean values, or every fault at once."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from services.registry import fields
from services.registry.institutions.institutions import policy
from services.registry.reference import policy as reference
from services.registry.reference.errors import invalid_number, unknown_region
from shared.errors import Fault
from shared.national_numbers import InvalidNumber, credit_code
from shared.redaction import quoted
from shared.sheets.rows import FieldFault

CODE = re.compile(r"[0-9]-[0-9]{2}-[0-9]{2}-[0-9]{2}")
COMPANY_ACCOUNT = re.compile(r"[0-9]{8,32}")
BODIES = ("institution_id", "region_code", "department")


def one_body(named: Any, at: str = "") -> list[Fault]:
    """A paper is about one institution, one town or one department that there is; `at`: where it names them. Whether the institution is known, the database
    says (`unknown_institution`)."""
    lists, allowed = reference.lists(), "机构、镇街、部门填一项"
    said = [name for name in BODIES if getattr(named, name)]
    found = [Fault("invalid_value", f"{at}/{name}", seen="同时填写了几项", allowed=allowed, fix="请只留一项。") for name in said[1:]]
    if not said:
        found = [Fault("missing_field", f"{at}/institution_id", allowed=allowed, fix="请写明对象。")]
    if (code := named.region_code) and not (code in lists.regions and lists.regions[code].is_town):
        there = "/v1/regions 中的镇、街道"
        found.append(Fault("unknown_region", f"{at}/region_code", seen=quoted(code), allowed=there, fix="请核对代码。"))
    if named.department and named.department not in lists.led_by:
        there = "、".join(lists.led_by)
        found.append(
            Fault("unknown_department", f"{at}/department", seen=quoted(named.department), allowed=there, fix="请按规划中的名称填写。")
        )
    return found


def unknown_institution(institution_id: Any, found: Any, at: str = "") -> list[Fault]:
    if institution_id is None or found is not None:
        return []
    fix = "请先登记机构,或核对编号。"
    return [Fault("unknown_institution", f"{at}/institution_id", seen=str(institution_id), allowed="已登记的机构", fix=fix)]


def stated_facts(body: Any, kept: list[dict[str, Any]], today: date, since: date | None) -> dict[str, Any]:
    """The dated facts that a body states, as they are kept. Said of today alone, the scale changes from today on; `kept`: its periods until now."""
    said = {name: [each.model_dump(mode="json") for each in getattr(body, name)] for name in DATED if name in body.model_fields_set}
    if "above_scale" in body.model_fields_set and "scale_periods" not in said:
        said["scale_periods"] = policy.scale_from(kept, today, above=body.above_scale, since=since)
    return said


def read(stated: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Clean values of the stated fields, and every fault."""
    values, faults = dict(stated), []
    if "region_code" in stated and stated["region_code"] not in reference.lists().regions:
        faults.append(unknown_region(stated["region_code"]))
    if stated.get("phone"):
        try:
            values["phone"] = fields.phone(stated["phone"])
        except FieldFault as fault:
            faults.append(fields.faulty(fault, "/phone"))
    if stated.get("bank_account"):
        values["bank_account"] = re.sub(r"[\s-]", "", stated["bank_account"])
        if not COMPANY_ACCOUNT.fullmatch(values["bank_account"]):
            faults.append(
                Fault("invalid_bank_account", pointer="/bank_account", allowed="8 至 32 位数字", fix="请对照开户许可证核对后重填。")
            )
    if "uscc" in stated:
        try:
            values["uscc"] = credit_code(stated["uscc"])
        except InvalidNumber as invalid:
            faults.append(invalid_number(invalid, "/uscc"))
    return values, faults


DATED = ("scale_periods", "filing_exemptions", "marks", "licences")
WHAT_OF_IT = {"marks": "code", "licences": "number"}  # of the others there is one at a time


def _dated(body: Any, _today: date) -> list[Fault]:
    """Facts of one kind end after they begin, and share no day."""
    faults = []
    for name in DATED:
        listed = getattr(body, name) if name in body.model_fields_set else []
        for index, each in enumerate(listed):
            where = f"/{name}/{index}"
            faults += fields.backwards(each.from_on, each.until_on, f"{where}/until_on")
            same = [other for other in listed[:index] if _what(name, other) == _what(name, each)]
            if any(_share_a_day(each, other) for other in same):
                faults.append(
                    Fault(
                        "overlapping_periods",
                        where,
                        seen=f"{each.from_on or '不知何时'} 至 {each.until_on or '今'}",
                        fix="请合并为一段,或改正起止日期。",
                    )
                )
    return faults


def _what(name: str, each: Any) -> Any:
    return getattr(each, WHAT_OF_IT[name]) if name in WHAT_OF_IT else None


def _share_a_day(one: Any, other: Any) -> bool:
    first, last = date.min, date.max
    return (one.from_on or first) <= (other.until_on or last) and (other.from_on or first) <= (one.until_on or last)


def _scale(body: Any, today: date) -> list[Fault]:
    """What is said of today is what the periods say of it."""
    if not {"above_scale", "scale_periods"} <= body.model_fields_set:
        return []
    above = any(policy.holds_on(each.from_on, each.until_on, today) for each in body.scale_periods)
    if above == body.above_scale:
        return []
    return [
        Fault(
            "invalid_value",
            "/above_scale",
            seen=str(body.above_scale).lower(),
            allowed=f"按 scale_periods,今天为 {str(above).lower()}",
            fix="请只填 scale_periods,或改正期间。",
        )
    ]


def _trades(body: Any, _today: date) -> list[Fault]:
    """Licensed trades that look like codes are codes."""
    listed = body.licences if "licences" in body.model_fields_set else []
    return [
        Fault(
            "unknown_occupation",
            f"/licences/{index}/trades/{at}",
            seen=quoted(trade),
            allowed="职业目录中的代码,或工种名称",
            fix="请从 /v1/occupations 选择。",
        )
        for index, each in enumerate(listed)
        for at, trade in enumerate(each.trades)
        if CODE.fullmatch(trade) and trade not in reference.lists().occupations
    ]


def _said(name: str) -> Callable[[Any, date], list[Fault]]:
    return lambda body, _today: read({name: getattr(body, name)} if name in body.model_fields_set else {})[1]


FACTS = (_dated, _scale, _trades)
RULES = (*FACTS, *map(_said, ("region_code", "phone", "bank_account", "uscc")))  # each alone, for a body of which not every field is sound
CHANGE_RULES = RULES[:-1]
