"""The whole job, step by step, while processes are killed: each step is repeated with the same keys, and everything ends as if nothing had happened."""

import contextlib
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial, wraps
from itertools import cycle
from typing import Any

from deploy.demo.foshan import BY_FACTS, DUE_ON, LEAVER, PLACED, TRAINED, Foshan
from deploy.demo.foshan import PASSED as CLASS_PASSED
from deploy.demo.main_job import Job
from deploy.demo.second_half import PASSED, SecondHalf
from deploy.stack import Stack

PATIENCE_SECONDS = 45
SECONDS_INTO_THE_STEP = cycle((0.0, 0.03, 0.12, 0.06))  # some are killed before the step, some in the middle of it
KILLED_AT = {
    "register_the_school": "gateway",
    "propose_and_approve_the_classes": "registry",
    "import_the_rosters": "evaluation",
    "submit": "registry",
    "review": "subsidy",
    "confirm": "postgres",
    "approve": "subsidy",
    "put_into_a_batch": "subsidy",
    "export_the_bank_file": "subsidy",
    "confirm_what_was_paid": "subsidy",
    "accept_the_filing": "evaluation",
    "assess_the_workers": "registry",
    "lock_and_issue": "postgres",
    "train_to_the_order": "gateway",
    "place_the_people": "eastwest",
    "start_the_people": "evaluation",
    "report_the_others": "eastwest",
}
"""What dies at which step: whoever answers it, is asked by it, or keeps its rows. Only the step with a sheet is spared its own service: a killed
import goes on when its lease of a minute has run out."""


class Keys:
    """The idempotency keys of a step: the same ones in the same order each time it is begun."""

    step, number = "", 0

    def begin(self, step: str) -> None:
        self.step, self.number = step, 0

    def __call__(self) -> str:
        self.number += 1
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.step} {self.number}"))


def test_whatever_is_killed_at_any_step_the_job_ends_as_if_nothing_had_happened(stack: Stack) -> None:
    keys = Keys()
    with Job(stack.gateway_url, patience_seconds=PATIENCE_SECONDS, new_key=keys) as job:
        half, foshan = SecondHalf(job), Foshan(job)
        for step in _steps(job, half, foshan):
            name = step.__name__
            keys.begin(name)
            if name not in KILLED_AT:
                step()
                continue
            with _killed(stack, KILLED_AT[name], after_seconds=next(SECONDS_INTO_THE_STEP)):
                first = step()
            keys.begin(name)
            assert _but_for_names(step()) == _but_for_names(first), f"{name}, with {KILLED_AT[name]} killed"
        _check_the_claim(job)
        _check_the_certificates(job, half, foshan)
        _check_the_placements(job, foshan)
    assert stack.dead() == []


def _but_for_names(answer: Any) -> Any:
    """Names beside ids are of today, and null while who knows them is away."""
    if isinstance(answer, list):
        return [_but_for_names(each) for each in answer]
    if isinstance(answer, dict):
        return {name: _but_for_names(each) for name, each in answer.items() if not name.endswith(("_name", "_number", "_masked"))}
    return answer


def _steps(job: Job, half: SecondHalf, foshan: Foshan) -> list[Callable[[], Any]]:
    def on_the_24th(step: Callable[..., Any]) -> Callable[[], Any]:
        return wraps(step)(partial(step, on="2025-04-24"))

    def supervise() -> Any:
        return half.supervise("DD-001")

    def last_month() -> Any:
        return foshan.report_month(2, on="2025-11-30")

    def first_months() -> Any:
        return [foshan.report_month(month, on="2025-12-01") for month in (1, 0)]

    return [
        job.register_the_school,
        job.propose_and_approve_the_classes,
        job.import_the_rosters,
        job.run_the_short_class,
        job.quote,
        job.submit,
        job.review,
        job.confirm,
        *map(on_the_24th, (job.approve, job.put_into_a_batch, job.export_the_bank_file, job.confirm_what_was_paid)),
        half.register_the_enterprise,
        half.file_for_self_assessment,
        half.accept_the_filing,
        half.train_the_workers,
        half.assess_the_workers,
        supervise,
        half.lock_and_issue,
        foshan.place_the_order,
        foshan.train_to_the_order,
        foshan.certify_the_class,
        foshan.place_the_people,
        foshan.start_the_people,
        last_month,
        foshan.report_a_leaver,
        first_months,
        foshan.report_the_others,
    ]


@contextlib.contextmanager
def _killed(stack: Stack, name: str, *, after_seconds: float) -> Iterator[None]:
    """Kills it (kill -9) so long after the block begins and starts it again at once, while the block goes on."""

    def kill_and_restart() -> None:
        time.sleep(after_seconds)
        stack.kill(name)
        stack.restart(name)

    killer = threading.Thread(target=kill_and_restart)
    killer.start()
    try:
        yield
    finally:
        killer.join()


def _check_the_claim(job: Job) -> None:
    fund, ledger = job.ledger(on="2025-04-24")
    assert (fund["available"], fund["reserved"], fund["paid"]) == ("95800.00", "0.00", "4200.00")
    moved = Counter((posting["from_account"], posting["to_account"], posting["amount"]) for posting in ledger)
    assert moved == {  # approved once and paid once
        ("external", "available", "100000.00"): 1,
        ("available", "reserved", "4200.00"): 1,
        ("reserved", "paid", "4200.00"): 1,
    }
    assert len(_all(job, "/v1/claims")) == 1 and len(_all(job, f"/v1/payment-batches?fund_id={job.fund_id}", job.local("finance"))) == 1


def _check_the_certificates(job: Job, half: SecondHalf, foshan: Foshan) -> None:
    assert len(_all(job, "/v1/institutions")) == 4 and len(_all(job, "/v1/filings")) == 2 and len(_all(job, "/v1/assessments")) == 2
    numbers = [each["number"] for each in _all(job, "/v1/certificates")]
    assert len(numbers) == len(set(numbers)) == PASSED + CLASS_PASSED
    assert half.class_id != foshan.class_id and len(_all(job, "/v1/classes")) == 4


def _check_the_placements(job: Job, foshan: Foshan) -> None:
    assert len(_all(job, "/v1/placements")) == PLACED + 1
    verdicts = {n: foshan.retention(n, DUE_ON)["verdict"] for n in (BY_FACTS, 1, LEAVER)}
    assert verdicts == {BY_FACTS: "met", 1: "met", LEAVER: "broken"}
    refs = [f"QD-{n:03d}" for n in range(PLACED)] + ["LZ-010"] + [f"GZ-{n:03d}-{month}" for n in range(LEAVER) for month in range(3)]
    reconciled = foshan.partner.do("POST", "/v1/placement-updates:reconcile", on="2025-12-05", json={"refs": refs, "through": len(refs)})
    assert reconciled == {"through": len(refs), "last_sequence": len(refs), "missing_here": [], "missing_there": [], "later": []}
    until = time.monotonic() + PATIENCE_SECONDS
    while (counted := _counted(job)) != EXPECTED and time.monotonic() < until:
        time.sleep(0.2)
    assert counted == EXPECTED


EXPECTED: Mapping[str, int] = {
    "practical.agriculture": 30,
    "enterprise.filings": 1,
    "brand.rongwan": 1,
    "brand.rongwan.placed": PLACED,
    "four.technician": TRAINED,
    "four.technician.certified": CLASS_PASSED,
    "brand.foshan.retained": LEAVER,
}


def _counted(job: Job) -> dict[str, int]:
    lines = job.board(as_of="2025-12-31")["lines"]
    return {line["code"]: line["numerator"] for line in lines if line["code"] in EXPECTED}


def _all(job: Job, path: str, reader: Any = None) -> list[Any]:
    answer = (reader or job.local("auditor")).do("GET", path + ("&" if "?" in path else "?") + "limit=200", on="2026-01-05")
    assert answer["next_cursor"] is None
    return list(answer["items"])
