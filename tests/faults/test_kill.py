"""Whatever is killed, and whenever: what was acknowledged is there afterwards, once; and what is replaced under load is missed by nobody."""

from deploy.demo.main_job import Job
from deploy.stack import Stack
from tests.faults.killing import every_write_outlives_the_kills
from tests.faults.restarting import replaced_under_load


def test_every_acknowledged_write_outlives_kill_9_of_each_process_and_of_the_database(stack: Stack) -> None:
    with Job(stack.gateway_url) as job:
        every_write_outlives_the_kills(stack, job, writers=4, at_least=300, pause_seconds=0.05)


def test_a_service_and_the_gateway_are_replaced_under_load_and_no_caller_notices(stack: Stack) -> None:
    seen = replaced_under_load(stack, ("registry", "gateway"))
    assert not seen.failures, f"{len(seen.failures)} of {sum(seen.answered.values())}: {seen.failures[:5]}"
    assert seen.registered
