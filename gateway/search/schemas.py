"""A search over all services on the wire."""

from pydantic import Field

from gateway.codes import SectionStatus
from shared import names, search, wire


class SearchIn(wire.In):
    text: search.SoughtText


class SearchHit(search.Hit):
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None


class SearchOut(wire.Out):
    """Those named by number first. `complete` is false when a service did not answer: what it knows is missing here."""

    complete: bool
    services: dict[str, SectionStatus] = Field(examples=[{"registry": "ok", "subsidy": "unavailable"}])
    items: list[SearchHit]
    more: list[search.HitKind] = Field(description="还有更多结果的种类;请改用该清单的 q 查询。")
