"""The problems and faults that claims can answer with."""

from services.subsidy.schemes.errors import SamePerson
from shared import access, errors


class ClaimOnHold(errors.Problem):
    code, status, title, title_en = "claim_on_hold", 409, "申领单暂缓中", "The claim is on hold"
    cause, remedy = "申领单被暂缓,解除前不能批准和支付。", "请复审人员查明原因后解除暂缓。"


class HeldLinesOpen(errors.Problem):
    code, status, title, title_en = "held_lines_open", 409, "还有待核实的人员", "Held lines are still open"
    cause, remedy = "申领单中还有待核实的人员,不能批准。", "请复审人员逐一处理:认可、不予补贴或另立新单。"


class NotYourClaim(errors.Problem):
    code, status, title, title_en = "not_your_claim", 403, "不能替他人申领", "Not your claim to make"
    cause, remedy = "申领单只能由申领人本单位、本人提出,或由乡镇为本辖区人员代办。", "请核对 applicant。"


# What the machine of states refuses with, by its code.
REFUSALS: dict[str, type[errors.Problem]] = {kind.code: kind for kind in (errors.InvalidState, SamePerson, access.WrongRole)}

errors.violates("entitlements_once_key", errors.Conflict)

errors.describe(
    "kind_not_open",
    "该类申领尚未开放",
    "This kind of claim is not open yet",
    cause="证书补贴和就业补贴的申领尚未开放。",
    remedy="目前请申领培训补贴。",
)
errors.describe(
    "kind_differs_from_scheme",
    "申领类别与补贴项目不符",
    "Kind differs from the scheme's",
    cause="每个补贴项目只属于一个申领类别。",
    remedy="请改正 kind 或 scheme。",
)
errors.describe(
    "scheme_differs_from_channel",
    "补贴项目与班级的培训渠道不符",
    "Scheme differs from the class's channel",
    cause="培训补贴按班级批准时的培训渠道申领。",
    remedy="请改正 scheme 或 class_id。",
)
errors.describe("unknown_class", "没有这个班级", "Unknown class", cause="班级编号不存在。", remedy="请核对班级编号。")
errors.describe(
    "not_your_class",
    "不是申领单位的班级",
    "Not the applicant's class",
    cause="培训补贴由举办该班的机构申领。",
    remedy="请改正 class_id 或 applicant。",
)
errors.describe("unknown_trainee", "没有这个学员", "Unknown trainee", cause="所填的学员编号不存在或已并入他人。", remedy="请核对学员编号。")
errors.describe(
    "unknown_enrolment",
    "报名编号与学员不符",
    "Not this trainee's enrolment",
    cause="报名编号不是该学员在该班的报名。",
    remedy="请核对,或省略 enrolment_id。",
)
errors.describe("unknown_fund", "没有这笔资金", "Unknown fund", cause="资金编号不存在。", remedy="请核对资金编号。")
errors.describe(
    "nobody_to_claim_for",
    "没有可以申领的学员",
    "Nobody to claim for",
    cause="该班没有报名的学员,或没有人结业。",
    remedy="请先办理报名、考勤和结业。",
)
errors.describe(
    "applicant_not_payee",
    "该补贴不由本人申领",
    "Not for a person to claim",
    cause="按条款,该补贴发给培训组织单位。",
    remedy="请由举办该班的机构申领。",
)
errors.describe("not_your_town", "不是本辖区人员", "Not of your town", cause="乡镇只能为本辖区人员代办。", remedy="请由学员所在乡镇代办。")
errors.describe(
    "paper_not_of_this_kind",
    "该类申领不填此项",
    "Not a field of this kind of claim",
    cause="培训补贴按班级判定,不填证书和就业编号。",
    remedy="请删除该项。",
)
