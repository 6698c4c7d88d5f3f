"""The problems that appeals can answer with."""

from shared import errors


class AppealOpen(errors.Problem):
    code, status = "appeal_open", 409


errors.violates("claim_appeals_open_key", AppealOpen)
