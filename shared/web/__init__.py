"""HTTP: the application factory, routes that serve one request in one transaction, problems, health. Import it whole: `web.Router`, `web.Session`."""

from shared.web.app import Part, create_app
from shared.web.calling import Caller
from shared.web.events import SEEN, VIEWERS_AT_MOST
from shared.web.kernel import Kernel, KernelOf
from shared.web.operation import REQUIRED, UPLOAD_LARGEST_BYTES
from shared.web.routing import Router
from shared.web.transaction import Session, rehearsed

__all__ = [
    "REQUIRED",
    "SEEN",
    "UPLOAD_LARGEST_BYTES",
    "VIEWERS_AT_MOST",
    "Caller",
    "Kernel",
    "KernelOf",
    "Part",
    "Router",
    "Session",
    "create_app",
    "rehearsed",
]
