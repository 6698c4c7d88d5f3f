"""What the seat plans' operations can refuse."""

from shared import errors


class DuplicateSeatPlan(errors.Problem):
    code, status = "duplicate_seat_plan", 409


errors.violates("seat_plans_year_key", DuplicateSeatPlan)
