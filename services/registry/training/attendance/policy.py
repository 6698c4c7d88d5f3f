"""What may be done with one record of attendance. Pure."""

from typing import Final

from services.registry.codes import Delivery
from services.registry.training.classes import policy as classes
from shared.steps import Doer, Refusal, wrong_role

GONE: Final = Refusal("not_found", "没有这条签到记录,或已被更正。请按签到记录核对。")

ONLINE: Final = "online"  # the source of attendance on a platform


def delivered_otherwise(delivery: str, source: str) -> bool:
    """Nobody attends online what is taught on site, or on site what is taught online."""
    return delivery != Delivery.MIXED and (source == ONLINE) != (delivery == Delivery.ONLINE)


def makes_a_half_day(source: str, minutes: int | None, at_least: int | None) -> bool:
    return source != ONLINE or (minutes or 0) >= (at_least or 1)


def allowed_actions(doer: Doer, class_status: str, *, voided: bool) -> dict[str, Refusal | None]:
    """A record that was voided is corrected no more: what stands in its place is."""
    refusal = wrong_role(classes.CORRECT.roles, doer.role) or (GONE if voided else None)
    return {"correct": refusal or classes.MACHINE.wrong_state(classes.CORRECT, class_status, doer.role)}
