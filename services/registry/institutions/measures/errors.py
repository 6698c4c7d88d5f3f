"""What cannot be done with a measure, each with its permanent code."""

from shared import errors


class DuplicateMeasure(errors.Problem):
    code, status = "duplicate_measure", 409


class MeasureTouchesPaid(errors.Problem):
    code, status = "measure_touches_paid", 409


errors.violates("measures_from_on_key", DuplicateMeasure)
