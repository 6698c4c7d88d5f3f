"""A cluster in which each service's database is made, migrated and empty: made once a run, copied by every worker and every forked system. Migrating the
five takes as long as a hundred tests.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from deploy.databases import make_databases, owner_of, roles_for
from deploy.places import give, place, throwaway_folder
from deploy.postgres import FAST_SETTINGS, postgres
from shared import migrate

SERVICES = ("registry", "subsidy", "evaluation", "eastwest", "gateway")
DATABASE_PASSWORDS = {role: f"of-the-role/{role}" for role in roles_for(SERVICES)}

_FOLDER = "PREPARED_CLUSTER"


@contextlib.contextmanager
def folder() -> Iterator[None]:
    """Where the processes of this run find the cluster."""
    with throwaway_folder("kaili-prepared-", quick=True) as made:
        made.chmod(0o755)  # the database's account passes through
        os.environ[_FOLDER] = str(made)
        yield


def copied_to(state: Path) -> Path:
    """`state`, with a copy of the cluster; who is the first to ask for one makes it, and the others wait for that."""
    where = Path(os.environ[_FOLDER])
    with (where / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (where / "made").exists():
            _make(where / "cluster")
            (where / "made").touch()
    state.mkdir(exist_ok=True)
    directory, account = place(state)
    shutil.copytree(where / "cluster", directory, dirs_exist_ok=True, ignore=shutil.ignore_patterns("lock", "log"))
    if account:
        give(directory, account)
    return state


def _make(where: Path) -> None:
    with postgres(where, FAST_SETTINGS) as server:
        make_databases(server.dsn(), SERVICES, DATABASE_PASSWORDS, ours_alone=True)
        for service in SERVICES:
            migrate.up(service, server.url(service, owner_of(service), DATABASE_PASSWORDS[owner_of(service)]))
