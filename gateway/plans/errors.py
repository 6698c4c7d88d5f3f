"""What is answered of a plan that there is not."""

from gateway.plans import reading
from gateway.plans.policy.targets import Plan
from shared import errors


def existing(code: str) -> Plan:
    """The plan of this code, or 404."""
    try:
        return reading.plans()[code]
    except KeyError:
        raise errors.NotFound(f"没有这个方案。现有方案:{'、'.join(reading.plans())}。") from None
