"""The problems an overview passes on from the registry, as the registry describes them."""

from shared import errors


class TraineeMerged(errors.Problem):
    code, status, title, title_en = "trainee_merged", 410, "该学员已并入另一学员", "The trainee was merged into another"
    cause, remedy = "同一人曾登记两次,本记录已并入另一条。", "请改用 merged_into 所指的学员。"
