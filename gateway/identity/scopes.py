"""What a scope is and which there are: `<noun>.read` and `<noun>.write`."""

from collections.abc import Mapping
from typing import Any

NOUNS: Mapping[str, tuple[str, str]] = {
    "reference": ("代码表", "Reference lists"),
    "regions": ("区划", "Regions"),
    "occupations": ("职业(工种)", "Occupations"),
    "categories": ("人员类别", "Categories"),
    "trainees": ("学员", "Trainees"),
    "institutions": ("培训机构", "Institutions"),
    "classes": ("培训班", "Classes"),
    "enrolments": ("报名", "Enrolments"),
    "attendance": ("考勤", "Attendance"),
    "imports": ("表格导入", "Spreadsheet imports"),
    "templates": ("表格模板", "Spreadsheet templates"),
    "files": ("文件", "Files"),
    "status-records": ("参保等状态信息", "Status records"),
    "status-lists": ("状态名单的完整期间", "Status lists"),
    "brands": ("劳务品牌", "Brands"),
    "schemes": ("补贴项目与标准", "Schemes"),
    "funds": ("资金", "Funds"),
    "claims": ("补贴申领", "Claims"),
    "notices": ("公示", "Notices"),
    "objections": ("异议", "Objections"),
    "payment-batches": ("拨付批次", "Payment batches"),
    "payments": ("拨付", "Payments"),
    "recoveries": ("追回", "Recoveries"),
    "appeals": ("申诉", "Appeals"),
    "workdays": ("工作日历", "Working days"),
    "filings": ("评价机构备案", "Filings"),
    "assessments": ("评价批次", "Assessments"),
    "certificates": ("证书", "Certificates"),
    "orders": ("用工订单", "Orders"),
    "placements": ("输出就业", "Placements"),
    "placement-updates": ("就业动态", "Placement updates"),
    "placement-imports": ("就业月报导入", "Placement imports"),
    "placement-receipts": ("就业动态回执", "Placement receipts"),
    "statistics": ("统计", "Statistics"),
    "plans": ("年度计划进度", "Plan progress"),
    "worklist": ("待办", "Worklist"),
    "changes": ("变更事件", "Changes"),
}
VERBS = {"read": ("查询", "read"), "write": ("办理", "write")}

SCOPES: tuple[dict[str, Any], ...] = tuple(
    {"scope": f"{noun}.{verb}", "label": f"{label}:{does}", "label_en": f"{label_en}: {does_en}"}
    for noun, (label, label_en) in NOUNS.items()
    for verb, (does, does_en) in VERBS.items()
)
KNOWN = frozenset(entry["scope"] for entry in SCOPES)
EVERY_READ = sorted(scope for scope in KNOWN if scope.endswith(".read"))
