"""All that the process has from which systems of tests are forked. It stays to the end, and is told so: a fork that looked through it for rubbish would copy
it, a hundred megabytes in a third of a second for each process of each system.
"""

import gc
from importlib import import_module

gc.disable()
for each in (
    *(f"services.{name}.app" for name in ("registry", "subsidy", "evaluation", "eastwest")),
    *("gateway.app", "shared.sealing.sealer", "uvicorn.loops.uvloop", "alembic.command", "tests.stacks"),
):
    import_module(each)
gc.enable()
gc.collect()
gc.freeze()
