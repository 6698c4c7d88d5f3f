"""Paths of samples: drawing one, looking at it, and the results of the call-backs."""

from typing import Annotated
from uuid import UUID

from services.subsidy.samples import operations, reading
from services.subsidy.samples.schemas import ResultsIn, SampleIn, SampleListed, SampleOut
from services.subsidy.samples.tables import Sample
from shared import access, errors, pages, web, wire

claims = web.Router("claims")
router = web.Router("claim-samples")
PATH = "/v1/claim-samples/{claim_sample_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(drawn_at=Sample.drawn_at)]
DRAWN = {"filter": {"scheme": "agricultural_short", "from_on": "2025-01-01"}, "share": 0.05, "seed": "2025 年第二季度"}
SAID = {
    "claim_id": "01932f6e-7c1a-7000-8000-00000000002d",
    "trainee_id": "01932f6e-7c1a-7000-8000-000000000041",
    "result": "confirmed",
    "note": "本人确认参加三天培训。",
}


@claims.operation(
    "POST", "/v1/claims:sample", may=access.OFFICES, summary="抽取回访名单:可补贴和不予补贴的各按比例", status=201, example=DRAWN
)
async def draw(body: SampleIn, session: web.Session, call: web.Caller) -> SampleOut:
    return await operations.draw(session, call, body)


@router.operation("GET", "/v1/claim-samples", may=access.OFFICES, summary="抽查列表,新的在前", errors=[errors.InvalidCursor])
async def list_samples(session: web.Session, call: web.Caller, asked: Listed) -> wire.Page[SampleListed]:
    return wire.Page[SampleListed].model_validate(await reading.page(session, call, asked))


@router.operation("GET", PATH, may=access.OFFICES, summary="一次抽查及其回访结果")
async def get(claim_sample_id: UUID, session: web.Session, call: web.Caller) -> SampleOut:
    return await reading.show(session, await reading.get(session, call, claim_sample_id))


@router.operation(
    "POST",
    f"{PATH}/results",
    may=frozenset({"officer", "reviewer"}),
    summary="登记回访结果,每人一次",
    example={"items": [SAID]},
    rules=(operations.called,),
)
async def answer(claim_sample_id: UUID, body: ResultsIn, session: web.Session, call: web.Caller) -> SampleOut:
    return await operations.answer(session, call, claim_sample_id, body)
