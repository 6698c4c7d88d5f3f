"""What a refusal becomes: every fault at once and in the contract's order, what is kept although the request is refused, and its line in the trail."""

from functools import partial
from uuid import UUID

from fastapi import Request

from shared import access, audit, errors, sound, wire
from shared.web.kernel import Kernel
from shared.web.operation import Operation
from shared.web.problems import translate
from shared.web.strict_input import Taken

FOUR_EYES = "same_person"


async def misshapen(request: Request, kernel: Kernel, operation: Operation, taken: Taken, error: Exception) -> errors.Problem:
    """A body whose shape is at fault never reaches its operation. The paper is asked first: what it refuses comes before what the body says."""
    problem, call = translate(error), request.state.call
    if problem.status != errors.Invalid.status:
        return problem
    if operation.paper:
        async with kernel.reading() as session:
            await operation.paper(session, call, **request.path_params)
    said = getattr(request.state, "said", None)
    if problem.left_out or not (operation.rules and taken.model and isinstance(said, dict)):
        return problem
    rules = partial(wire.faults, operation.rules, today=call.today)
    return type(problem)(faults=[*problem.faults, *sound.beside(problem.faults, taken.model, said, rules)])


async def refused(request: Request, kernel: Kernel, operation: Operation, error: Exception) -> errors.Problem:
    """The problem to answer with. What it keeps is kept first, in a transaction of its own: the refused one is gone."""
    problem, entries = translate(error), list[dict[str, object]]()
    call = getattr(request.state, "call", None)
    if call and call.actor is not access.ANYONE and (problem.status == 403 or problem.code in (FOUR_EYES, *operation.traced)):
        entries = _entries(request, call, operation, problem)
    if problem.kept or entries:
        try:
            async with kernel.writing.begin() as session:
                for statement in problem.kept:
                    await session.execute(statement)
                await audit.record_all(session, entries)
        except Exception as failure:  # a refusal that leaves no trace is not given
            return translate(failure)
    return problem


def _entries(request: Request, call: access.Call, operation: Operation, problem: errors.Problem) -> list[dict[str, object]]:
    """Who was refused what, on which paper: the last that the path names, by its id (the path itself could hold anything), and those that the faults are
    about, each with its own reason."""
    papers = [(name.removesuffix("_id"), value) for name, value in request.path_params.items() if isinstance(value, UUID)]
    codes: dict[tuple[str, UUID | None], str] = {fault.about: fault.code for fault in problem.faults if fault.about}
    if papers or not codes:
        codes[papers[-1] if papers else (operation.noun, None)] = problem.code
    said = {"method": request.method, "path": operation.path}
    return [audit.entry(call, "refused", kind, paper, said | {"code": code}, outcome="refused") for (kind, paper), code in codes.items()]
