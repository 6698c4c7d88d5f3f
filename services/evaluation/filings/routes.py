"""Paths of filings."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query

from services.evaluation.codes import FilingStatus as Status
from services.evaluation.filings import operations, policy, reading, steps, visibility
from services.evaluation.filings import rules as filing_rules
from services.evaluation.filings.errors import BARRED, FilingInForce, NumberPrefixTaken, RenewalTooEarly, SamePerson
from services.evaluation.filings.facts import Bar, CallersBar, Previewed
from services.evaluation.filings.schemas import (
    Acceptance,
    CoverageOut,
    Extension,
    FilingChange,
    FilingIn,
    FilingOut,
    FilingPaper,
    FilingPreview,
    Renewal,
    StaffChange,
)
from services.evaluation.filings.tables import Filing
from shared import errors, pages, web, wire

router = web.Router("filings")
ONE = "/v1/filings/{filing_id:uuid}"
ASKING = (errors.UpstreamFailed, errors.UpstreamTimeout)  # asks the registry


@router.operation(
    "POST", "/v1/filings", may=policy.INSTITUTION, summary="申报评价备案", status=201, errors=[*BARRED, *ASKING], rules=operations.RULES
)
async def create(
    body: FilingIn,
    known: Annotated[operations.Applying, Depends(operations.facts_to_create)],
    bar: CallersBar,
    session: web.Session,
    call: web.Caller,
) -> FilingPaper:
    return await operations.create(session, call, body, known, bar)


@router.operation("GET", "/v1/filings", may=visibility.READERS, summary="备案列表", errors=[errors.InvalidCursor, *ASKING])
async def list_filings(
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
    asked: Annotated[
        pages.Asked,
        pages.asking(
            q=[Filing.number, Filing.institution_name],
            number=Filing.number,
            created_at=Filing.created_at,
            changed_at=Filing.changed_at,
            valid_until_on=Filing.valid_until_on,
        ),
    ],
    external_ref: pages.ExternalRef,
    status: pages.AnyOf[Status] = None,
    institution_id: pages.AnyOf[UUID] = None,
    covering_on: Annotated[wire.CivilDate | None, Query(description="只列这一天计入规上企业覆盖率的备案,每家一份")] = None,
) -> wire.Page[FilingOut]:
    wanted = reading.listed(call, status, institution_id, external_ref)
    if covering_on is not None:
        wanted = wanted.where(await reading.covering(session, call, kernel, covering_on))
    asked = asked.newest(Filing.valid_until_on, call.today if status == [Status.EXPIRED] else None)
    return wire.Page.model_validate(await pages.page(session, wanted, Filing.id, asked, lambda row: reading.shown(row, call.today)))


@router.operation(
    "GET",
    "/v1/filings/coverage",
    may=visibility.READERS - {"institution"} | {"department", "town"},
    summary="规上企业备案覆盖率",
    errors=ASKING,
)
async def coverage(
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
    on: Annotated[wire.CivilDate | None, Query(description="缺省为今天")] = None,
) -> CoverageOut:
    return await reading.coverage(session, call, kernel, on or call.today)


@router.operation("GET", ONE, may=visibility.READERS, summary="备案")
async def get(filing_id: UUID, bar: Bar, session: web.Session, call: web.Caller) -> FilingPaper:
    return await steps.paper(session, call, await reading.find(session, call, filing_id), bar)


@router.operation(
    "PATCH",
    ONE,
    may=policy.INSTITUTION,
    summary="修改草稿或退回的备案",
    if_match=True,
    errors=[errors.InvalidState, errors.StaleVersion, *ASKING],
    paper=partial(steps.begin, action="edit", lock=False),
    rules=operations.RULES,
)
async def change(
    filing_id: UUID,
    body: FilingChange,
    unknown_files: Annotated[frozenset[UUID], Depends(operations.facts_to_change)],
    bar: Bar,
    session: web.Session,
    call: web.Caller,
) -> FilingPaper:
    return await operations.change(session, call, filing_id, bar, body, unknown_files)


@router.operation(
    "POST",
    f"{ONE}/staff",
    may=policy.INSTITUTION,
    summary="更换备案的人员",
    errors=[errors.InvalidState, errors.StaleVersion],
    paper=partial(steps.begin, action="staff", lock=False),
    rules=operations.STAFF_RULES,
)
async def replace_staff(filing_id: UUID, body: StaffChange, bar: Bar, session: web.Session, call: web.Caller) -> FilingPaper:
    return await operations.replace_staff(session, call, filing_id, bar, body)


def _step(action: str, *kinds: type[errors.Problem], rules: tuple[Any, ...] = ()) -> Any:
    step = next(each for each in policy.STEPS if each.action == action)
    problems: list[type[errors.Problem]] = [errors.InvalidState, errors.StaleVersion, *([SamePerson] if step.part else []), *kinds]
    problems += [*BARRED, *ASKING] if action in policy.STANDING else []
    paper = partial(steps.begin, action=action, lock=False)
    return router.operation(
        "POST",
        f"{ONE}:{action}",
        may=frozenset(step.roles),
        summary=step.title if step.title.endswith("备案") else f"{step.title}备案",
        if_match=True,
        errors=problems,
        paper=paper,
        rules=rules,
    )


@_step("submit")
async def submit(filing_id: UUID, bar: Bar, session: web.Session, call: web.Caller, body: wire.Commented | None = None) -> FilingPaper:
    return await steps.submit(session, call, filing_id, bar, body.comment if body else None)


@_step("check")
async def check(filing_id: UUID, bar: Bar, session: web.Session, call: web.Caller, body: wire.Commented | None = None) -> FilingPaper:
    return await steps.check(session, call, filing_id, bar, body.comment if body else None)


@_step("accept", NumberPrefixTaken, FilingInForce, rules=filing_rules.ACCEPTED)
async def accept(filing_id: UUID, body: Acceptance, bar: Bar, session: web.Session, call: web.Caller) -> FilingPaper:
    return await steps.accept(session, call, filing_id, bar, body)


@_step("return")
async def send_back(filing_id: UUID, body: wire.Reasoned, bar: Bar, session: web.Session, call: web.Caller) -> FilingPaper:
    return await steps.send_back(session, call, filing_id, bar, body.reason)


@_step("reject")
async def reject(filing_id: UUID, body: wire.Reasoned, bar: Bar, session: web.Session, call: web.Caller) -> FilingPaper:
    return await steps.reject(session, call, filing_id, bar, body.reason)


@_step("ask-renewal", RenewalTooEarly)
async def ask_renewal(filing_id: UUID, bar: Bar, session: web.Session, call: web.Caller, body: wire.Commented | None = None) -> FilingPaper:
    return await steps.ask_renewal(session, call, filing_id, bar, body.comment if body else None)


@_step("acknowledge")
async def acknowledge(filing_id: UUID, body: wire.Reasoned, bar: Bar, session: web.Session, call: web.Caller) -> FilingPaper:
    return await steps.acknowledge(session, call, filing_id, bar, body.reason)


@_step("renew", RenewalTooEarly)
async def renew(filing_id: UUID, body: Renewal, bar: Bar, session: web.Session, call: web.Caller) -> FilingPaper:
    return await steps.renew(session, call, filing_id, bar, body)


@_step("extend-scope", rules=filing_rules.EXTENDED)
async def extend_scope(filing_id: UUID, body: Extension, bar: Bar, session: web.Session, call: web.Caller) -> FilingPaper:
    return await steps.extend_scope(session, call, filing_id, bar, body)


@_step("suspend")
async def suspend(
    filing_id: UUID, bar: Bar, previewed: Previewed, session: web.Session, call: web.Caller, body: wire.ReasonedWhenTaken | None = None
) -> FilingPaper | FilingPreview:
    if previewed:
        await steps.begin(session, call, filing_id, "suspend", lock=False, bar=bar)
        return previewed
    return await steps.suspend(session, call, filing_id, bar, steps.reason_of(body))


@_step("reinstate")
async def reinstate(filing_id: UUID, body: wire.Reasoned, bar: Bar, session: web.Session, call: web.Caller) -> FilingPaper:
    return await steps.reinstate(session, call, filing_id, bar, body.reason)


@_step("revoke")
async def revoke(
    filing_id: UUID, bar: Bar, previewed: Previewed, session: web.Session, call: web.Caller, body: wire.ReasonedWhenTaken | None = None
) -> FilingPaper | FilingPreview:
    if previewed:
        await steps.begin(session, call, filing_id, "revoke", lock=False, bar=bar)
        return previewed
    return await steps.revoke(session, call, filing_id, bar, steps.reason_of(body))
