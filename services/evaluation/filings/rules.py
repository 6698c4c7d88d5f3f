"""What a decision on a filing must make sense of, apart from the filing itself: each level decided once and refused with a reason, days that follow each other."""

from collections.abc import Iterable
from datetime import date

from services.evaluation import rules
from services.evaluation.filings import policy
from services.evaluation.filings.schemas import Acceptance, Extension
from shared import errors


def _repeated(body: Acceptance | Extension, _: date) -> Iterable[errors.Fault]:
    """Each occupation and level is decided once."""
    for index in policy.repeated((each.occupation_code, each.level) for each in body.granted):
        seen = f"{body.granted[index].occupation_code} {body.granted[index].level}"
        yield errors.Fault("repeated_entry", f"/granted/{index}", seen=seen, fix="请删除重复的一项。")


def _reasons(body: Acceptance | Extension, _: date) -> Iterable[errors.Fault]:
    """Who refuses says why."""
    for index, each in enumerate(body.granted):
        if each.decision == "refused" and each.reason is None:
            yield errors.Fault("missing_field", f"/granted/{index}/reason", allowed="1 至 1000 字", fix="请写明不予备案的理由。")


def _validity(body: Acceptance, today: date) -> Iterable[errors.Fault]:
    if body.valid_until_on < body.valid_from_on:
        yield reversed_days(body.valid_until_on, f"不早于 {body.valid_from_on}")
    elif between := policy.days_too_far(today, body.valid_from_on, body.valid_until_on, rules.here().filing_years_at_most):
        early = body.valid_from_on < between[0] or body.valid_until_on <= between[1]
        name = "valid_from_on" if early else "valid_until_on"
        yield too_far(f"/{name}", getattr(body, name), between)


def too_far(at: str, seen: date, between: tuple[date, date]) -> errors.Fault:
    allowed = f"{between[0]} 至 {between[1]}"
    return errors.Fault("validity_too_long", at, seen=str(seen), allowed=allowed, fix="请核对有效期的起止日。")


def reversed_days(seen: object, allowed: str) -> errors.Fault:
    return errors.Fault("validity_reversed", "/valid_until_on", seen=str(seen), allowed=allowed, fix="请核对有效期止日。")


EXTENDED = (_repeated, _reasons)
ACCEPTED = (_repeated, _reasons, _validity)
