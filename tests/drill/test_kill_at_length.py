"""Kill -9 of each process and of the database under as many writes as the system takes."""

import pytest

from deploy.demo.main_job import Job
from tests.faults.killing import KILLED, every_write_outlives_the_kills
from tests.stacks import forked

pytestmark = pytest.mark.drill


def test_2_000_acknowledged_writes_outlive_the_kills() -> None:
    with forked(DRAIN_SECONDS="4") as stack, Job(stack.gateway_url) as job:
        print(f"{every_write_outlives_the_kills(stack, job, writers=8, at_least=2_000)} writes, {len(KILLED)} kills, 0 lost")
