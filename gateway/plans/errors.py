"""What the plan's own check may find, for the catalogue of codes. The check itself is in `consistency.py`."""

from shared import errors

_FOUND = (
    ("line_unconfirmed", "指标依据尚未核实", "The line's basis is unconfirmed", "该指标的文件依据标注为未核实。", "请业务部门对照文件核实后更新方案数据。"),
    ("reading_unconfirmed", "对文件的理解尚未确认", "A reading of the plan is unconfirmed", "文件没有写明,系统按一种理解统计。", "请业务部门确认该理解。"),
    ("years_equal_total", "各年目标等于总目标", "Yearly targets add up to the total", "各年目标之和等于总目标。", "无须处理。"),
    ("years_differ_from_total", "各年目标不等于总目标", "Yearly targets do not add up", "各年目标之和与总目标不一致。", "请对照文件核对,以确认哪一个为准。"),
    ("parts_equal_whole", "分项之和等于总项", "The parts add up to the whole", "各分项目标之和等于总项目标。", "无须处理。"),
    ("parts_exceed_whole", "分项之和超过总项", "The parts exceed the whole", "各分项目标之和大于总项目标。", "各分项都完成时总项也已完成,只须留意重复计入。"),
    ("parts_below_whole", "分项之和不足总项", "The parts fall short of the whole", "各分项都完成后,总项仍有缺口。", "请安排其他班次补足缺口。"),
    ("same_people", "两项可计入同一批人", "Two lines may count the same people", "两条指标的培训对象重叠。", "请先商定是否允许重叠计入。"),
    ("yields_enough", "按最低要求已足够", "The least that is asked for suffices", "按最低要求办班即可得到所需人数。", "无须处理。"),
    ("yields_too_little", "按最低要求不够", "The least that is asked for falls short", "按最低要求办班,得不到所需人数。", "请多办班,或提高比率。"),
)  # fmt: skip

for _code, _title, _title_en, _cause, _remedy in _FOUND:
    errors.describe(_code, _title, _title_en, cause=_cause, remedy=_remedy, kind="finding")
