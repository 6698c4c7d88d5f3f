"""Which index key a database's keyed digests are made with: a process that has another would find nobody, and enter everyone a second time.

The first process that connects says so; from then on a connection of whoever has another key is refused, until `shared.reindex` has wrapped every digest in
the new one. Columns that hold such digests say so in their comment.
"""

from typing import Any, Final

from sqlalchemy import Boolean, CheckConstraint, Column, MetaData, Table, Text, event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import db, errors, keeping
from shared.privacy import Vault

DIGEST: Final = "keyed digest"
OTHER: Final = "INDEX_KEY、FORMER_INDEX_KEYS 不是这些数据所用的,查不到任何人,所以不接受请求。请见运行手册“更换密钥”。"
_SAID: Final = "SELECT mark FROM index_key"
_SAY: Final = "INSERT INTO index_key (mark) VALUES ($1) ON CONFLICT DO NOTHING"


def table(metadata: MetaData) -> Table:
    return Table(
        "index_key",
        metadata,
        Column("one", Boolean, CheckConstraint("one", name="one"), primary_key=True, server_default=text("true")),
        Column("mark", Text, nullable=False, comment="of the key that the digests here are made with"),
        info=keeping.APPEND_ONLY,
    )


def guard(engine: AsyncEngine, vault: Vault) -> db.Look:
    """Looks at every new connection of this engine; answers how to look at one that is opened otherwise. It raises `Unavailable` where the digests are made with
    another key."""
    mark = vault.mark()

    async def look(connection: Any) -> None:
        said = await connection.fetchval(_SAID)
        if said is None:
            await connection.execute(_SAY, mark)
            said = await connection.fetchval(_SAID)
        if said != mark:
            raise errors.Unavailable(OTHER)

    event.listen(engine.sync_engine, "connect", lambda opened, _: opened.run_async(look))
    return look


async def check(kernel: Any) -> dict[str, Any]:
    """For `/readyz`: whether this process has the key of its data."""
    try:
        async with kernel.reading() as session:
            await session.execute(text(_SAID))
    except errors.Unavailable as refused:
        return {"status": "unavailable", "why": refused.detail}
    return {"status": "ok"}
