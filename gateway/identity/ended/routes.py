"""What every service asks for every few seconds: which tokens ended before their time."""

from gateway.identity.ended import operations as ended
from shared import access, web

router = web.Router("identity")


@router.operation("GET", access.ENDED_AT, may=access.INTERNAL, summary="提前作废的令牌")
async def list_ended(session: web.Session) -> list[str]:
    return [str(sid) for sid in await ended.listed(session)]
