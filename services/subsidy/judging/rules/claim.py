"""The rules that look at the claim as a whole: its fund, and its lines beside one another."""

from collections import defaultdict
from collections.abc import Iterator

from services.subsidy.codes import Effect, FindingCode, Payee
from services.subsidy.judging.cases import day_counted, trade_of
from services.subsidy.judging.facts import ClaimFacts
from services.subsidy.judging.findings import Finding, found, labelled
from services.subsidy.schemes.policy import PAYS_CLAIMS, Terms
from shared.codes import label


def fund_not_allowed(claim: ClaimFacts, terms: Terms) -> Finding | None:
    if claim.fund_source is None or claim.fund_source in terms.paid_from:
        return None
    seen, allowed = label("fund_source", claim.fund_source), labelled("fund_source", terms.paid_from)
    figure, fix = "fund_sources" if claim.fund_source in PAYS_CLAIMS else None, "请改选可用的资金后重新提交。"
    return found(terms, FindingCode.FUND_NOT_ALLOWED, Effect.REFUSE, figure, seen=seen, allowed=allowed, fix=fix)


def duplicate_line(claim: ClaimFacts, terms: Terms) -> Iterator[tuple[int, Finding]]:
    """The first line of a person stands, unless another is for another occupation, level or placement; where one of the two has no level, another year."""
    if len({line.trainee_id for line in claim.lines}) == len(claim.lines):
        return
    standing: dict[tuple[str, str | None, str | None], list[tuple[int, str | None, int]]] = defaultdict(list)
    for index, line in enumerate(claim.lines):
        trade, level = trade_of(claim, line, terms)
        year = day_counted(claim, line, terms.age_counted_on).year
        others = standing[line.trainee_id, trade, line.placement.placement_id if line.placement else None]
        stands = next((place for place, its, then in others if (its == level if its and level else then == year)), None)
        if stands is None:
            others.append((index, level, year))
        else:
            seen, fix = f"与第 {stands + 1} 行为同一学员同一事项", "请删除重复的一行。"
            allowed = "同一申领单内同一学员同一事项只列一次"
            yield index, found(terms, FindingCode.DUPLICATE_LINE, Effect.REFUSE, seen=seen, allowed=allowed, fix=fix)


def shared_bank_account(claim: ClaimFacts, terms: Terms) -> Iterator[tuple[int, Finding]]:
    """Held where the trainee is paid, or where the account stands twice in this one list; else a note."""
    listed = defaultdict(set)
    for line in claim.lines:
        if line.bank_account_token:
            listed[line.bank_account_token].add(line.trainee_id)
    for index, line in enumerate(claim.lines):
        here = listed[line.bank_account_token] if line.bank_account_token else ()
        if len(here) <= 1 and not line.account_shared_with and not line.account_of_institution:
            continue
        people = len({line.trainee_id, *here, *line.account_shared_with})
        seen = [f"同一银行账户登记在 {people} 名学员名下"] if people > 1 else []
        seen += [f"账户为{line.account_of_institution}的账户"] if line.account_of_institution else []
        effect = Effect.HOLD if len(here) > 1 or terms.payee == Payee.TRAINEE else Effect.NOTE
        fix = "请核实账户户名,各学员改登本人账户。"
        found_here = found(terms, FindingCode.SHARED_BANK_ACCOUNT, effect, seen=";".join(seen), allowed="每人使用本人的银行账户", fix=fix)
        yield index, found_here


def roster_reused(claim: ClaimFacts, terms: Terms) -> Iterator[tuple[int, Finding]]:
    """The same list for two classes: held where the two classes ran at the same time, else a note. One person is no list."""
    class_facts, least = claim.class_facts, terms.roster_reuse_percent_at_least
    people = {line.trainee_id for line in claim.lines}
    if class_facts is None or len(people) < 2:
        return
    effects: dict[str, Effect] = {}
    reused: dict[str, list[str]] = defaultdict(list)
    for roster in claim.other_rosters:
        shared = people & roster.trainee_ids
        if len(shared) * 100 < least * len(people) or not shared:
            continue
        at_once = roster.starts_on <= class_facts.ends_on and class_facts.starts_on <= roster.ends_on
        for trainee_id in shared:
            reused[trainee_id].append(f"申领单 {roster.claim_number}({roster.starts_on} 至 {roster.ends_on})相同 {len(shared)} 人")
            effects[trainee_id] = Effect.HOLD if at_once else effects.get(trainee_id, Effect.NOTE)
    for index, line in enumerate(claim.lines):
        if line.trainee_id in reused:
            seen, effect = f"本单 {len(people)} 人,与" + "、".join(reused[line.trainee_id]), effects[line.trainee_id]
            fix = "班期重叠,请核对两个班的签到原件。" if effect == Effect.HOLD else "仅作提示,班期不重叠。"
            allowed = f"同期两个班的名单相同人数低于 {least}%"
            yield (
                index,
                found(terms, FindingCode.ROSTER_REUSED, effect, "roster_reuse_percent_at_least", seen=seen, allowed=allowed, fix=fix),
            )
