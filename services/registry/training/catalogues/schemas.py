"""Catalogues on the wire."""

from typing import Annotated

from pydantic import Field

from services.registry.codes import CatalogueKind, FiledStatus
from services.registry.training.trade_papers.schemas import FiledPaperOut, PaperIn, TradeIn, TradeOut
from shared import wire


class CatalogueIn(PaperIn):
    """The trades that a catalogue is to name."""

    kind: CatalogueKind
    name: wire.Word = Field(examples=["急需紧缺工种目录(2025年)"])
    entries: Annotated[list[TradeIn], Field(min_length=1, max_length=1000)] = Field(description="列入的工种")


class CatalogueOut(FiledPaperOut):
    kind: CatalogueKind
    status: FiledStatus
    entries: list[TradeOut] = Field(description="列入的工种")


class CataloguePaper(CatalogueOut):
    """A single catalogue, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]
