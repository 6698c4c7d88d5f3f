"""Every process of a loaded system is replaced, one after the other, and no caller notices."""

import pytest

from deploy.stack import SERVICES
from tests.faults.restarting import replaced_under_load
from tests.stacks import patient

pytestmark = pytest.mark.drill


def test_every_service_is_replaced_under_load_without_a_failed_request() -> None:
    with patient(DRAIN_SECONDS="5") as stack:
        seen = replaced_under_load(stack, [*SERVICES, *SERVICES], callers=4)
        print(sum(seen.answered.values()), dict(seen.answered))
        assert not seen.failures, f"{len(seen.failures)} of {sum(seen.answered.values())}: {seen.failures[:5]}"
        assert not stack.dead()
