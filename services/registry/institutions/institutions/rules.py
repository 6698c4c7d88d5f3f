"""What must hold of what is said about an institution: clean values, or every fault at once."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from services.registry import fields
from services.registry.reference import policy as reference
from services.registry.reference.errors import invalid_number
from shared.errors import Fault
from shared.national_numbers import InvalidNumber, credit_code
from shared.redaction import quoted
from shared.sheets.rows import FieldFault

COMPANY_ACCOUNT = re.compile(r"[0-9]{8,32}")


def read(stated: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Clean values of the stated fields, and every fault."""
    values, faults = dict(stated), []
    if "region_code" in stated and stated["region_code"] not in reference.lists().regions:
        faults.append(
            Fault("unknown_region", pointer="/region_code", seen=quoted(stated["region_code"]), fix="请按 /v1/regions 填写代码。")
        )
    if stated.get("phone"):
        try:
            values["phone"] = fields.phone(stated["phone"])
        except FieldFault as fault:
            faults.append(Fault(fault.code, pointer="/phone", seen=fault.seen, fix=fault.fix))
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


def _said(name: str) -> Callable[[Any, date], list[Fault]]:
    return lambda body, _today: read({name: getattr(body, name)} if name in body.model_fields_set else {})[1]


RULES = tuple(map(_said, ("region_code", "phone", "bank_account", "uscc")))  # each alone, for a body of which not every field is sound
CHANGE_RULES = RULES[:-1]
