"""The paths of training bases (职业技能培训基地)."""

from uuid import UUID

from services.registry.codes import TradePaperNoun, TrainingBaseStatus
from services.registry.reference.policy import lists
from services.registry.training.trade_papers import operations, policy, reading, rules
from services.registry.training.trade_papers.errors import DuplicateTradePaper
from services.registry.training.trade_papers.routes import Listed, On, serve_base, serve_paper
from services.registry.training.trade_papers.visibility import SEES
from services.registry.training.training_bases.schemas import TrainingBaseIn, TrainingBaseOut, TrainingBasePaper
from shared import errors, pages, web, wire

router = web.Router("training-bases")
NOUN, ONE = TradePaperNoun.TRAINING_BASE, "/v1/training-bases/{paper_id:uuid}"


@router.operation(
    "POST", "/v1/training-bases", may=policy.APPLIES, summary="申报培训基地", status=201, errors=[DuplicateTradePaper], rules=rules.OF_BASE
)
async def create(body: TrainingBaseIn, session: web.Session, call: web.Caller) -> TrainingBasePaper:
    faults = wire.faults(rules.OF_BASE, body, call.today)
    return await operations.propose(session, call, TrainingBasePaper, NOUN, body, body.entries, faults)


@router.operation("GET", "/v1/training-bases", may=SEES, summary="培训基地列表", errors=[errors.InvalidCursor])
async def list_training_bases(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    status: pages.AnyOf[TrainingBaseStatus] = None,
    institution_id: pages.AnyOf[UUID] = None,
    region_code: pages.AnyOf[str] = None,
    occupation_code: pages.AnyOf[str] = None,
    trade_name: pages.AnyOf[str] = None,
    on: On = None,
) -> wire.Page[TrainingBaseOut]:
    pages.known("region_code", region_code, lists().regions)
    conditions = [*reading.naming(occupation_code, trade_name), *reading.standing(on)]
    own = {"status": status, "institution_id": institution_id, "region_code": region_code}
    found = await reading.listed(session, call, TrainingBaseOut, NOUN, asked, *conditions, **own)
    return wire.Page[TrainingBaseOut].model_validate(found)


serve_paper(router, NOUN, TrainingBasePaper, ONE)
serve_base(router, NOUN, TrainingBasePaper, ONE)
