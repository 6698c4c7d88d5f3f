"""`make admin NAME=…`: the first administrator, of the database that DATABASE_URL names or of the local stack that runs on this machine."""

import json
import os
import sys
from pathlib import Path
from urllib.parse import quote

from deploy.databases import role_url
from gateway.identity.users import first_admin


def local_database() -> str | None:
    """The address of the gateway's database in the stack that `make run` is running from VAR_DIR; None when there is none."""
    var = Path(os.environ.get("VAR_DIR") or "var").absolute()
    state, elsewhere = var / "postgres", var / "postgres/elsewhere"
    try:
        cluster = Path(elsewhere.read_text().strip()) if elsewhere.exists() else state
        sockets = (cluster / "data/postmaster.pid").read_text().splitlines()[4]
        password = json.loads((var / "secrets.json").read_text())["role_passwords"]["gateway"]
    except (OSError, LookupError, ValueError):
        return None
    return role_url(f"postgresql://postgres@/postgres?host={quote(sockets)}", "gateway", "gateway", password)


def main() -> int:
    if not os.environ.get("DATABASE_URL") and (found := local_database()):
        os.environ["DATABASE_URL"] = found
    return first_admin.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
