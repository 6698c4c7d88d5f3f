"""An overview on the wire."""

from typing import Any

from pydantic import Field

from gateway.codes import SectionStatus
from shared import wire


class Section(wire.Out):
    """What one service has. `forbidden`: the caller may not read it; `unavailable`: it did not answer in time, and `problem` says how."""

    model_config = wire.LEFT_OUT

    status: SectionStatus
    data: dict[str, Any] = Field({}, description="按名称,各如其自己的路径所答:一个事项,或列表的第一页。")
    problem: wire.Problem = Field(default_factory=dict, description="与任何拒绝的应答相同。")


class Overview(wire.Out):
    """What each service has of a paper, side by side."""

    as_of: wire.CivilDate
    complete: bool = Field(
        description="false:至少一个服务没有应答,其部分为 unavailable,不是没有事项;请按 problem 稍后重试,不要据此作结论。forbidden 的部分不算缺。"
    )
    sections: dict[str, Section] = Field(examples=[{"registry": {"status": "ok", "data": {}}, "subsidy": {"status": "forbidden"}}])
