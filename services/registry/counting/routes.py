"""The paths of counting: the registry's part of a plan's board, asked for by the gateway, and what eastwest must know for its part."""

from services.registry.counting import operations
from services.registry.counting.schemas import CountedClasses, CountsIn, CountsOut, TrainedAsked, TrainedFacts
from shared import access, web

router = web.Router("counts")


@router.operation("POST", "/internal/v1/counts", may=access.INTERNAL, summary="方案指标计数", writes=False)
async def count(body: CountsIn, session: web.Session) -> CountsOut:
    return await operations.count(session, body)


@router.operation("POST", "/internal/v1/order-trained", may=access.INTERNAL, summary="哪些人何时结业于订单班", writes=False)
async def order_trained(body: TrainedAsked, session: web.Session) -> TrainedFacts:
    return await operations.order_trained(session, body)


@router.operation("POST", "/internal/v1/counted-classes", may=access.INTERNAL, summary="计入各项指标的班级", writes=False)
async def counted_classes(body: CountsIn, session: web.Session) -> CountedClasses:
    return await operations.counted_classes(session, body)
