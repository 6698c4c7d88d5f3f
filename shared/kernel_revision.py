"""The kernel's tables as every service's revisions make them. Frozen: a later change of these tables is a new pair of functions and a new revision of each."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import seeking

APPEND_ONLY = (
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$",
    *(
        f"CREATE TRIGGER {table}_{name} BEFORE {events} ON {table} {each} EXECUTE FUNCTION refuse_change()"
        for table in ("audit", "audit_seals")
        for name, events, each in (("append_only", "UPDATE OR DELETE", "FOR EACH ROW"), ("not_truncated", "TRUNCATE", "FOR EACH STATEMENT"))
    ),
)


def create() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), server_default=sa.text("pg_current_xact_id()::text::bigint"), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False, comment="real time"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="policy clock"),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_pkey")),
    )
    op.create_index("audit_actor_idx", "audit", ["actor", "id"], unique=False)
    op.create_index("audit_order_idx", "audit", ["transaction_id", "id"], unique=False)
    op.create_index("audit_subject_idx", "audit", ["subject", "id"], unique=False)
    op.create_table(
        "audit_seals",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("through_transaction", sa.BigInteger(), nullable=False),
        sa.Column("through_id", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("audit_seals_pkey")),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), server_default=sa.text("pg_current_xact_id()::text::bigint"), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("changes_pkey")),
    )
    op.create_index("changes_order_idx", "changes", ["transaction_id", "id"], unique=False)
    op.create_table(
        "followed_feeds",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f("followed_feeds_pkey")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False, comment="keyed digest of method, path and body"),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("idempotency_keys_pkey")),
    )
    op.create_index("idempotency_keys_kept_at_idx", "idempotency_keys", ["kept_at"], unique=False)
    for statement in APPEND_ONLY:
        op.execute(statement)


def drop() -> None:
    op.drop_index("idempotency_keys_kept_at_idx", table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_table("followed_feeds")
    op.drop_index("changes_order_idx", table_name="changes")
    op.drop_table("changes")
    op.drop_table("audit_seals")
    op.drop_index("audit_subject_idx", table_name="audit")
    op.drop_index("audit_order_idx", table_name="audit")
    op.drop_index("audit_actor_idx", table_name="audit")
    op.drop_table("audit")
    op.execute("DROP FUNCTION refuse_change()")


def keep_actor_names() -> None:
    op.add_column("audit", sa.Column("actor_name", sa.Text(), nullable=True, comment="the account's name at the time, from the token"))


def drop_actor_names() -> None:
    op.drop_column("audit", "actor_name")


def keep_batches() -> None:
    """What each batch of a followed feed told, and when a feed was found restored."""
    op.add_column(
        "followed_feeds",
        sa.Column("went_back_at", sa.DateTime(timezone=True), comment="when the feed was last found restored to an earlier moment"),
    )
    op.create_table(
        "followed_batches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False, comment="the cursor behind the batch"),
        sa.Column("events", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("taken_in_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("followed_batches_pkey")),
    )
    op.create_index("followed_batches_feed_idx", "followed_batches", ["feed", "id"])
    op.create_index("followed_batches_taken_in_at_idx", "followed_batches", ["taken_in_at"])


def drop_batches() -> None:
    op.drop_table("followed_batches")
    op.drop_column("followed_feeds", "went_back_at")


def name_index_key() -> None:
    """Which key the digests are made with, said by the first process that connects."""
    op.create_table(
        "index_key",
        sa.Column("one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False, comment="of the key that the digests here are made with"),
        sa.CheckConstraint("one", name=op.f("index_key_one_check")),
        sa.PrimaryKeyConstraint("one", name=op.f("index_key_pkey")),
    )
    keep_rows("index_key")


def keep_rows(table: str, *, fixed: Sequence[str] = (), deleted: bool = False, settled: tuple[str, Sequence[str]] | None = None) -> None:
    """Refuses to change rows that are kept: every column, or those `fixed`; and, unless they may be `deleted`, to delete them. `settled`: the columns
    that change no more once the condition on `old` holds."""
    events = f"UPDATE{_of(fixed)}{'' if deleted else ' OR DELETE'}"
    op.execute(f"CREATE TRIGGER {table}_append_only BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute(f"CREATE TRIGGER {table}_not_truncated BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
    if settled:
        settle(table, *settled)


def settle(table: str, when: str, columns: Sequence[str]) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_settled BEFORE UPDATE{_of(columns)} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse_change()"
    )


def keep_for_days(table: str, since: str, days: int) -> None:
    """Refuses to change rows at all, and to delete them before their term is over."""
    keep_rows(table, deleted=True)
    early = f"old.{since} >= now() - interval '{days} days'"
    op.execute(f"CREATE TRIGGER {table}_term BEFORE DELETE ON {table} FOR EACH ROW WHEN ({early}) EXECUTE FUNCTION refuse_change()")


def find_by_parts(table: str, *texts: str) -> None:
    """Adds what one and two characters of these texts are found by. Another expression in `seeking.sql` would be another revision."""
    computed = sa.Computed(seeking.sql(*texts), persisted=True)
    op.add_column(table, sa.Column("parts", postgresql.ARRAY(sa.Text()), computed, nullable=False))
    op.create_index(f"{table}_parts_idx", table, ["parts"], postgresql_using="gin")


def find_no_more(table: str) -> None:
    op.drop_index(f"{table}_parts_idx", table_name=table)
    op.drop_column(table, "parts")


def keep_tally(table: str, *columns: sa.Column[Any], counted: str | None = None, named: str = "") -> None:
    """Makes the table that counts another's rows by these columns, what keeps it, and the count of what is there already."""
    tally = _tally(table, named)
    op.create_table(tally, *columns, sa.Column("rows", sa.BigInteger(), nullable=False))
    by, where = ", ".join(f'"{column.name}"' for column in columns), f"WHERE {counted}" if counted else ""
    into = f"INSERT INTO {tally} ({by}, rows) SELECT {by}"
    changed = " UNION ALL SELECT ".join(f"{by}, {one} AS one FROM {seen} {where}" for seen, one in (("made", 1), ("gone", -1)))
    op.execute(
        f"CREATE FUNCTION {tally}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'INSERT' THEN {into}, count(*) FROM made {where} GROUP BY {by};"
        f" ELSIF TG_OP = 'DELETE' THEN {into}, -count(*) FROM gone {where} GROUP BY {by};"
        f" ELSE {into}, sum(one) FROM (SELECT {changed}) AS changed GROUP BY {by} HAVING sum(one) <> 0;"
        " END IF; RETURN NULL; END $$"
    )
    seen = {"insert": "NEW TABLE AS made", "delete": "OLD TABLE AS gone", "update": "OLD TABLE AS gone NEW TABLE AS made"}
    for event, tables in seen.items():
        trigger = f"{tally}_{event} AFTER {event} ON {table} REFERENCING {tables}"
        op.execute(f"CREATE TRIGGER {trigger} FOR EACH STATEMENT EXECUTE FUNCTION {tally}()")
    op.execute(f"{into}, count(*) FROM {table} {where} GROUP BY {by}")


def drop_tally(table: str, named: str = "") -> None:
    tally = _tally(table, named)
    for event in ("insert", "delete", "update"):
        op.execute(f"DROP TRIGGER {tally}_{event} ON {table}")
    op.execute(f"DROP FUNCTION {tally}()")
    op.drop_table(tally)


def _tally(table: str, named: str) -> str:
    return f"{table}{'_' * bool(named)}{named}_tally"


def let_go(*tables: str) -> None:
    """Undoes the four above."""
    for table in tables:
        for rule in ("append_only", "not_truncated", "settled", "term"):
            op.execute(f"DROP TRIGGER IF EXISTS {table}_{rule} ON {table}")


def take_stock() -> None:
    """Makes what counts the tables of which the planner knows next to nothing though they are large: where many rows were tried and cleared away again, it
    remembers a table without rows. Only the owner of a table may count it, so the owner's function does."""
    op.execute("""
        CREATE FUNCTION take_stock() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
        DECLARE unknown regclass;
        BEGIN
            FOR unknown IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relpages > 0
                AND reltuples BETWEEN 0 AND greatest(100, relpages) AND pg_relation_size(oid) > 50 * current_setting('block_size')::int
            LOOP
                EXECUTE format('ANALYZE (SKIP_LOCKED) %s', unknown);
            END LOOP;
        END $$
    """)


def take_no_stock() -> None:
    op.execute("DROP FUNCTION take_stock()")


def _of(columns: Sequence[str]) -> str:
    return f" OF {', '.join(columns)}" if columns else ""
