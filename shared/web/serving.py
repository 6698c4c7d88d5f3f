"""Starts a process: `python -m shared.web.serving gateway.app:create --port 8000`. How the server is set stands here and nowhere else."""

import argparse
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


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("factory", help="module:function that makes the application")
    asked.add_argument("--host", default="127.0.0.1")
    asked.add_argument("--port", type=int, default=8000)
    said = asked.parse_args()
    uvicorn.run(said.factory, factory=True, host=said.host, port=said.port, **SERVER)


if __name__ == "__main__":
    main()
