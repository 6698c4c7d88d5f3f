"""Judging alone, with every rule: lines a second of one core, of clean claims and of claims half of whose lines are refused. Alone by
`python -m tests.bench.judging`, in a second and without a stack."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from services.subsidy.judging.facts import ClaimFacts, LineFacts, Prior
from services.subsidy.judging.verdict import judge_claim
from tests.subsidy.judging.cases import CLAIM, LINE, SHORT

LINES, CLAIMS, ROUNDS = 50, 40, 7
CLEAN_AT_LEAST, HALF_REFUSED_AT_LEAST = 200_000, 60_000
BARRED: tuple[Callable[[LineFacts], LineFacts], ...] = (
    lambda line: replace(line, born_on=date(1950, 1, 1)),
    lambda line: replace(line, categories=()),
    lambda line: replace(line, priors=(Prior("KL-BT-2025-000001", "agricultural_short", date(2025, 3, 1), "蓝莓种植"),)),
)


def claim(*, half_refused: bool) -> ClaimFacts:
    lines = [replace(LINE, trainee_id=f"trainee-{index}", bank_account_token=f"account-{index}") for index in range(LINES)]
    if half_refused:
        lines = [BARRED[index // 2 % len(BARRED)](line) if index % 2 else line for index, line in enumerate(lines)]
    return replace(CLAIM, lines=tuple(lines))


def lines_a_second(facts: ClaimFacts) -> float:
    """The best of several rounds, by the time that this process was given: what else the machine does counts little."""
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(CLAIMS):
            judge_claim(facts, SHORT)
        took.append(time.process_time() - began)
    return CLAIMS * LINES / min(took)


def measured() -> Iterator[tuple[str, float, float]]:
    """What, lines a second, and the goal."""
    yield "judging, clean lines", lines_a_second(claim(half_refused=False)), CLEAN_AT_LEAST
    yield "judging, half of the lines refused", lines_a_second(claim(half_refused=True)), HALF_REFUSED_AT_LEAST


if __name__ == "__main__":
    for what, rate, least in measured():
        print(f"{what}: {rate:,.0f}/s (≥ {least:,})")
