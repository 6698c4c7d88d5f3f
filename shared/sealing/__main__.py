"""`python -m shared.sealing` is the sealer. `python -m shared.sealing public-key` says the SEAL_PUBLIC_KEY that belongs to the SEAL_KEY in the environment."""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys

from shared import telemetry
from shared.sealing import keys, sealer
from shared.settings import load


def seal() -> None:
    settings = load(sealer.Settings)
    telemetry.configure("sealer", "info")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts us in the background has it ignored
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    settings.seal_dir.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(KeyboardInterrupt), (settings.seal_dir / "sealer.lock").open("a+") as owned:
        fcntl.flock(owned, fcntl.LOCK_EX)  # a second sealer waits until the first has ended; the kernel lets go of it however that was
        owned.truncate(0)
        owned.write(str(os.getpid()))
        owned.flush()
        asyncio.run(sealer.run(settings))


def main(arguments: list[str]) -> None:
    match arguments:
        case []:
            seal()
        case ["public-key"]:
            sys.stdout.write(keys.public_half(os.environ["SEAL_KEY"]) + "\n")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
