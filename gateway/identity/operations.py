"""What befalls clients and users alike: an account that decides waits, new, changed or with a new secret, until another administrator has confirmed it."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.codes import AccountStatus
from gateway.identity import facts, policy, rules
from gateway.identity.errors import REFUSALS, SamePerson
from gateway.identity.schemas import AccountChange
from gateway.identity.tables import Account
from gateway.settings import Settings
from shared import access, deeds, errors, settings, wire
from shared.steps import Further, Machine, Refusal

OWN = "自己的账号不能由自己修改、停用或重置。请由另一名管理员办理;改密码用 POST /v1/me:change-password。"
UNCONFIRMED = "该账号待确认,只能由建立者或更换密钥者修改。请确认它,或停用后另建。"
DECIDING = access.STAFF | {"admin"}  # the auditor too, who may reveal


def permit(machine: Machine, action: str, call: access.Call, account: Account) -> None:
    """Refuses another version than the caller's, and what may not be done with the account now."""
    call.match(account.version)
    if refusal := machine.why_not(action, account.status, call.actor.doer, further=_further(call.actor, account)):
        raise REFUSALS[refusal.code](refusal.detail)


def allowed_actions(machine: Machine, call: access.Call, account: Account) -> list[wire.AllowedAction]:
    """Every action, with why the caller may not take it now."""
    return wire.allowed_actions(machine.every_action(account.status, call.actor.doer, further=_further(call.actor, account)))


def _further(actor: access.Actor, account: Account) -> Further:
    """An account is confirmed by another administrator than the one who was shown the secret, by person and not by account. Only an administrator
    changes their own account: so of two managers neither is the last to go. What waits to be confirmed is changed by whoever was shown its secret alone:
    who changed it besides could else leave the confirming to them."""

    def further(action: str) -> Refusal | None:
        if actor.role != "admin" and actor.subject == str(account.id):
            return Refusal(errors.Forbidden.code, OWN)
        if action == "change" and account.status == AccountStatus.PENDING and actor.person_id != account.made_by:
            return Refusal(errors.Forbidden.code, UNCONFIRMED)
        if action == "confirm" and actor.person_id in (None, account.made_by):
            return Refusal(SamePerson.code, "该账号由您建立或更换密钥,须由另一名管理员确认。")
        return None

    return further


def handed_out(of: settings.Settings, call: access.Call, account: Account) -> None:
    """Someone was shown this account's secret. One that decides is not his to use before another has confirmed it, unless it was his before."""
    if account.status == AccountStatus.ACTIVE and account.person_id == call.actor.person_id:
        return
    account.status = AccountStatus.PENDING if _waits(of, call, account) else AccountStatus.ACTIVE
    _made_by(call, account)


def change(
    call: access.Call, of: settings.Settings, account: Account, body: AccountChange, unfit: Iterable[errors.Fault] = ()
) -> list[str]:
    """Gives the account what is said, and answers which of it is new. It was confirmed as it was, so one that decides waits again. `unfit`: what is
    known already to be wrong with it."""
    given = rules.bound(body)
    changed = [name for name, value in given.items() if getattr(account, name) != value]
    faults = rules.faults(account.role, {name: getattr(account, name, None) for name in policy.SAID} | given)
    if faults := [*faults, *facts.unknown_here(account.role, body), *rules.unfit_to_bind(of, given), *unfit]:
        raise errors.Invalid(faults=faults)
    for name in changed:
        setattr(account, name, given[name])
    if changed and _waits(of, call, account):
        account.status = AccountStatus.PENDING
        _made_by(call, account)
    return changed


def _waits(of: settings.Settings, call: access.Call, account: Account) -> bool:
    """Who an officer says a person is waits too: an officer must not come to act as one of those whose claims he reviews."""
    return isinstance(of, Settings) and of.confirms and (account.role in DECIDING or call.actor.role == "officer")


def _made_by(call: access.Call, account: Account) -> None:
    account.made_by, account.made_by_name = call.actor.person_id, call.actor.name
    account.confirmed_by, account.confirmed_by_name = None, None


async def confirm(session: AsyncSession, call: access.Call, account: Account, subject: UUID, kind: str) -> None:
    account.status, account.confirmed_by, account.confirmed_by_name = AccountStatus.ACTIVE, call.actor.person_id, call.actor.name
    details = {"role": account.role, "person_id": account.person_id, "made_by": account.made_by}
    await deeds.record(session, call, f"{kind}.confirmed", subject, event=False, details=details)
    await session.flush()
