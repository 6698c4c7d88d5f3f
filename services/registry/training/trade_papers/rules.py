"""What must hold of what is said about a paper on trades, each rule alone."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any

from services.registry.reference.errors import unknown_region
from services.registry.reference.policy import lists, words
from services.registry.training.trade_papers.policy import Asked
from shared.errors import Fault
from shared.redaction import quoted


def key(occupation_code: str | None, trade_name: str | None) -> str:
    """What makes two trades the same: the occupation's code, also where the trade is named as an occupation is; else its name however typed."""
    name = re.sub(r"\s", "", unicodedata.normalize("NFKC", trade_name or "")).casefold()
    return occupation_code or words(lists().occupations.values()).get(name, name)


def _trade(pointer: str, trade: Any) -> Iterable[Fault]:
    code, name = trade.occupation_code, trade.trade_name
    if (code is None) == (name is None):
        yield Fault("trade_missing", f"{pointer}/occupation_code", allowed="occupation_code 与 trade_name 填其一", fix="请只填写其中一项。")
        return
    occupation = lists().occupations.get(code or "")
    if code is not None and occupation is None:
        fix = "请从 /v1/occupations 选择;目录之外的工种填写 trade_name。"
        yield Fault("unknown_occupation", f"{pointer}/occupation_code", seen=quoted(code), allowed="职业目录中的代码", fix=fix)
    known = occupation.levels if occupation else ()
    for level in trade.levels if known else ():
        if level not in known:
            allowed = "、".join(known)
            yield Fault("level_not_in_occupation", f"{pointer}/levels", seen=level, allowed=allowed, fix="请改选该职业的等级。")


def _trades(body: Any, _today: date) -> list[Fault]:
    """Each exists, and stands once."""
    found, before = list[Fault](), set[str]()
    for index, trade in enumerate(body.entries):
        found += _trade(f"/entries/{index}", trade)
        same = key(trade.occupation_code, trade.trade_name)
        if same in before:
            fix = "与前面一项是同一工种,请删去本项。"
            found.append(Fault("duplicate_item", f"/entries/{index}", seen=quoted(same), fix=fix))
        before.add(same)
    return found


def _one_trade(body: Any, _today: date) -> list[Fault]:
    return list(_trade("", body))


def _proposed(body: Any, today: date) -> list[Fault]:
    return [] if body.proposed_on is None else in_order(today, None, Asked("/proposed_on", body.proposed_on))


def in_order(today: date, since: date | None, *asked: Asked) -> list[Fault]:
    """Nothing comes before what it follows from, and what is told as a fact has been."""
    found = []
    for each in asked:
        if since is not None and each.on < since:
            fix = "请核对日期的先后。"
            found.append(Fault("invalid_value", each.pointer, seen=str(each.on), allowed=f"不早于 {since}", fix=fix))
        if each.told and each.on > today:
            fix = "请在办理之后再登记。"
            found.append(Fault("in_the_future", each.pointer, seen=str(each.on), allowed=f"不晚于 {today}", fix=fix))
    return found


def _filed(body: Any, today: date) -> list[Fault]:
    return in_order(today, None, *filed_days(body.filings))


def filed_days(filings: Iterable[Any]) -> list[Asked]:
    return [Asked(f"/filings/{index}/filed_on", each.filed_on) for index, each in enumerate(filings)]


def _place(body: Any, _today: date) -> list[Fault]:
    code = body.region_code
    if code in lists().regions:
        return []
    return [unknown_region(code)]


OF_MANY = (_trades, _proposed)
OF_ONE = (_one_trade, _proposed)
OF_BASE = (*OF_MANY, _place)
OF_FILINGS = (_filed,)
