"""Starts a process: `python -m shared.web.serving gateway.app:create --port 8000`. How the server is set, and how it ends, stands here and nowhere else.

A process is replaced without anybody noticing: a second one is started with `--beside` on the same port, and once it is ready the first is told to end.
Told so, it takes what has already knocked and nobody new, says `Connection: close` in every answer, and stays as long as somebody uses a connection, at
most `DRAIN_SECONDS`; its `/readyz` sends load balancers elsewhere.
"""

import argparse
import asyncio
import contextlib
import gc
import socket
import sys
from typing import Any

import uvicorn

from shared.web.door import Door

SERVER: dict[str, Any] = {
    "http": Door,
    "ws": "none",
    "proxy_headers": False,  # where a request comes from is for `shared.web.origin` to say
    "access_log": False,  # ours is written by `shared.web.app`
    "log_level": "warning",
    "timeout_graceful_shutdown": 5,
}
LOOKS_EVERY_SECONDS = 0.05


class Serving(uvicorn.Server):
    """The server of one process: it ends without cutting off anybody who has called."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        kernel = self.config.loaded_app.state.kernel
        kernel.stopping.set()
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        await self.take_who_knocked(sockets or [])
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(kernel.settings.drain_seconds):
                while self.server_state.connections and not self.force_exit:  # noqa: ASYNC110 - the library tells nobody when a connection ends
                    await asyncio.sleep(LOOKS_EVERY_SECONDS)
        await super().shutdown(sockets)

    async def take_who_knocked(self, sockets: list[socket.socket]) -> None:
        """Listens no more. The kernel resets whoever has connected and was not accepted when the port is closed: they are accepted first."""
        listening = [sock.dup() for sock in sockets]
        for server in self.servers:
            server.close()
        loop = asyncio.get_running_loop()
        for port in listening:
            with port:
                port.setblocking(False)
                while (knocked := _accepted(port)) is not None:
                    await loop.connect_accepted_socket(self._door, knocked)

    def _door(self) -> Door:
        return Door(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def _accepted(port: socket.socket) -> socket.socket | None:
    try:
        return port.accept()[0]
    except BlockingIOError:
        return None


def bound(host: str, port: int, *, beside: bool = False) -> socket.socket:
    """The port, on which nobody is heard before the application has started; ours alone unless `beside`: then it is shared with the process of the same
    account that listens there. Raises `OSError` when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if not beside:
        with socket.socket(family) as alone:
            alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            alone.bind((host, port))
    shared = socket.socket(family)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    shared.bind((host, port))
    return shared


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("factory", help="module:function that makes the application")
    asked.add_argument("--host", default="127.0.0.1")
    asked.add_argument("--port", type=int, default=8000)
    asked.add_argument("--beside", action="store_true", help="share the port with the process that is to be replaced")
    said = asked.parse_args()
    try:
        port = bound(said.host, said.port, beside=said.beside)
    except OSError as error:
        sys.exit(f"端口 {said.port} 不能监听:{error}。 Cannot listen on port {said.port}.")
    gc.disable()  # what an application is made of stays: looking for rubbish in between takes an eighth of the start
    config = uvicorn.Config(said.factory, factory=True, **SERVER)
    config.load()
    gc.enable()
    gc.collect()
    gc.freeze()  # what stands now stands to the end; looked through again and again it would hold up everybody for a tenth of a second each time
    Serving(config).run([port])


if __name__ == "__main__":
    main()
