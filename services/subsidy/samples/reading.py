"""Looking at samples: one with its people, and the list."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.samples.policy import rank
from services.subsidy.samples.schemas import SampledOut, SampleListed, SampleOut
from services.subsidy.samples.tables import Sample, SampledLine
from services.subsidy.samples.visibility import rows
from shared import errors, pages
from shared.access import Call


async def get(session: AsyncSession, call: Call, sample_id: UUID) -> Sample:
    sample = await session.scalar(select(Sample).where(Sample.id == sample_id, rows(call.actor)))
    if sample is None:
        raise errors.NotFound("没有这次抽查。请核对编号。")
    return sample


async def show(session: AsyncSession, sample: Sample) -> SampleOut:
    lines = (await session.scalars(select(SampledLine).where(SampledLine.sample_id == sample.id))).all()
    ordered = sorted(lines, key=lambda line: (line.verdict, rank(sample.seed, line.claim_id, line.position)))
    head = SampleListed.model_validate(sample)
    return SampleOut(**dict(head), filter=sample.filter, lines=[SampledOut.model_validate(line) for line in ordered])


async def page(session: AsyncSession, call: Call, asked: pages.Asked) -> dict[str, Any]:
    return await pages.page(
        session, select(Sample).where(rows(call.actor)), Sample.id, asked, lambda row: SampleListed.model_validate(row[0])
    )
