"""The merged document as the gateway answers it when every service is up."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from gateway.docs.operations import merge
from tests.conftest import SERVICES
from tests.contracts.apps import app


@cache
def document() -> dict[str, Any]:
    """Made once a process; nothing of it may be changed."""
    made = {name: app(name, Path(mkdtemp())).openapi() for name in SERVICES}
    return merge(made.pop("gateway"), made)
