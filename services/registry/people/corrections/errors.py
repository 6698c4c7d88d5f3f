"""What the corrections' operations can refuse."""

from shared import errors


class CorrectionDecided(errors.Problem):
    code, status = "correction_decided", 409
