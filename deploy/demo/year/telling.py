"""The whole year, played; and where a newcomer looks first."""

from collections.abc import Callable
from time import monotonic

from rich.table import Table

from deploy.demo.main_job import Job
from deploy.demo.year.cast import Cast, password
from deploy.demo.year.foshan import Foshan
from deploy.demo.year.money import Money
from deploy.demo.year.reading import Story, read
from deploy.demo.year.training import Training
from deploy.demo.year.voices import Voices

PAGES = (
    ("/", "lu-jingban", "25 条任务的完成与进度;按镇街排名;会议一页纸"),
    ("/desk", "lu-jingban", "待初审、公示异议、补正;一次办理一百单"),
    ("/desk", "luo-fushen", "待复审、待核实人员、备案、申诉"),
    ("/desk", "shi-caiwu", "公示期满待批准、待拨付、退票、追回"),
    ("/desk", "xianglu", "培训学校:班级、花名册、退回补正的申领"),
    ("/desk", "qiandian", "企业:职工培训、备案、证书直补"),
    ("/desk", "sankeshu-zhen", "镇:本镇学员、培训意愿、督办任务"),
    ("/desk", "gu-shenji", "审计:全部单据和轨迹"),
    ("/partner", "foshan-gongzuozu", "订单、待上岗、缺证明的人、催证回执单"),
    ("/notices", "", "正在公示的申领,公众可提异议"),
    ("/verify", "", "凭编号和姓名核验证书,例如 {certificate}"),
)


class Year:
    """The year as far as it has been played."""

    def __init__(self, job: Job, story: Story) -> None:
        self.story, self.cast = story, Cast(job, story)
        self.training = Training(self.cast)
        self.foshan = Foshan(self.training)
        self.money = Money(self.training, self.foshan)
        self.voices = Voices(self.training)

    def play(self, say: Callable[[str], None] = lambda _: None) -> None:
        for text, do in (
            ("账号、机构、资金、标准", self.cast.appear),
            ("评价备案", self.training.file_all),
            ("佛山订单", self.foshan.order),
            ("培训班:申报、开班、签到、结业", self.training.hold_all),
            ("往年台账", self.training.import_the_past),
            ("考核发证", self.training.examine_all),
            ("往年证书", self.training.certify_the_past),
            ("就业台账", self.training.tell_of_work),
            ("上岗和在岗情况", self.foshan.place),
            ("申领:初审、复审、公示、拨付、追回", self.money.claim_all),
            ("检查、投诉、督办、意愿", self.voices.speak),
        ):
            began = monotonic()
            do()
            say(f"   {text}  {monotonic() - began:.0f} 秒")


def play(gateway_url: str, say: Callable[[str | Table], None]) -> None:
    with Job(gateway_url) as job:
        year = Year(job, read())
        say(f"办理演示用的一年,停在 {year.story.day} playing a year of invented papers")
        year.play(say)
        say(where_to_look(year, gateway_url))


def where_to_look(year: Year, gateway_url: str) -> Table:
    """Page, user, password and what is to be seen there."""
    made = Table("页面 page", "用户 user", "密码 password", "看什么 what to look at", title=_made(year))
    valid = year.cast.officer.do("GET", "/v1/certificates?status=valid&limit=1", on=year.story.day.isoformat())["items"][0]
    certificate = f"{valid['number']}({valid['trainee_name']})"
    for page, login, what in PAGES:
        made.add_row(f"{gateway_url}{page}", login or "(不用登录)", password(login) if login else "", what.format(certificate=certificate))
    return made


def _made(year: Year) -> str:
    held = [course for course in year.training.story.courses if not course.imported]
    people = sum(len(year.training.people.get(course, ())) for course in held)
    placed = sum(group["people"] for group in year.story["placements"])
    return f"{len(held)} 个班 · {people} 人次 · {len(year.money.asks)} 张申领单 · {placed} 人赴佛山 · 停在 {year.story.day}"
