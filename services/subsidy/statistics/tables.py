"""What claims and their money come to (合计), kept as they are written: statistics cost the same whatever the claims have grown to.

Each claim is counted in one group of each kind: its scheme, fund, town and institution; within these by the month of its submission (none: never submitted)
and its status. Triggers on claims, their lines and the postings keep the sums in the transaction of the change; `python -m shared.tallies subsidy` counts anew.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Index,
    Numeric,
    Select,
    Table,
    Text,
    case,
    cast,
    column,
    func,
    lateral,
    select,
    true,
    values,
)

from services.subsidy.claims.tables import Claim, Line
from services.subsidy.codes import LineVerdict
from services.subsidy.funds.tables import Posting
from services.subsidy.metadata import Row
from shared import clock, keeping, tallies

MONTH: Final = cast(func.date_trunc("month", func.timezone(clock.SHANGHAI.key, Claim.submitted_at)), Date)
GROUPS: Final[dict[str, Any]] = {
    "scheme": Claim.scheme,
    "fund": Claim.fund_id,
    "region": Claim.counted_region_code,
    "institution": Claim.institution_id,
}
OF_LINES: Final[dict[str, Any]] = {  # of eligible lines alone `entitled` and `given_up`
    "people": func.count(Line.position),
    "claimed": func.coalesce(func.sum(func.coalesce(Line.expected_amount, Line.amount)), 0),
    "entitled": func.coalesce(func.sum(case((Line.verdict == LineVerdict.ELIGIBLE, Line.amount), else_=0)), 0),
    "given_up": func.coalesce(func.sum(case((Line.verdict == LineVerdict.ELIGIBLE, Line.given_up_yuan), else_=0)), 0),
    "paid": func.coalesce(func.sum(Line.paid_yuan), 0),
}
RECOVERED: Final = (
    select(func.coalesce(func.sum(Posting.amount_yuan), 0))
    .where(Posting.claim_id == Claim.id, Posting.receipt_id.is_not(None))
    .scalar_subquery()
)
SUMS: Final = ("claims", "amount", *OF_LINES, "recovered")
MONEY: Final = Table(
    "claim_money" + tallies.SUFFIX,
    Row.metadata,
    Column("grouped_by", Text, nullable=False, comment="scheme, fund, region or institution"),
    Column("code", Text),
    Column("month", Date, comment="its first day"),
    Column("status", Text, nullable=False),
    *(Column(name, BigInteger if name in ("claims", "people") else Numeric(16, 2), nullable=False) for name in SUMS),
    Index("claim_money_tally_grouped_by_idx", "grouped_by", "month"),
    info=keeping.DELETABLE,
)


def _there() -> Select[Any]:
    of_lines = lateral(select(*(each.label(name) for name, each in OF_LINES.items())).where(Line.claim_id == Claim.id)).alias("of_lines")
    kinds = values(column("grouped_by", Text), name="kinds").data([(name,) for name in GROUPS])
    code = case(*((kinds.c.grouped_by == name, cast(each, Text)) for name, each in GROUPS.items()))
    each = select(
        kinds.c.grouped_by, code.label("code"), MONTH.label("month"), Claim.status, Claim.amount, *of_lines.c, RECOVERED.label("recovered")
    )
    of_claim = each.select_from(Claim.__table__.join(of_lines, true()).join(kinds, true())).subquery("of_claim")
    by = [of_claim.c[name] for name in ("grouped_by", "code", "month", "status")]
    return select(*by, func.count().label("claims"), *(func.sum(of_claim.c[name]).label(name) for name in SUMS[1:])).group_by(*by)


MONEY.info = {**MONEY.info, "tallies": (tallies.Tally(Claim.__table__, MONEY, sums=SUMS, there=_there()),)}  # type: ignore[arg-type]
