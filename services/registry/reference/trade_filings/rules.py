"""What must hold of what is said about a trade filing, each rule alone."""

from datetime import date
from typing import Any

from services.registry import fields
from services.registry.reference.policy import lists
from shared.errors import Fault
from shared.redaction import quoted


def _known(body: Any, _today: date) -> list[Fault]:
    code = body.beside_occupation_code
    if code is None or code in lists().occupations:
        return []
    fix = "请从 /v1/occupations 选择;没有相当的职业则不填。"
    return [Fault("unknown_occupation", "/beside_occupation_code", seen=quoted(code), allowed="职业目录中的代码", fix=fix)]


RULES = (_known, fields.in_order("from_on", "until_on"))
