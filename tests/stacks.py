"""Whole systems for tests: a quick database, and neighbours who are waited for, since a test machine does other work as well."""

from collections.abc import Mapping

from deploy.postgres import FAST_SETTINGS
from deploy.stack import Stack

PATIENT: Mapping[str, str] = {
    "NEIGHBOUR_TIMEOUT_SECONDS": "30",
    "NEIGHBOUR_CONNECT_SECONDS": "10",
    "NAMES_WITHIN_SECONDS": "30",
    "COUNTS_WITHIN_SECONDS": "30",
    "READY_WITHIN_SECONDS": "10",
    "DEADLINE_SECONDS": "60",
}


def patient(**env: str) -> Stack:
    """A system of its own on free ports, with `env` laid over its settings. What waits for so long is not for tests of how long anything waits."""
    return Stack(database_settings=FAST_SETTINGS, env={**PATIENT, **env})
