"""What the trainees' operations can refuse, and the faults a person's data can have."""

from shared import errors


class DuplicateTrainee(errors.Problem):
    code, status = "duplicate_trainee", 409


class TraineeMerged(errors.Problem):
    code, status = "trainee_merged", 410


class CorrectionNeeded(errors.Problem):
    code, status = "correction_needed", 409


errors.violates("trainees_id_number_key", DuplicateTrainee)
