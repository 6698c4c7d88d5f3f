"""What filings can answer with. `same_person` is worded as everywhere: the code means one thing in the whole system."""

from shared import access, errors


class SamePerson(errors.Problem):
    code, status, title, title_en = "same_person", 409, "须由另一人办理", "Must be done by another person"
    cause, remedy = "此步骤与之前的步骤不得由同一人办理(以人为准,不以账号为准)。", "请由另一名工作人员办理。"


class RenewalTooEarly(errors.Problem):
    code, status, title, title_en = "renewal_too_early", 409, "还不到可以续期的日期", "It is too early to renew"
    cause, remedy = "备案在有效期的最后三个月内办理续期。", "请到期前三个月内办理。"


class OutOfScope(errors.Problem):
    code, status, title, title_en = "out_of_scope", 409, "超出备案范围或有效期", "Outside the filing's scope or validity"
    cause, remedy = "该职业、等级在考核(发证)当日不在本单位有效的备案之内。", "请核对备案的范围和有效期;需要增加职业、等级的先办理备案。"


class NumberPrefixTaken(errors.Problem):
    code, status, title, title_en = "number_prefix_taken", 409, "机构编码已属于其他机构", "The number prefix belongs to another body"
    cause, remedy = "证书编号前 13 位是评价机构的编码,一个编码只属于一个机构。", "请核对编码;填错的请退回申报单位改正。"


REFUSALS: dict[str, type[errors.Problem]] = {
    "wrong_role": access.WrongRole,
    "invalid_state": errors.InvalidState,
    "same_person": SamePerson,
    "renewal_too_early": RenewalTooEarly,
}

errors.describe(
    "kind_cannot_file",
    "该类机构不能办理评价备案",
    "This kind of institution cannot file",
    cause="只有企业和社会培训评价组织可以办理评价备案。",
    remedy="请由企业或社会培训评价组织申报。",
)
errors.describe(
    "number_prefix_letter",
    "机构编码的首字母与机构类别不符",
    "The prefix letter differs from the kind of body",
    cause="企业的编码以 Y 开头,社会培训评价组织以 S 开头。",
    remedy="请核对编码,或留空由系统编排。",
)
errors.describe(
    "repeated_entry", "同一项列了两次", "Listed twice", cause="同一职业和等级、同一证件或同一人只能列一次。", remedy="请删除重复的一项。"
)
errors.describe(
    "scope_entry_undecided",
    "有一项申报范围没有决定",
    "A scope entry is not decided",
    cause="备案须对申报的每个职业和等级作出决定。",
    remedy="请在 granted 中补充该项的决定。",
)
errors.describe(
    "not_in_filed_scope",
    "不在申报范围内",
    "Not in the scope filed",
    cause="决定的职业和等级不在申报范围内。",
    remedy="请删除该项;新增的职业、等级在备案后用 :extend-scope 办理。",
)
errors.describe("already_granted", "该项已经备案", "Already granted", cause="该职业和等级已在备案范围内。", remedy="请删除该项。")
errors.describe(
    "validity_reversed",
    "有效期的止日不晚于应有的日期",
    "The validity ends too early",
    cause="止日须不早于起日;续期的止日须晚于原止日。",
    remedy="请核对日期。",
)
