"""The codes that terms, facts and findings are written in, each with its Chinese label. The order of levels is the order of skill.

The types at the end say, for the strict reader, which codes a field may hold.
"""

from typing import Annotated

SCHEMES = {
    "agricultural_short": "短平快农业种植养殖培训",
    "project": "中长期项目制取证培训",
    "startup": "马兰花创业培训",
    "apprenticeship": "企业新型学徒制培训",
    "pre_job": "企业职工岗前培训",
    "transfer": "企业职工转岗培训",
    "upskill": "企业职工在岗技能提升培训",
    "high_skill": "企业高技能人才培训",
    "new_occupation": "新业态新职业培训",
    "safety": "高危行业企业安全技能培训",
    "certificate_direct": "证书直补",
    "assessment_fee": "职业技能鉴定补贴",
    "placement_stability": "一次性稳岗补助",
    "placement_service": "组织输出服务补贴",
    "placement_absorption": "吸纳就业补助",
}
CLAIM_KINDS = {"training": "培训补贴", "certificate": "证书补贴", "placement": "就业补贴"}
CATEGORIES = {
    "poverty_family_child": "脱贫家庭子女",
    "graduating_student": "毕业年度高校毕业生",
    "school_leaver": "城乡未继续升学的应届初高中毕业生",
    "rural_transfer_worker": "农村转移劳动者",
    "registered_unemployed": "城乡登记失业人员",
    "enterprise_employee": "企业职工",
    "other_worker": "符合条件的城乡各类劳动者",
    "out_of_poverty_worker": "脱贫劳动力",
    "relocated_worker": "易地搬迁劳动力",
    "rural_woman": "农村妇女",
    "college_student": "高校学生",
    "returning_migrant": "返乡农民工",
    "veteran": "退役军人",
    "cooperative_member": "合作社社员",
    "rural_worker": "农村劳动者",
}
STATUSES = {
    "employee_pension": "领取职工基本养老金",
    "resident_pension": "领取城乡居民养老金",
    "public_payroll": "财政供养人员",
    "insured_employee": "职工参保在职",
    "full_time_student": "全日制在校学生",
    "deceased": "死亡",
}
LEVELS = {
    "apprentice": "学徒工",
    "junior": "初级工(五级)",
    "intermediate": "中级工(四级)",
    "senior": "高级工(三级)",
    "technician": "技师(二级)",
    "senior_technician": "高级技师(一级)",
    "special_technician": "特级技师",
    "chief_technician": "首席技师",
}
LEVEL_RANKS = {code: rank for rank, code in enumerate(LEVELS)}
FUND_SOURCES = {
    "employment_subsidy": "就业补助资金",
    "skills_upgrade": "职业技能提升行动专项资金",
    "east_west": "东西部协作资金",
    "rural_revitalisation": "财政衔接推进乡村振兴补助资金",
    "culture_tourism": "文化和旅游发展专项资金",
    "enterprise_education": "企业职工教育经费",
    "talent": "人才队伍建设经费",
}
CERTIFICATE_KINDS = {
    "skill_level": "职业技能等级证书",
    "special_skill": "专项职业能力证书",
    "qualification": "职业资格证书",
    "work_permit": "上岗证",
    "completion": "培训合格证",
}
CLASS_STATUSES = {
    "draft": "草稿",
    "submitted": "已提交",
    "approved": "已批准",
    "rejected": "未批准",
    "in_progress": "开班中",
    "completed": "已结业",
    "cancelled": "已取消",
}
ENROLMENT_OUTCOMES = {"enrolled": "已报名", "completed": "已结业", "absent": "未参训", "withdrawn": "已退班"}
RETENTION_VERDICTS = {"met": "已满三个月", "on_track": "进行中", "unproven": "缺少证明", "broken": "已中断"}
EVIDENCE_GRADES = {"A": "社保记录", "B": "银行工资流水", "C": "盖章工资表", "D": "单位证明", "E": "村居证明或电话回访"}
BASIS_STATUSES = {"confirmed": "已确认", "unconfirmed": "待确认"}
PAYEES = {"organiser": "培训组织单位", "trainee": "学员本人"}
DAYS_COUNTED = {"class_start": "开班当日", "certificate_issue": "发证当日", "placement_start": "上岗当日"}
PAID_ONCE_PER = {"occupation_level": "同一职业(工种)同一等级;无等级的为同一工种同一年度", "placement": "同一次就业同一补贴"}
FINDINGS = {
    "age_below_limit": "未达到最低年龄",
    "age_above_limit": "超过年龄上限",
    "category_not_eligible": "身份类别不符合",
    "status_excluded": "属于不予补贴的人员状态",
    "status_unverified": "人员状态尚未核实",
    "institution_not_designated": "机构当日不是定点培训机构",
    "institution_blacklisted": "机构当日在黑名单内",
    "class_not_completed": "班级尚未结业",
    "class_too_short": "培训课时不足",
    "class_too_long": "培训天数超过上限",
    "trade_not_filed": "工种未备案",
    "attendance_too_low": "出勤不足",
    "attendance_impossible": "考勤记录不可能成立",
    "certificate_missing": "缺少证书",
    "certificate_invalid": "证书无效",
    "certificate_out_of_scope": "证书不在范围内",
    "certificate_too_old": "证书申领已超过期限",
    "already_subsidised": "已享受过补贴",
    "lower_level_after_higher": "已享受更高等级的补贴",
    "yearly_limit_reached": "年度补贴次数",
    "overlapping_class": "同一时段出现在两个班级",
    "duplicate_line": "申领单内重复",
    "trainer_on_roster": "授课教师列入学员名单",
    "roster_reused": "学员名单重复使用",
    "shared_bank_account": "多人共用一个银行账户",
    "certificate_burst": "短期内集中发证",
    "order_missing": "缺少用工订单",
    "retention_not_met": "稳岗未满要求",
    "amount_differs": "金额与预期不一致",
    "terms_unconfirmed": "补贴标准待确认",
    "fund_not_allowed": "资金来源不可用于该补贴",
}

Category = Annotated[str, tuple(CATEGORIES)]
Status = Annotated[str, tuple(STATUSES)]
Level = Annotated[str, tuple(LEVELS)]
FundSource = Annotated[str, tuple(FUND_SOURCES)]
CertificateKind = Annotated[str, tuple(CERTIFICATE_KINDS)]
ClassStatus = Annotated[str, tuple(CLASS_STATUSES)]
EnrolmentOutcome = Annotated[str, tuple(ENROLMENT_OUTCOMES)]
RetentionVerdict = Annotated[str, tuple(RETENTION_VERDICTS)]
EvidenceGrade = Annotated[str, tuple(EVIDENCE_GRADES)]
BasisStatus = Annotated[str, tuple(BASIS_STATUSES)]
Payee = Annotated[str, tuple(PAYEES)]
DayCounted = Annotated[str, tuple(DAYS_COUNTED)]
PaidOncePer = Annotated[str, tuple(PAID_ONCE_PER)]
ClaimKind = Annotated[str, tuple(CLAIM_KINDS)]
SchemeCode = Annotated[str, tuple(SCHEMES)]
