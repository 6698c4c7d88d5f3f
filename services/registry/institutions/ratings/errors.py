"""What the ratings' operations can refuse."""

from shared import errors


class DuplicateRating(errors.Problem):
    code, status, title, title_en = "duplicate_rating", 409, "该年度已有评估结果", "The year is already rated"
    cause, remedy = "同一机构一年只有一个评估结果。", "请核对年度。"


errors.violates("ratings_year_key", DuplicateRating)
