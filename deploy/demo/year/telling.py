"""The whole year, played; and where a newcomer looks first."""

from collections.abc import Callable
from time import monotonic

from rich.table import Column, Table

from deploy.demo.main_job import Job
from deploy.demo.year.cast import Cast, password
from deploy.demo.year.foshan import Foshan
from deploy.demo.year.money import Money
from deploy.demo.year.reading import Story, read
from deploy.demo.year.training import Training
from deploy.demo.year.voices import Voices

PATIENCE_SECONDS = 60  # a machine that does other work too is asked again, with the same key


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
    with Job(gateway_url, patience_seconds=PATIENCE_SECONDS) as job:
        year = Year(job, read())
        say(f"办理演示用的一年,停在 {year.story.day} playing a year of invented papers")
        year.play(say)
        say(where_to_look(year, gateway_url))


def where_to_look(year: Year, gateway_url: str) -> Table:
    """Page, user, password and what is to be seen there; each can be read and copied in a narrow window too."""
    valid = year.cast.officer.do("GET", "/v1/certificates?status=valid&limit=1", on=year.story.day.isoformat())["items"][0]
    certificate = f"{valid['number']}({valid['trainee_name']})"
    pages = year.story["pages"]
    others = [f"{login} {name}" for login, name in year.story.accounts.items() if login not in {page.get("login") for page in pages}]
    whole = [Column(head, no_wrap=True) for head in ("页面 page", "用户 user", "密码 password")]
    made = Table(*whole, Column("看什么 what to look at", overflow="fold"), title=f"{gateway_url}\n{_made(year)}", title_justify="left")
    made.caption, made.caption_justify = f"还可以登录的(密码写法相同):{'、'.join(others)}", "left"
    for page in pages:
        login = page.get("login", "")
        made.add_row(page["path"], login, password(login) if login else "不用登录", page["look"].format(certificate=certificate))
    return made


def _made(year: Year) -> str:
    taught = year.training
    past = [course for course in taught.ids if course.imported]
    people = [sum(len(taught.people[course]) for course in taught.ids if course.imported is imported) for imported in (False, True)]
    certificates = sum(map(len, taught.certified.values()))
    placed = sum(group["people"] for group in year.story["placements"])
    return (
        f"停在 {year.story.day}:本年 {len(taught.ids) - len(past)} 个班 {people[0]} 人次,往年台账 {len(past)} 个班 {people[1]} 人次,"
        f"发证 {certificates} 本,申领单 {len(year.money.asks)} 张,赴佛山 {placed} 人"
    )
