"""The paths of catalogues of trades (急需紧缺、一类、二类工种目录)."""

from services.registry.codes import CatalogueKind, FiledStatus, TradePaperNoun
from services.registry.training.catalogues.schemas import CatalogueIn, CatalogueOut, CataloguePaper
from services.registry.training.trade_papers import operations, policy, reading, rules
from services.registry.training.trade_papers.errors import DuplicateTradePaper
from services.registry.training.trade_papers.routes import Listed, On, serve_filed, serve_paper
from services.registry.training.trade_papers.visibility import SEES
from shared import errors, pages, web, wire

router = web.Router("catalogues")
NOUN, ONE = TradePaperNoun.CATALOGUE, "/v1/catalogues/{paper_id:uuid}"


@router.operation(
    "POST", "/v1/catalogues", may=policy.PROPOSES, summary="提出目录", status=201, errors=[DuplicateTradePaper], rules=rules.OF_MANY
)
async def create(body: CatalogueIn, session: web.Session, call: web.Caller) -> CataloguePaper:
    faults = wire.faults(rules.OF_MANY, body, call.today)
    return await operations.propose(session, call, CataloguePaper, NOUN, body, body.entries, faults)


@router.operation("GET", "/v1/catalogues", may=SEES, summary="目录列表", errors=[errors.InvalidCursor])
async def list_catalogues(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    kind: pages.AnyOf[CatalogueKind] = None,
    status: pages.AnyOf[FiledStatus] = None,
    occupation_code: pages.AnyOf[str] = None,
    trade_name: pages.AnyOf[str] = None,
    on: On = None,
) -> wire.Page[CatalogueOut]:
    conditions = [*reading.naming(occupation_code, trade_name), *reading.standing(on)]
    found = await reading.listed(session, call, CatalogueOut, NOUN, asked, *conditions, kind=kind, status=status)
    return wire.Page[CatalogueOut].model_validate(found)


serve_paper(router, NOUN, CataloguePaper, ONE)
serve_filed(router, NOUN, CataloguePaper, ONE)
