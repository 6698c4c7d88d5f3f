"""What must hold of a survey, each rule alone."""

from datetime import date
from typing import Any

from services.registry.codes import InstitutionKind
from services.registry.reference import policy as reference
from shared.codes import label
from shared.errors import Fault
from shared.redaction import quoted


def _part_of_the_whole(body: Any, _today: date) -> list[Fault]:
    if body.certified_workers <= body.technical_workers:
        return []
    allowed, fix = f"不超过 {body.technical_workers}", "持证的技术工人不能多于技术工人。"
    return [Fault("invalid_value", "/certified_workers", seen=str(body.certified_workers), allowed=allowed, fix=fix)]


def _of_the_past(body: Any, today: date) -> list[Fault]:
    if body.surveyed_on <= today:
        return []
    return [Fault("in_the_future", "/surveyed_on", seen=str(body.surveyed_on), allowed=f"不晚于今天 {today}", fix="请在调研以后填报。")]


def _year(body: Any, today: date) -> list[Fault]:
    """Of this year or the next, whose plan it is, or of one gone by."""
    if body.year <= today.year + 1:
        return []
    return [Fault("in_the_future", "/year", seen=str(body.year), allowed=f"不晚于 {today.year + 1} 年", fix="请改正年度。")]


def _of_its_time(body: Any, today: date) -> list[Fault]:
    return [] if _year(body, today) else asked_about(body.year, body.surveyed_on)


def asked_about(year: int, surveyed_on: date) -> list[Fault]:
    """On a day one asks about its year, an earlier one or the next."""
    if year <= surveyed_on.year + 1:
        return []
    fix = "请核对调研之日和年度。"
    return [Fault("invalid_value", "/surveyed_on", seen=str(surveyed_on), allowed=f"{year} 年度的调研不早于 {year - 1}-01-01", fix=fix)]


def _trades(body: Any, _today: date) -> list[Fault]:
    known, faults = reference.lists().occupations, []
    for name in ("needs", "plan"):
        for index, each in enumerate(getattr(body, name)):
            where = f"/{name}/{index}/occupation_code"
            if each.occupation_code is None and each.trade_name is None:
                faults.append(Fault("trade_missing", where, allowed="occupation_code 或 trade_name", fix="请填写职业代码或工种名称。"))
            elif each.occupation_code not in (None, *known):
                fix = "请从 /v1/occupations 选择;目录之外的填写 trade_name。"
                faults.append(Fault("unknown_occupation", where, seen=quoted(each.occupation_code), allowed="职业目录中的代码", fix=fix))
    return faults


EMPLOY = (InstitutionKind.ENTERPRISE, InstitutionKind.COOPERATIVE, InstitutionKind.WORKSHOP, InstitutionKind.LABOUR_AGENCY)


def surveyed(kind: str, pointer: str) -> list[Fault]:
    """Workers are asked about where they work: a school, an association or an assessment body is no enterprise."""
    if kind in EMPLOY:
        return []
    allowed, fix = "、".join(label("institution_kind", each) for each in EMPLOY), "请核对机构;学校、协会和评价组织不作企业调研。"
    return [Fault("invalid_value", pointer, seen=label("institution_kind", kind), allowed=allowed, fix=fix)]


CORRECTION_RULES = (_part_of_the_whole, _of_the_past, _trades)
RULES = (*CORRECTION_RULES, _year, _of_its_time)
