"""What the training wishes' operations can refuse."""

from shared import errors


class DuplicateTrainingWish(errors.Problem):
    code, status = "duplicate_training_wish", 409


errors.violates("training_wishes_open_key", DuplicateTrainingWish)
