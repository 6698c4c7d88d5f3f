"""Whom a trainee's id means. Rows keep the id they were written with; of who was merged into another every list, look-up and rule asks here."""

from typing import Final

from services.eastwest.known.tables import MergedTrainee
from shared.aliases import Aliases

ALIASES: Final = Aliases(MergedTrainee.metadata.tables["merged_trainees"], "kept_id")
