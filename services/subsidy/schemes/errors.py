"""What schemes can answer with, and the catalogue's entry for every finding a verdict can hold."""

from shared import codes, errors


class TermsMissing(errors.Problem):
    code, status, title, title_en = "terms_missing", 422, "当日没有可适用的补贴条款", "No terms in force on that day"
    cause, remedy = "开班(发证)日期早于该补贴项目的第一组条款。", "请核对日期;如确有更早的文件,请由政策管理员补录条款。"


class TermsDayTaken(errors.Problem):
    code, status, title, title_en = "terms_day_taken", 409, "该日起施行的条款已发布", "Terms from that day are already published"
    cause, remedy = "同一补贴项目同一施行日期只能有一组条款,已发布的条款不再修改。", "请改用新文件的施行日期另提一组条款。"


class SamePerson(errors.Problem):
    code, status, title, title_en = "same_person", 409, "须由另一人办理", "Must be done by another person"
    cause, remedy = "此步骤与之前的步骤不得由同一人办理(以人为准,不以账号为准)。", "请由另一名工作人员办理。"


errors.violates("scheme_terms_published_key", TermsDayTaken)

# Of every finding a verdict can hold: its cause and its remedy. What it is called is the county's data.
_FINDINGS = {
    "age_below_limit": ("按条款规定的计龄日计算,学员未达到最低年龄。", "请移出申领名单,满龄后参加新班;出生日期有误的先更正。"),
    "age_above_limit": ("按条款规定的计龄日计算,学员超过年龄上限或已达法定退休年龄。", "请移出申领名单;出生日期或退休类别有误的先更正。"),
    "category_not_eligible": ("计算日当天学员没有条款所列的身份类别。", "请补录身份类别的起止日期和证明后重新提交,或移出申领名单。"),
    "status_excluded": ("计算日当天学员属于条款排除的状态。", "记录有误的请学员向数据来源部门申请更正;否则移出申领名单。"),
    "status_unverified": ("没有覆盖计算日的完整名单可供核对。", "请向数据来源部门取得覆盖当日的名单并导入。"),
    "institution_not_designated": ("机构在开班当日没有有效的定点资格。", "当日已有定点文件的,请经办人员补录定点起止日期。"),
    "institution_blacklisted": ("机构在开班当日在黑名单内。", "请复审人员对照黑名单决定书处理。"),
    "class_not_completed": ("班级未结业,或该学员未结业(未参训、已退班)。", "请办理结业后申领;未结业的学员移出申领名单。"),
    "class_too_short": ("班级总课时少于条款规定。", "课时登记有误的请更正班级信息。"),
    "class_too_long": ("班期天数超过条款规定。", "班期登记有误的请更正;否则改按相应的培训项目申报。"),
    "trade_not_filed": ("工种不在国家职业大典内,也没有州级备案号。", "请先办理州级备案,并在班级信息中填写备案号。"),
    "attendance_too_low": ("实到半天数低于条款规定的比例。", "有漏录的签到请补录并附签到表。"),
    "attendance_impossible": ("签到在班期之外、晚于死亡日期,或容不下登记的课时。", "请对照纸质签到表和教学日志核实并更正。"),
    "certificate_missing": ("条款要求证书,申领单没有对应的证书。", "请补充证书后重新提交。"),
    "certificate_invalid": ("证书已撤销、持有人不符或编号不合规则。", "请核对证书编号和持有人。"),
    "certificate_out_of_scope": ("发证机构当日的备案范围不含该职业和等级。", "请核对证书的职业、等级和备案范围。"),
    "certificate_too_old": ("从发证到申领超过条款规定的月数。", "发证日期有误的请更正;否则不能申领。"),
    "already_subsidised": ("同一人同一事项已在另一申领单中享受补贴。", "请移出申领名单;findings 中写明对方单号。"),
    "lower_level_after_higher": ("同一职业已享受更高等级的补贴。", "请移出申领名单。"),
    "yearly_limit_reached": ("本年度申领次数达到条款规定的次数。", "请下一年度再申领;次数上限未定时仅作提示。"),
    "overlapping_class": ("同一人在同一个半天被登记在两个班级。", "请与另一班级核对签到原件。"),
    "duplicate_line": ("同一申领单内同一学员同一事项列了两次。", "请删除重复的一行。"),
    "trainer_on_roster": ("学员是本班的授课教师。", "请移出申领名单。"),
    "roster_reused": ("与另一申领单的学员名单高度重合。", "班期重叠的请核对两个班的签到原件。"),
    "shared_bank_account": ("同一银行账户登记在多名学员名下。", "请核实账户户名,各学员改登本人账户。"),
    "certificate_burst": ("同一机构一个月内发证数量异常。", "请核实考核过程和评价记录。"),
    "order_missing": ("条款要求用工订单,该就业没有对应订单。", "请补充用工订单。"),
    "retention_not_met": ("稳岗时间或证明未达到条款要求。", "请补充缺少月份的证明,或期满后再申领。"),
    "amount_differs": ("填报的预期金额与系统计算的金额不同。", "请核对考勤记录;考勤无误的按计算金额申领。"),
    "terms_unconfirmed": ("该项补贴标准的文件依据尚未确认。", "请政策管理员取得文件原文并发布条款。"),
    "fund_not_allowed": ("该资金来源不能支付此项补贴。", "请改选条款允许的资金来源。"),
}

for _code, (_cause, _remedy) in _FINDINGS.items():
    _title = codes.labels("finding")[_code]
    errors.describe(_code, _title.zh, _title.en, cause=_cause, remedy=_remedy, kind="finding")
