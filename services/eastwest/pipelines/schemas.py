"""An order's pipeline and its candidates on the wire."""

from uuid import UUID

from pydantic import Field

from shared import county, names, privacy, wire


class ClassOfOrder(wire.Out):
    """One class of the order that is over: how many completed it, and how many of these began work."""

    class_id: UUID
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    trained: int = Field(description="结业的人数")
    started: int = Field(description="其中已上岗的人数(后来离岗的也在内)")
    placed_share: float = Field(description="已上岗 ÷ 结业", examples=[0.857])
    people_at_least: int | None = Field(description="方案要求每期结业多少人;方案没有要求为 null", examples=[40])
    enough_people: bool | None = Field(description="是否达到")
    placed_share_at_least: float | None = Field(description="方案要求的赴岗比例", examples=[0.1])
    enough_placed: bool | None = Field(description="是否达到")


class Pipeline(wire.Out):
    """From the order's classes to three months at work, as of a day; each number counts people once. Shares are fractions."""

    order_id: UUID
    order_number: names.OrderNumber = None
    as_of: wire.CivilDate
    posts: int
    trained: int = Field(description="此订单的班级结业的人数", examples=[42])
    certified: int = Field(description="其中持有符合岗位标准的有效证书的人数", examples=[40])
    offered: int = Field(description="已安排到此订单的人数", examples=[38])
    started: int = Field(description="其中已上岗的人数(后来离岗的也在内)", examples=[36])
    working: int = Field(description="其中当日在岗的人数", examples=[33])
    retained: int = Field(description="其中稳岗满三个月的人数", examples=[30])
    fill_rate: float = Field(description="当日在岗 ÷ 岗位数", examples=[0.825])
    classes: list[ClassOfOrder] = Field(description="各期班级,对照方案要求的人数和赴岗比例")


class Candidate(wire.Out):
    """Somebody trained and certified for the order and placed on it by nobody yet; masked."""

    trainee_id: UUID
    trainee_name: str = Field(description="姓名,掩码", examples=["潘**"])
    id_number_masked: str = Field(examples=[privacy.mask_number(county.here().examples.id_number)])
    class_id: UUID
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    completed_on: wire.CivilDate = Field(description="所上班级的最后一天")
    certificate_id: UUID
    certificate_number: names.CertificateNumber = None
    fits_conditions: bool | None = Field(description="性别、年龄是否符合订单的岗位条件;登记服务没有说明为 null")
