"""What the corrections' operations can refuse."""

from shared import errors


class CorrectionDecided(errors.Problem):
    code, status, title, title_en = "correction_decided", 409, "该更正申请已办结", "The correction was already decided"
    cause, remedy = "该更正申请已被采纳或驳回。", "如仍需更正,请重新申请。"
