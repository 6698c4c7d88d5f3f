"""Which pages of other origins may read our answers in a browser: those that `CORS_ORIGINS` lists, and none else (off by default)."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
EXPOSED = (
    "Allow",
    "Content-Disposition",
    "Content-Language",
    "ETag",
    "Idempotent-Replayed",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Server-Timing",
    "WWW-Authenticate",
    "X-Request-Id",
)


class Cors(CORSMiddleware):
    """Around everything, so that a refusal can be read as well. A token comes in a header and never by itself with a browser: cookies and other
    credentials are not asked for, and any header may be sent. To an origin that is not listed nothing is said at all."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        super().__init__(app, allow_origins=origins, allow_methods=METHODS, allow_headers=["*"], expose_headers=EXPOSED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self.is_allowed_origin(Headers(scope=scope).get("origin", "")):
            await super().__call__(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).add_vary_header("Origin")  # or a cache would give this answer to an origin that is listed
            await send(message)

        await self.app(scope, receive, answer)
