"""Taking in what registry and evaluation announce. What is done here is the service's own deed, on the day of what happened there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.following import holds, merges
from shared.access import Call
from shared.changes import Event, TakeIn


class _Told(BaseModel):
    """What an event says besides its subject; each kind has its own of these."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    from_on: date | None = None
    until_on: date | None = None
    merged_into: UUID | None = None
    revoked_on: date | None = None


def taking_in(own_call: Callable[[], Call]) -> TakeIn:
    async def take_in(session: AsyncSession, event: Event) -> None:
        call = replace(own_call(), now=event.time)
        match event.type:
            case "institution.blacklisted":
                await holds.institution_blacklisted(session, call, event.subject, told(event).from_on, told(event).until_on)
            case "institution.reinstated":
                await holds.institution_reinstated(session, call, event.subject)
            case "certificate.revoked":
                await holds.certificate_revoked(session, call, event.subject, told(event).revoked_on)
            case "trainee.merged" if merged_into := told(event).merged_into:
                await merges.trainee_merged(session, call, event.subject, merged_into)

    return take_in


def told(event: Event) -> _Told:
    return _Told.model_validate(event.data)
