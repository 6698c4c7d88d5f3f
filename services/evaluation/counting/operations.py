"""Counts for a plan's board: the coverage of above-scale enterprises by filings in force on a day."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation.counting.schemas import CountingIn, CountOut, CountsIn, CountsOut, GroupOut, TallyOut
from services.evaluation.filings import reading as filings
from services.evaluation.filings.schemas import CoverageOut
from shared.access import Call
from shared.web import Kernel


async def count(session: AsyncSession, call: Call, kernel: Kernel, asked: CountsIn) -> CountsOut:
    """One answer for each counting, in the order asked, as of the counting's last day or of `as_of` where that is earlier."""
    days = {min(asked.as_of, each.to_on) for each in asked.countings}
    covered = {day: await filings.coverage(session, call, kernel, day) for day in sorted(days)}
    counts = [_count(each, covered[min(asked.as_of, each.to_on)], asked.by) for each in asked.countings]
    named = {str(each.institution_id): each.name for coverage in covered.values() for each in coverage.enterprises}
    return CountsOut(
        counts=counts, names=[{"code": code, "name": name} for code, name in named.items()] if asked.by == "institution" else []
    )


def _count(counting: CountingIn, coverage: CoverageOut, by: str) -> CountOut:
    groups: dict[str, GroupOut] = {}
    if by in ("region", "institution"):
        for each in coverage.enterprises:
            code = each.region_code if by == "region" else str(each.institution_id)
            group = groups.setdefault(code, GroupOut(code=code, numerator=0, denominator=0))
            group.numerator += each.filing_id is not None
            group.denominator += 1
    return CountOut(
        key=counting.key, tallies=[TallyOut(numerator=coverage.filed, denominator=coverage.eligible)], groups=list(groups.values())
    )
