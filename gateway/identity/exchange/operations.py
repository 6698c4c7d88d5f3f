"""Token exchange (RFC 8693): a token by which the trusted issuer says who someone is, for ours of at most 15 minutes.

There is no refresh token: a front end exchanges again, the issuer's next token or the same one while it is taken. One token of the issuer is one session
here, however often it is exchanged: whoever signs out, is disabled or changed, has ended it, and a copy of it opens nothing any more.

An account is found by issuer and subject. Where there is none, a person whose number the issuer verified gets one, if the registry has a trainee of that
number. An account that was disabled stays closed to its subject until an administrator makes another.
"""

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.codes import AccountStatus, Role
from gateway.identity import facts
from gateway.identity.exchange import policy
from gateway.identity.exchange.clients import Issuer
from gateway.identity.rules import is_a_number, may_be_here
from gateway.identity.tables import SignIn, User
from gateway.identity.tokens.operations import Refused, narrowed
from gateway.identity.tokens.signing import Signer
from shared import access, clock, db, deeds, web

CODE = "authorization_code"
GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
KINDS = "urn:ietf:params:oauth:token-type:"
TAKEN = (f"{KINDS}id_token", f"{KINDS}jwt")
GIVEN = (f"{KINDS}access_token", f"{KINDS}jwt")


async def exchange(kernel: web.Kernel, issuer: Issuer, signer: Signer, call: access.Call, form: dict[str, str]) -> dict[str, Any]:
    """The answer's members. `Refused` in RFC 6749's words; what a neighbour or the issuer cannot answer is a problem of its own."""
    given = _asked(form, signer)
    found: User | None = None
    try:
        subject = policy.read(
            await issuer.claims(form["subject_token"]), issuer.url, issuer.audience, issuer.number_claim, clock.now().timestamp()
        )
        if is_a_number(subject.subject):
            raise policy.NotTaken("no_subject", "the issuer calls you by your identity number; it has to name subjects otherwise")
        async with kernel.reading() as session:
            found = await _find(session, issuer, subject)
        _in_use(kernel, found)
        person = await _person(kernel, call, found, subject)
        sid = _sid(kernel, form["subject_token"])
        async with kernel.writing.begin() as session:
            user = await _account(session, call, kernel, issuer, subject, found, person)
            await _open(session, call, kernel, issuer, user, sid, subject.until)
    except policy.NotTaken as refused:
        await _record(kernel, call, issuer, found, refused.reason)
        raise Refused("invalid_grant", refused.description) from refused
    actor = user.actor(str(user.id))
    if person:  # as the registry calls them today
        actor = replace(actor, trainee_id=person.trainee_id, name=person.name)
    actor = replace(actor, scopes=narrowed(actor.scopes, form))
    said = {"access_token": signer.token(actor, sid=str(sid)), "issued_token_type": given, "token_type": "Bearer"}
    scope = {"scope": " ".join(sorted(actor.scopes))} if actor.scopes is not None else {}
    return said | {"expires_in": signer.seconds} | scope


async def sign_in(kernel: web.Kernel, issuer: Issuer, signer: Signer, call: access.Call, form: dict[str, str]) -> dict[str, Any]:
    """The same for the code that a browser came back with from the issuer: what it stands for is asked of the issuer, and never seen by the browser."""
    if missing := [name for name in ("code", "code_verifier", "redirect_uri") if not form.get(name)]:
        raise Refused("invalid_request", f"{', '.join(missing)} is missing")
    try:
        token = await issuer.redeem(form["code"], form["code_verifier"], form["redirect_uri"])
    except policy.NotTaken as refused:
        raise Refused("invalid_grant", refused.description) from refused
    return await exchange(kernel, issuer, signer, call, {"subject_token": token, "subject_token_type": TAKEN[0]})


def _asked(form: dict[str, str], signer: Signer) -> str:
    """What kind of token is to be given, where all that is asked can be done."""
    if "subject_token" not in form or form.get("subject_token_type") not in TAKEN:
        raise Refused("invalid_request", f"subject_token is needed, and subject_token_type, which is {' or '.join(TAKEN)}")
    if "actor_token" in form or "actor_token_type" in form:
        raise Refused("invalid_request", "acting for another is not supported (actor_token)")
    if form.get("audience", signer.audience) != signer.audience or form.get("resource", signer.issuer) != signer.issuer:
        raise Refused("invalid_target", f"tokens are given for audience {signer.audience} and resource {signer.issuer}")
    given = form.get("requested_token_type", GIVEN[0])
    if given not in GIVEN:
        raise Refused("invalid_request", f"requested_token_type is {' or '.join(GIVEN)}")
    return given


def _bound(issuer: Issuer, subject: policy.Subject) -> Any:
    """The user of this subject; of one who was disabled and made anew, the one in use."""
    wanted = select(User).where(User.issuer == issuer.url, User.subject == subject.subject)
    return wanted.order_by(User.status == AccountStatus.DISABLED, User.id.desc()).limit(1)


async def _find(session: AsyncSession, issuer: Issuer, subject: policy.Subject) -> User | None:
    user: User | None = await session.scalar(_bound(issuer, subject))
    return user


def _in_use(kernel: web.Kernel, user: User | None) -> None:
    if user is None:
        return
    if user.status == AccountStatus.PENDING:
        raise policy.NotTaken("pending", "the account waits for another administrator to confirm it")
    if user.status != AccountStatus.ACTIVE or not may_be_here(kernel.settings, user.login):
        raise policy.NotTaken("disabled", "the account was disabled; ask an administrator")


async def _person(kernel: web.Kernel, call: access.Call, user: User | None, subject: policy.Subject) -> facts.Person | None:
    """The trainee that someone acts as; None of those who act as no trainee."""
    if user and user.role != Role.PERSON:
        return None
    if user is None and subject.id_number is None:
        raise policy.NotTaken(
            "unbound", "no user is bound to this subject; an administrator binds one, or the issuer verifies the identity number first"
        )
    known = await facts.known(kernel, call, trainee_id=user.trainee_id if user else None, id_number=subject.id_number)
    policy.person(known.trainee, known.of_number, bound=user is not None, numbered=subject.id_number is not None)
    return known.trainee if user else known.of_number


async def _account(
    session: AsyncSession,
    call: access.Call,
    kernel: web.Kernel,
    issuer: Issuer,
    subject: policy.Subject,
    found: User | None,
    person: facts.Person | None,
) -> User:
    """The user, locked, as it was found. A person who comes for the first time gets one; of two who come at once, one."""
    if found is None and person:
        new_id = db.new_id()
        values = {"id": new_id, "version": 1, "login": str(new_id), "name": person.name, "role": Role.PERSON}
        values |= {"person_id": person.trainee_id, "trainee_id": person.trainee_id, "issuer": issuer.url, "subject": subject.subject}
        making = (
            insert(User)
            .values(values)
            .on_conflict_do_nothing(index_elements=["issuer", "subject"], index_where=User.status != AccountStatus.DISABLED)
        )
        if await session.scalar(making.returning(User.id)):
            await deeds.record(session, call, "user.created", new_id, event=False, details=_told(issuer, role=Role.PERSON))
    user: User | None = await session.scalar(_bound(issuer, subject).with_for_update())
    _in_use(kernel, user)
    if user and found and (user.id, user.version) == (found.id, found.version):
        return user
    if user and not found and person and user.trainee_id == person.trainee_id:
        return user
    raise policy.NotTaken("changed", "the account was changed meanwhile; try again")


async def _open(session: AsyncSession, call: access.Call, kernel: web.Kernel, issuer: Issuer, user: User, sid: UUID, until: float) -> None:
    """The session of this one token of the issuer; its refresh token is given to nobody."""
    nobodys = kernel.vault.blind(secrets.token_urlsafe(32), "refresh_token")
    opening = insert(SignIn).values(id=sid, user_id=user.id, refresh=nobodys, expires_at=datetime.fromtimestamp(until, UTC))
    if await session.scalar(opening.on_conflict_do_nothing().returning(SignIn.id)):
        by = replace(call, actor=user.actor(str(user.id)))
        await deeds.record(session, by, "session.opened", user.id, subject_type="user", event=False, details=_told(issuer))
        return
    known = await session.get(SignIn, sid)
    if known is None or known.ended_at is not None or known.user_id != user.id:
        raise policy.NotTaken("ended", "the session of this token has ended; sign in at the issuer again")


async def _record(kernel: web.Kernel, call: access.Call, issuer: Issuer, user: User | None, reason: str) -> None:
    """What was turned away although the issuer signed it, by whom it was tried; forgeries are counted and leave no trail."""
    if user is None and reason not in ("unbound", "no_trainee", "deceased"):
        return
    by = replace(call, actor=user.actor(str(user.id))) if user else call
    subject = user.id if user else None
    async with kernel.writing.begin() as session:
        details = _told(issuer, reason=reason)
        await deeds.record(session, by, "session.refused", subject, subject_type="user", event=False, refused=True, details=details)


def _told(issuer: Issuer, **more: str) -> dict[str, str]:
    return {"issuer": issuer.url, **more}


def _sid(kernel: web.Kernel, token: str) -> UUID:
    """Of what was signed, and not of the signature, which can be written in more than one way."""
    return UUID(bytes=kernel.vault.lasting(token.rpartition(".")[0], "subject_token")[:16])
