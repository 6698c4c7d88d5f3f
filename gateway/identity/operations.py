"""What befalls clients and users alike: an account that decides waits, new, changed or with a new secret, until another administrator has confirmed it."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.codes import AccountStatus
from gateway.identity import facts, policy, rules
from gateway.identity.errors import SamePerson
from gateway.identity.schemas import AccountChange
from gateway.identity.tables import Account
from gateway.settings import Settings
from shared import access, deeds, errors, settings

DECIDING = access.STAFF | {"admin"}  # the auditor too, who may reveal


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
    call.match(account.version)
    if account.status == AccountStatus.DISABLED:
        raise errors.InvalidState("账号已停用,不能修改。请新建一个账号。")
    given = rules.bound(body)
    changed = [name for name, value in given.items() if getattr(account, name) != value]
    faults = rules.faults(account.role, {name: getattr(account, name, None) for name in policy.SAID} | given)
    if faults := [*faults, *facts.unknown_region(body), *rules.unfit_to_bind(of, given), *unfit]:
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
    """By another administrator than the one who was shown the secret; by person and not by account."""
    call.match(account.version)
    if account.status != AccountStatus.PENDING:
        raise errors.InvalidState(f"账号不是待确认状态,当前为 {account.status},无须确认。")
    if call.actor.person_id in (None, account.made_by):
        raise SamePerson("该账号由您建立或更换密钥,须由另一名管理员确认。")
    account.status, account.confirmed_by, account.confirmed_by_name = AccountStatus.ACTIVE, call.actor.person_id, call.actor.name
    details = {"role": account.role, "person_id": account.person_id, "made_by": account.made_by}
    await deeds.record(session, call, f"{kind}.confirmed", subject, event=False, details=details)
    await session.flush()
