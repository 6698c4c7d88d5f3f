"""What the brands' operations can refuse."""

from shared import errors


class DuplicateBrand(errors.Problem):
    code, status, title, title_en = "duplicate_brand", 409, "该品牌已登记", "The brand is already registered"
    cause, remedy = "同类品牌中已有相同名称。", "请修改已有的品牌,或换一个名称。"


errors.violates("brands_name_key", DuplicateBrand)
errors.describe("unknown_file", "没有这个附件", "Unknown file", cause="所填的文件编号不存在。", remedy="请先上传文件,再填写其编号。")
