"""A load of plain HTTP/1.1 on kept-open connections: bounded in requests and time, lean enough not to be what is measured."""

import asyncio
import statistics
import time
from dataclasses import dataclass
from urllib.parse import quote, urlsplit


@dataclass(frozen=True)
class Target:
    """One address to ask, with the headers to ask it with."""

    name: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()

    def request(self) -> tuple[str, int, bytes]:
        parts = urlsplit(self.url)
        path = parts.path + ("?" + quote(parts.query, safe="=&") if parts.query else "")
        lines = [f"GET {path} HTTP/1.1", f"Host: {parts.netloc}", *(f"{name}: {value}" for name, value in self.headers)]
        return parts.hostname or "", parts.port or 80, ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass(frozen=True)
class Measured:
    """What a run saw: requests a second, and the time of one request in milliseconds (median)."""

    per_second: float
    median_ms: float


async def run(target: Target, *, connections: int, seconds: float) -> Measured:
    """Asks for `seconds` on so many connections. A failed answer ends the run: a fast error is no result."""
    host, port, request = target.request()
    took: list[float] = []
    until = time.perf_counter() + seconds

    async def ask() -> None:
        reader, writer = await asyncio.open_connection(host, port)
        try:
            while (began := time.perf_counter()) < until:
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                if not head.startswith(b"HTTP/1.1 200"):
                    raise RuntimeError(f"{target.name}: {head.splitlines()[0].decode()}")
                await _body(reader, head.lower())
                took.append(time.perf_counter() - began)
        finally:
            writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(ask() for _ in range(connections)))
    return Measured(len(took) / (time.perf_counter() - began), statistics.median(took) * 1000)


async def _body(reader: asyncio.StreamReader, head: bytes) -> None:
    if b"transfer-encoding: chunked" in head:
        while int(size := (await reader.readline()).strip(), 16):
            await reader.readexactly(int(size, 16) + 2)
        await reader.readexactly(2)
    else:
        await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]))


async def compare(targets: list[Target], *, connections: int, seconds: float, rounds: int) -> dict[str, Measured]:
    """Every target in turn, several rounds, so that a machine whose speed drifts treats all alike; medians over the rounds."""
    seen: dict[str, list[Measured]] = {target.name: [] for target in targets}
    for _ in range(rounds):
        for target in targets:
            seen[target.name].append(await run(target, connections=connections, seconds=seconds))
    return {
        name: Measured(statistics.median(one.per_second for one in runs), statistics.median(one.median_ms for one in runs))
        for name, runs in seen.items()
    }
