"""Which tests run where and when, and when Python looks for rubbish."""

import contextlib
import gc
import inspect
import os
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import uvloop
from xdist.scheduler import LoadScopeScheduling

from tests import prepared
from tests.connections import CONNECTIONS

# Each of the first four shares one stack of five processes, so it runs on one worker: a stack costs as much as a hundred tests. The last shares the
# documents of all services, which a worker makes once.
TOGETHER = {
    f"tests/{folder}/test_{name}.py": folder
    for folder, names in (
        ("attacks", ("actions", "lists", "matrix", "search", "tenants")),
        ("faults", ("kill", "kill_at_any_step", "sheets_beside")),
        (
            "journeys",
            (
                "board",
                "desk",
                "desk_forms",
                "generated_client",
                "guides",
                "main_job",
                "restored",
                "second_half",
                "two_exams",
                "two_partners",
            ),
        ),
        ("counties", ("leishan", "secrets")),
        ("contracts", ("codes", "lists", "names", "openapi")),
    )
    for name in names
}
SLOW = ("tests/faults/", "tests/attacks/", "tests/journeys/", "tests/contracts/test_fuzz.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest modules begin first, so that none is left alone at the end. `SHUFFLE=7 pytest …`: modules and their tests in the random order 7."""
    for item in items:  # what is made in the tests' loop would be ended for a test that runs outside it
        if "_databases" in getattr(item, "fixturenames", ()) and not inspect.iscoroutinefunction(getattr(item, "obj", None)):
            raise pytest.UsageError(f"{item.nodeid}: a test with a database is `async def`")
    if order := os.environ.get("SHUFFLE"):
        chance = random.Random(order)
        places = {module: chance.random() for module in sorted({item.nodeid.partition("::")[0] for item in items})}
        chance.shuffle(items)
        items.sort(key=lambda item: places[item.nodeid.partition("::")[0]])
    else:
        items.sort(key=lambda item: not item.nodeid.startswith(SLOW))


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the workers use what the first process has
        held = contextlib.ExitStack()
        held.enter_context(prepared.folder())
        config.add_cleanup(held.close)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays to the end: looked through for rubbish meanwhile, it takes a fifth longer."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """Looked through again and again to the end it took a sixth of all processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)


class ByStack(LoadScopeScheduling):
    """A module to a worker, and modules that share a stack to the same one. Pieces of long histories share nothing and take half an hour together."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(("tests/drill/test_histories.py", "tests/drill/test_money_at_length.py")):
            return nodeid
        module: str = super()._split_scope(nodeid)
        return TOGETHER.get(module, module)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return ByStack(config, log)


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], uvloop.Loop]]:
    return {"of tests": CONNECTIONS.of_tests}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    try:
        return (yield)
    finally:
        CONNECTIONS.end_of_test()
