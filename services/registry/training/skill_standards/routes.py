"""The paths of skill standards (专项职业能力考核规范)."""

from services.registry.codes import FiledStatus, TradePaperNoun
from services.registry.training.skill_standards.schemas import SkillStandardIn, SkillStandardOut, SkillStandardPaper
from services.registry.training.trade_papers import operations, policy, reading, rules
from services.registry.training.trade_papers.errors import DuplicateTradePaper
from services.registry.training.trade_papers.routes import Listed, On, serve_filed, serve_paper
from services.registry.training.trade_papers.visibility import SEES
from shared import errors, pages, web, wire

router = web.Router("skill-standards")
NOUN, ONE = TradePaperNoun.SKILL_STANDARD, "/v1/skill-standards/{paper_id:uuid}"


@router.operation(
    "POST", "/v1/skill-standards", may=policy.PROPOSES, summary="提出考核规范", status=201, errors=[DuplicateTradePaper], rules=rules.OF_ONE
)
async def create(body: SkillStandardIn, session: web.Session, call: web.Caller) -> SkillStandardPaper:
    faults = wire.faults(rules.OF_ONE, body, call.today)
    return await operations.propose(session, call, SkillStandardPaper, NOUN, body, [body], faults)


@router.operation("GET", "/v1/skill-standards", may=SEES, summary="考核规范列表", errors=[errors.InvalidCursor])
async def list_skill_standards(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    status: pages.AnyOf[FiledStatus] = None,
    occupation_code: pages.AnyOf[str] = None,
    trade_name: pages.AnyOf[str] = None,
    on: On = None,
) -> wire.Page[SkillStandardOut]:
    conditions = [*reading.naming(occupation_code, trade_name), *reading.standing(on)]
    found = await reading.listed(session, call, SkillStandardOut, NOUN, asked, *conditions, status=status)
    return wire.Page[SkillStandardOut].model_validate(found)


serve_paper(router, NOUN, SkillStandardPaper, ONE)
serve_filed(router, NOUN, SkillStandardPaper, ONE)
