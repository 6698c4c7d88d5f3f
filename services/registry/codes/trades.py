"""Of papers about trades: catalogues, skill standards and training bases."""

from enum import StrEnum


class TradePaperNoun(StrEnum):
    """Papers about trades: one mechanism."""

    CATALOGUE = "catalogue"
    SKILL_STANDARD = "skill_standard"
    TRAINING_BASE = "training_base"


class CatalogueKind(StrEnum):
    """Catalogues of trades (急需紧缺、一类、二类工种目录)."""

    URGENT = "urgent"
    CLASS_ONE = "class_one"
    CLASS_TWO = "class_two"


class FilingAuthority(StrEnum):
    """With whom the city files what it proposes."""

    PREFECTURE = "prefecture"
    PROVINCE = "province"


class FiledStatus(StrEnum):
    """Of a catalogue or a skill standard."""

    PROPOSED = "proposed"
    FILED = "filed"
    IN_FORCE = "in_force"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class TrainingBaseStatus(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    BUILT = "built"
    CLOSED = "closed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
