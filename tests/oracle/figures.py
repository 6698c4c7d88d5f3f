"""The figures that the oracle judges by, typed from the documents and not read from the system's data; beside each its clause.

`本市口径`: the documents are silent and the office's own reading stands. `示例`: an invented scheme in the shapes that published rules elsewhere take, so that a
payment a person (and one to the person) can be judged at all: of none of the city's own such schemes is the rate known.
"""

from dataclasses import dataclass
from datetime import date

# 凯府发〔2024〕9号 附件4 二(二): 补贴标准为每人每天60元; in fen.
SHORT_FEN_A_DAY = 6000

# 本市口径: a statutory age that moves from 2025-01-01 (months of age; first birth month that moves; months of birth to one month more; last month of age).
RETIREMENT = {"male": (720, (1965, 1), 4, 756), "female_55": (660, (1970, 1), 4, 696), "female_50": (600, (1975, 1), 2, 660)}

# 凯府发〔2024〕9号 三(一)3 (定点): bodies that teach the public; an enterprise, cooperative or workshop teaches its own people and needs none (本市口径).
NEEDS_DESIGNATION = {"private_school", "vocational_college", "technical_school", "association", "assessment_organisation", "labour_agency"}

# 新八级工, low to high: the digit falls as the skill rises, so ranks are compared.
LEVELS = ["apprentice", "junior", "intermediate", "senior", "technician", "senior_technician", "special_technician", "chief_technician"]

# 凯府发〔2024〕9号 附件4 二(二): 农业种植养殖技术、农产品加工技术或其中某一环节; 确有需要的营销类、民族手工艺加工等非涉农类 (with its reason); else not.
FARMING, CRAFT = {"蓝莓种植", "肉牛养殖", "6-02-06-10"}, {"农产品营销", "6-09-03-11"}


@dataclass(frozen=True)
class Promise:
    """What a scheme promises from a day on."""

    from_on: date
    payee: str  # organiser | trainee
    categories: frozenset[str]
    excluded: frozenset[str]
    fen_a_day: int = 0
    days_at_most: int = 0
    fen_a_person: int = 0
    class_days_at_most: int = 0  # 0: not limited
    age_at_most: int = 0  # 0: until the statutory retirement age
    unverified_holds: bool = True
    percent_at_least: int = 0


_BARRED = frozenset({"employee_pension", "public_payroll", "full_time_student", "deceased"})  # 本市口径; a resident pension bars nobody

AGE_AT_LEAST = 16  # 本市口径
HALF_DAYS_FOR_A_DAY = 2  # 本市口径
PROMISES = {
    "agricultural_short": [
        Promise(
            from_on=date(2024, 9, 23),  # 成文之日
            payee="organiser",  # 本市口径: the plan does not say
            # 附件4 二(二) 农村劳动者、合作社社员; the others by 本市口径
            categories=frozenset(
                [
                    "rural_worker",
                    "rural_transfer_worker",
                    "cooperative_member",
                    "out_of_poverty_worker",
                    "relocated_worker",
                    "rural_woman",
                    "returning_migrant",
                    "other_worker",
                ]
            ),
            excluded=_BARRED,
            fen_a_day=SHORT_FEN_A_DAY,
            days_at_most=3,  # 附件4 二(二): 培训时间不超过3天
            class_days_at_most=3,
            age_at_most=65,  # 附件4 二(二): 可放宽到65岁
            unverified_holds=False,
        )
    ],
    "upskill": [  # 附件2 二(二): 500元至8000元; the figures themselves are 示例
        Promise(date(2025, 5, 1), "organiser", frozenset({"enterprise_employee"}), _BARRED, fen_a_person=100000, percent_at_least=80),
        Promise(date(2025, 7, 1), "trainee", frozenset({"enterprise_employee"}), _BARRED, fen_a_person=120050, percent_at_least=80),
    ],
}
