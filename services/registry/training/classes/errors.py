"""What cannot be done with a class, each with its permanent code."""

from shared import errors


class ClassTooLong(errors.Problem):
    code, status = "class_too_long", 422


class ClassFiledLate(errors.Problem):
    code, status = "class_filed_late", 422


class ClassHoursImpossible(errors.Problem):
    code, status = "class_hours_impossible", 422


class TeacherClash(errors.Problem):
    code, status = "teacher_clash", 422


class TooEarly(errors.Problem):
    code, status = "too_early", 409


class TooLate(errors.Problem):
    code, status = "too_late", 409


class ClassClaimed(errors.Problem):
    code, status = "class_claimed", 409


class SeatPlanExceeded(errors.Problem):
    code, status = "seat_plan_exceeded", 409


class ClassUnsubsidised(errors.Problem):
    code, status = "class_unsubsidised", 409


class ClassImported(errors.Problem):
    code, status = "class_imported", 409


class InstitutionBlacklisted(errors.Problem):
    code, status = "institution_blacklisted", 409


class InstitutionSuspended(errors.Problem):
    code, status = "institution_suspended", 409


class InstitutionExited(errors.Problem):
    code, status = "institution_exited", 409


class InstitutionNotDesignated(errors.Problem):
    code, status = "institution_not_designated", 409


class SupportStopped(errors.Problem):
    code, status = "support_stopped", 409


class DuplicateSession(errors.Problem):
    code, status = "duplicate_session", 409


errors.violates("class_sessions_half_day_key", DuplicateSession)
errors.violates("seat_plans_drawn", SeatPlanExceeded)
