"""Who may ask for a token: clients, users and their sessions, with what was already used up. Secrets are kept as digests only."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gateway.codes import AccountStatus
from gateway.metadata import Row
from shared import access, db, forgetting, indexing, keeping

_ROLES = ", ".join(f"'{role}'" for role in access.ROLES)


def _checks() -> tuple[CheckConstraint, ...]:
    return (
        CheckConstraint(f"role IN ({_ROLES})", name="role"),
        db.one_of("status", AccountStatus),
        CheckConstraint("(status = 'disabled') = (disabled_at IS NOT NULL)", name="disabled_at"),
        CheckConstraint("confirmed_by <> made_by", name="four_eyes"),
        CheckConstraint("status <> 'pending' OR confirmed_by IS NULL", name="pending"),
    )


class Account(db.Versioned):
    """What a client and a user have in common: a role, what it is bound to, and the person who acts."""

    name: Mapped[str]
    role: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID]
    institution_id: Mapped[UUID | None]
    trainee_id: Mapped[UUID | None]
    region_code: Mapped[str | None]
    department: Mapped[str | None]
    scopes: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    status: Mapped[str] = mapped_column(Text, server_default=AccountStatus.ACTIVE)
    made_by: Mapped[UUID | None] = mapped_column(comment="the person who was shown its present secret")
    made_by_name: Mapped[str | None] = mapped_column(Text)
    confirmed_by: Mapped[UUID | None] = mapped_column(comment="the other person, who said that it is as it should be")
    confirmed_by_name: Mapped[str | None] = mapped_column(Text)

    def actor(self, subject: str) -> access.Actor:
        scopes = frozenset(self.scopes) if self.scopes is not None else None
        return access.Actor(
            subject, self.role, self.person_id, self.name, self.institution_id, self.region_code, self.department, self.trainee_id, scopes
        )


class Client(Account, Row):
    """A program. It proves itself by its secret, or by a key of its own whose public half is in `jwks`. `sid` is what its tokens name until the next secret."""

    __tablename__ = "clients"
    __table_args__ = (
        UniqueConstraint("client_id", name="clients_client_id_key"),
        *_checks(),
        CheckConstraint("secret IS NOT NULL OR jwks IS NOT NULL", name="provable"),
        Index("clients_created_at_idx", "created_at", "id"),
    )

    client_id: Mapped[str]
    secret: Mapped[bytes | None] = mapped_column(LargeBinary, comment=indexing.DIGEST)
    jwks: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    sid: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))


class User(Account, Row):
    """A person who signs in with a name and a password, or at the trusted issuer, who knows them as `subject`; or either way. A disabled account no longer
    keeps its subject from another. A `manager` makes the accounts of their institution's staff."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("login", name="users_login_key"),
        *_checks(),
        CheckConstraint("NOT manager OR role = 'institution'", name="manager"),
        CheckConstraint("num_nulls(issuer, subject) IN (0, 2)", name="bound"),
        CheckConstraint("password IS NOT NULL OR subject IS NOT NULL", name="provable"),
        Index("users_subject_key", "issuer", "subject", unique=True, postgresql_where=text("status <> 'disabled'")),
        Index("users_subject_idx", "issuer", "subject"),
        Index("users_institution_id_idx", "institution_id", "id", postgresql_where=text("institution_id IS NOT NULL")),
        Index("users_persons_idx", "id", postgresql_where=text("role = 'person'")),
        Index("users_created_at_idx", "created_at", "id"),
    )

    login: Mapped[str]
    password: Mapped[str | None]
    manager: Mapped[bool] = mapped_column(server_default=text("false"))
    issuer: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text, comment="who the user is at the issuer")

    def actor(self, subject: str) -> access.Actor:
        return replace(super().actor(subject), manager=self.manager)


class SignIn(Row):
    """A user's session. `refresh` is the digest of the one refresh token that is still good."""

    __tablename__ = "sessions"
    __table_args__ = (Index("sessions_user_id_idx", "user_id"), {"info": keeping.DELETABLE})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=db.new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    refresh: Mapped[bytes] = mapped_column(LargeBinary, comment=indexing.DIGEST)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Ended(Row):
    """What tokens name in `sid` that are good no longer: a session, or the time of a client's secret."""

    __tablename__ = "ended_tokens"
    __table_args__ = (Index("ended_tokens_ended_at_idx", "ended_at"), {"info": keeping.for_days(1, since="ended_at")})

    sid: Mapped[UUID] = mapped_column(primary_key=True)
    ended_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Attempts(Row):
    """Passwords tried for a login name, known or not, from one address or from all that it was never signed in from. `whom` is a digest of them."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = {"info": keeping.DELETABLE}

    whom: Mapped[bytes] = mapped_column(LargeBinary, comment=indexing.DIGEST, primary_key=True)
    tries: Mapped[int]
    counted_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    succeeded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), comment="when the owner last signed in from there")


class UsedAssertion(Row):
    """The id of a signed client assertion that was taken, until it would have expired anyway: none is taken twice."""

    __tablename__ = "used_assertions"
    __table_args__ = (Index("used_assertions_expires_at_idx", "expires_at"), {"info": keeping.DELETABLE})

    client_id: Mapped[str] = mapped_column(primary_key=True)
    assertion_id: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


_sign_ins, _ended, _attempts = (Row.metadata.tables[name] for name in ("sessions", "ended_tokens", "sign_in_attempts"))
FORGETS = (
    forgetting.Term(_sign_ins, func.least(_sign_ins.c.expires_at, _sign_ins.c.ended_at), forgetting.SIX_MONTHS_DAYS),
    forgetting.Term(_ended, _ended.c.ended_at, 1),
    forgetting.Term(_attempts, _attempts.c.counted_from, 1, also=_attempts.c.succeeded_at.is_(None)),
    forgetting.Term(
        _attempts, func.greatest(_attempts.c.counted_from, _attempts.c.succeeded_at), 30, also=_attempts.c.succeeded_at.is_not(None)
    ),
)
