"""What the ratings' operations can refuse."""

from shared import errors


class DuplicateRating(errors.Problem):
    code, status = "duplicate_rating", 409


errors.violates("ratings_year_key", DuplicateRating)
