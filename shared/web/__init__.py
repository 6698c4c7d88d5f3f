"""HTTP: the application factory, routes that serve one request in one transaction, problems, health. Import it whole: `web.Router`, `web.Session`."""

from shared.web.app import Part, create_app
from shared.web.kernel import Kernel
from shared.web.routing import REQUIRED, Caller, KernelOf, Router, Session

__all__ = ["REQUIRED", "Caller", "Kernel", "KernelOf", "Part", "Router", "Session", "create_app"]
