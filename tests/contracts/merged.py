"""The merged document as the gateway answers it when every service is up."""

from functools import cache
from typing import Any

from gateway.docs.operations import merge
from tests.conftest import SERVICES
from tests.contracts import apps


@cache
def document() -> dict[str, Any]:
    """Made once a process; nothing of it may be changed."""
    made = {name: apps.document(name) for name in SERVICES}
    return merge(made.pop("gateway"), made)
