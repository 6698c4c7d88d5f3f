"""`python -m deploy.delay PORT UPSTREAM SECONDS`: whatever is said at PORT of this machine arrives at UPSTREAM so many seconds later; answers come at once.

A slow connection for the scenario `slow`: every request waits, whatever it asks for, and no process of the system knows of it.
"""

import asyncio
import contextlib
import sys

READ_BYTES = 65_536


async def serve(port: int, upstream: int, seconds: float) -> None:
    """Until it is cancelled."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", upstream)
            with contextlib.closing(up_writer):
                ways = [asyncio.ensure_future(_pass(reader, up_writer, seconds)), asyncio.ensure_future(_pass(up_reader, writer, 0))]
                _, left = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in left:
                    way.cancel()

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    with contextlib.suppress(ConnectionError):
        while said := await reader.read(READ_BYTES):
            await asyncio.sleep(seconds)
            writer.write(said)
            await writer.drain()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
