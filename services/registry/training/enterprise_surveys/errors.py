"""What the surveys' operations can refuse."""

from shared import errors


class DuplicateSurvey(errors.Problem):
    code, status = "duplicate_survey", 409


errors.violates("enterprise_surveys_year_key", DuplicateSurvey)
