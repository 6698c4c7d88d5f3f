"""Another office's program: the main journey by the client that a generator made of our document, by its typed calls alone.

`python consumer.py GATEWAY`, with the folder of the package `client` on the path. It plays in 2026, which no board of 2025 counts.
"""

import io
import sys
import time
import uuid
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from client.api.assessments import (
    assessments_batch_results,
    assessments_create,
    assessments_create_supervision,
    assessments_issue,
    assessments_lock,
)
from client.api.attendance import classes_batch_attendance
from client.api.certificates import certificates_list, certificates_verify
from client.api.claims import claims_approve, claims_confirm, claims_create, claims_get, claims_quote, claims_review, claims_submit
from client.api.classes import classes_approve, classes_complete, classes_create, classes_start, classes_submit
from client.api.enrolments import classes_list_enrolments
from client.api.files import files_create, files_get
from client.api.filings import filings_accept, filings_check, filings_create, filings_get, filings_submit
from client.api.funds import funds_create, funds_get
from client.api.identity import clients_create, me_get, oauth2_create_token
from client.api.imports import imports_create, imports_get, imports_get_result
from client.api.institutions import institutions_create, institutions_designate
from client.api.notices import notices_list
from client.api.orders import orders_create
from client.api.payment_batches import payment_batches_confirm, payment_batches_create, payment_batches_export
from client.api.placement_updates import placement_updates_batch
from client.api.placements import placements_create, placements_get_retention
from client.client import AuthenticatedClient, Client
from client.models import (
    Acceptance,
    Applicant,
    AssessmentIn,
    AssessmentMethod,
    Atomic,
    AttendanceIn,
    BankResults,
    BatchAttendanceIn,
    BatchIn,
    BatchUpdateItem,
    BodyFilesCreate,
    CertificateKind,
    Channel,
    ClaimIn,
    ClaimKind,
    ClaimStatus,
    ClassIn,
    ClassStatus,
    ClientIn,
    Commented,
    Designated,
    EvidenceGrade,
    EvidenceIn,
    FilingIn,
    FundIn,
    FundSource,
    GrantIn,
    HalfDay,
    ImportIn,
    ImportStatus,
    InstitutionIn,
    InstitutionKind,
    ItemOutcome,
    Level,
    LineVerdict,
    Material,
    Mode,
    Oauth2CreateTokenBody,
    Oauth2CreateTokenBodyGrantType,
    OrderEmployer,
    OrderIn,
    PaymentResult,
    PaymentResultResult,
    PlacementIn,
    Problem,
    ResultIn,
    ResultsBatch,
    RetentionVerdict,
    Role,
    SchemeCode,
    ScopeDecision,
    ScopeEntry,
    SheetKind,
    Staff,
    StaffMember,
    Standard,
    SupervisionIn,
    SupervisionMode,
    UpdateItem,
    UpdateKind,
    VerifyIn,
)
from client.types import File, Response

GATEWAY = sys.argv[1]
ELECTRICIAN, XLSX = "6-31-01-03", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PEOPLE = {"韦一鸣": "522601198706010913", "韦二妹": "522601198706020900", "韦三哥": "522601198706030914"}
PDF = b"%PDF-1.4\n%%EOF\n"
T = TypeVar("T")


def told(answer: Response[T]) -> T:
    """What was answered; a refusal ends the program."""
    assert answer.parsed is not None, f"{answer.status_code} is not in the document: {answer.content[:500]!r}"
    assert not isinstance(answer.parsed, Problem), answer.content.decode()
    return answer.parsed


class Someone:
    """Who is signed in. Every call carries the day it plays on."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        asked = Oauth2CreateTokenBodyGrantType.CLIENT_CREDENTIALS
        form = Oauth2CreateTokenBody(grant_type=asked, client_id=client_id, client_secret=client_secret)
        self.token = told(oauth2_create_token.sync_detailed(client=Client(GATEWAY), body=form)).access_token

    def on(self, day: str) -> AuthenticatedClient:
        return AuthenticatedClient(GATEWAY, token=self.token, headers={"X-Server-Date": f"{day}T18:00:00+08:00"}, timeout=60)


def key() -> str:
    return str(uuid.uuid4())


def day(text: str) -> date:
    return date.fromisoformat(text)


def etag(answer: Response[Any]) -> str:
    told(answer)
    return answer.headers["ETag"]


officer, reviewer, finance, admin, partner = (
    Someone(f"local-{role}", f"local-{role}") for role in ("officer", "reviewer", "finance", "admin", "partner")
)


def institution(name: str, uscc: str, kind: InstitutionKind) -> tuple[UUID, Someone]:
    """The institution, designated, and its own client."""
    body = InstitutionIn(name=name, uscc=uscc, kind=kind, region_code="522601001", phone="13985500003", bank_account="6222020000000000017")
    made = told(institutions_create.sync_detailed(client=officer.on("2026-02-10"), body=body))
    term = Designated(from_on=day("2026-01-01"), to_on=day("2027-12-31"))
    told(institutions_designate.sync_detailed(made.id, client=officer.on("2026-02-10"), body=term))
    account = ClientIn(name=name, role=Role.INSTITUTION, institution_id=made.id)
    shown = told(clients_create.sync_detailed(client=admin.on("2026-02-10"), body=account, idempotency_key=(once := key())))
    again = told(clients_create.sync_detailed(client=admin.on("2026-02-10"), body=account, idempotency_key=once))
    assert again.client_id == shown.client_id and not again.client_secret  # a secret is shown once
    assert isinstance(shown.client_secret, str)
    return made.id, Someone(shown.client_id, shown.client_secret)


# 1 - from the roster to the payment

school_id, school = institution("凯里市甘囊香职业技能培训学校", "52522601MJ0KL0117G", InstitutionKind.PRIVATE_SCHOOL)
assert told(me_get.sync_detailed(client=school.on("2026-02-10"))).institution_id == school_id

proposed = ClassIn(
    name="食用菌种植短期班",
    channel=Channel.AGRICULTURAL_SHORT,
    trade_name="食用菌种植",
    trade_filing_no="黔东南州备〔2026〕3号",
    starts_on=day("2026-04-08"),
    ends_on=day("2026-04-10"),
    hours=24,
    seats=30,
    region_code="522601100",
)
class_id = told(classes_create.sync_detailed(client=school.on("2026-03-20"), body=proposed)).id
told(classes_submit.sync_detailed(class_id, client=school.on("2026-03-20")))
told(classes_approve.sync_detailed(class_id, client=officer.on("2026-03-24")))

rows = "".join(
    f"{name},{number},三棵树镇,13812340000,农村转移劳动者\n" for name, number in [*PEOPLE.items(), ("韦四", "522601199003070026")]
)
sheet = File(
    payload=io.BytesIO(f"姓名,身份证号码,户籍所在乡镇,联系电话,人员类别\n{rows}".encode()), file_name="花名册.csv", mime_type="text/csv"
)
upload = ImportIn(kind=SheetKind.ROSTER, file=sheet, class_id=class_id, mode=Mode.COMMIT)
job = told(imports_create.sync_detailed(client=school.on("2026-04-01"), body=upload))
while job.status in (ImportStatus.QUEUED, ImportStatus.RUNNING):
    time.sleep(0.05)
    job = told(imports_get.sync_detailed(job.id, client=school.on("2026-04-01")))
assert job.summary is not None and (job.summary.created, job.summary.rejected) == (3, 1), job
assert [(fault.row, fault.code) for fault in job.errors] == [(5, "invalid_id_number")]
assert told(imports_get_result.sync_detailed(job.id, client=school.on("2026-04-01"))).payload.read(2) == b"PK"

enrolled = told(classes_list_enrolments.sync_detailed(class_id, client=school.on("2026-04-01"), limit=200)).items
trainees = [each.trainee_id for each in enrolled]
assert sorted(str(each.trainee_name) for each in enrolled) == sorted(PEOPLE)
told(classes_start.sync_detailed(class_id, client=school.on("2026-04-08")))
signed = BatchAttendanceIn(
    atomic=Atomic.ALL,
    items=[
        AttendanceIn(trainee_id=one, on=day(f"2026-04-{n:02d}"), half_day=half, source="paper")
        for one in trainees
        for n in (8, 9, 10)
        for half in HalfDay
    ],
)
kept = told(classes_batch_attendance.sync_detailed(class_id, client=school.on("2026-04-10"), body=signed))
assert kept.summary.created == len(signed.items) and {each.outcome for each in kept.items} == {ItemOutcome.CREATED}
assert told(classes_complete.sync_detailed(class_id, client=school.on("2026-04-11"))).status == ClassStatus.COMPLETED

money = FundIn(source=FundSource.EMPLOYMENT_SUBSIDY, year=2026, total="5000.00", name="本程序的资金")
fund = told(funds_create.sync_detailed(client=finance.on("2026-01-06"), body=money, idempotency_key=key()))
application = ClaimIn(
    kind=ClaimKind.TRAINING,
    scheme=SchemeCode.AGRICULTURAL_SHORT,
    applicant=Applicant(institution_id=school_id),
    class_id=class_id,
    fund_id=fund.id,
)
quoted = told(claims_quote.sync_detailed(client=school.on("2026-04-14"), body=application))
created = claims_create.sync_detailed(client=school.on("2026-04-14"), body=application, idempotency_key=key())
claim = told(created)
assert quoted.amount == claim.amount == "540.00" and all(line.verdict == LineVerdict.ELIGIBLE for line in claim.lines), claim
steps = [
    (claims_submit, school, "2026-04-14", ClaimStatus.SUBMITTED),
    (claims_review, officer, "2026-04-15", ClaimStatus.REVIEWED),
    (claims_confirm, reviewer, "2026-04-16", ClaimStatus.IN_NOTICE),
]
version = etag(created)
for step, person, on, status in steps:
    done = step.sync_detailed(claim.id, client=person.on(on), body=Commented(), idempotency_key=key(), if_match=version)
    assert told(done).status == status
    version = etag(done)
refused = claims_approve.sync_detailed(
    claim.id, client=finance.on("2026-04-17"), body=Commented(), idempotency_key=key(), if_match=version
).parsed
assert isinstance(refused, Problem) and (refused.code, refused.retryable) == ("notice_not_over", False)
notice = told(
    notices_list.sync_detailed(client=Client(GATEWAY, headers={"X-Server-Date": "2026-04-17T10:00:00+08:00"}), claim_id=[claim.id])
).items[0]
after = str(date.fromordinal(notice.until_on.toordinal() + 1))
told(claims_approve.sync_detailed(claim.id, client=finance.on(after), body=Commented(), idempotency_key=key(), if_match=version))
batch = BatchIn(fund_id=fund.id, claim_ids=[claim.id])
made = payment_batches_create.sync_detailed(client=finance.on(after), body=batch, idempotency_key=key())
exported = payment_batches_export.sync_detailed(told(made).id, client=finance.on(after), idempotency_key=key(), if_match=etag(made))
results = BankResults(
    results=[
        PaymentResult(payment_id=payment.id, result=PaymentResultResult.PAID, voucher_no="V-2026-001", paid_on=day(after))
        for payment in told(exported).payments
    ]
)
told(
    payment_batches_confirm.sync_detailed(
        told(made).id, client=finance.on(after), body=results, idempotency_key=key(), if_match=etag(exported)
    )
)
assert told(claims_get.sync_detailed(claim.id, client=finance.on(after))).status == ClaimStatus.PAID
assert told(funds_get.sync_detailed(fund.id, client=finance.on(after))).paid == "540.00"

# 2 - from the filing to the certificate

_, assessors = institution("黔东南州清江技能评价中心", "91522601000402034U", InstitutionKind.ASSESSMENT_ORGANISATION)
rules = BodyFilesCreate(file=File(payload=io.BytesIO(PDF), file_name="考务管理办法.pdf", mime_type="application/pdf"))
material = told(files_create.sync_detailed(client=assessors.on("2026-03-03"), body=rules))
assert told(files_get.sync_detailed(material.id, client=assessors.on("2026-03-03"))).payload.read() == PDF
staff = Staff(
    managers=[StaffMember(name="石经办", card="JB-101")],
    assessors=[StaffMember(name="吴考评", card="KP-101")],
    supervisors=[StaffMember(name="龙督导", card="DD-101")],
)
scope = [ScopeEntry(occupation_code=ELECTRICIAN, levels=[Level.JUNIOR])]
asked = FilingIn(scope=scope, staff=staff, materials=[Material(name="考务管理办法", file_id=material.id)])
filing = told(filings_create.sync_detailed(client=assessors.on("2026-03-03"), body=asked))


def version_of_filing() -> str:
    return etag(filings_get.sync_detailed(filing.id, client=officer.on("2026-03-03")))


told(filings_submit.sync_detailed(filing.id, client=assessors.on("2026-03-03"), if_match=version_of_filing()))
told(filings_check.sync_detailed(filing.id, client=officer.on("2026-03-05"), if_match=version_of_filing()))
granted = [GrantIn(occupation_code=ELECTRICIAN, level=Level.JUNIOR, decision=ScopeDecision.GRANTED)]
accepted = Acceptance(valid_from_on=day("2026-03-10"), valid_until_on=day("2029-03-09"), granted=granted)
told(filings_accept.sync_detailed(filing.id, client=reviewer.on("2026-03-07"), body=accepted, if_match=version_of_filing()))

exam = AssessmentIn(
    filing_id=filing.id,
    occupation_code=ELECTRICIAN,
    level=Level.JUNIOR,
    method=AssessmentMethod.MODULAR,
    held_on=day("2026-05-11"),
    assessors=["KP-101"],
    candidates=trainees,
)
assessment = told(assessments_create.sync_detailed(client=assessors.on("2026-05-11"), body=exam))
marks = ResultsBatch(items=[ResultIn(trainee_id=one, passed=True, score=80.5) for one in trainees])
told(assessments_batch_results.sync_detailed(assessment.id, client=assessors.on("2026-05-11"), body=marks))
seen = SupervisionIn(supervisor="DD-101", mode=SupervisionMode.ON_SITE, report="考场秩序良好,考评独立进行。")
told(assessments_create_supervision.sync_detailed(assessment.id, client=assessors.on("2026-05-11"), body=seen))
told(assessments_lock.sync_detailed(assessment.id, client=assessors.on("2026-05-15")))
told(assessments_issue.sync_detailed(assessment.id, client=assessors.on("2026-05-15")))
certificates = told(certificates_list.sync_detailed(client=officer.on("2026-05-16"), assessment_id=[assessment.id])).items
holder = next(each for each in certificates if each.trainee_id == trainees[0])
question = VerifyIn(number=holder.number, name=str(enrolled[0].trainee_name), on=day("2026-05-16"))
verified = told(certificates_verify.sync_detailed(client=Client(GATEWAY), body=question))
assert verified.valid and verified.kind == CertificateKind.SKILL_LEVEL, verified

# 3 - from the order to the proof that they stayed

wanted = OrderIn(
    number="FS-2026-0101",
    employer=OrderEmployer(name="佛山市南海区某机电有限公司", uscc="9144060600040104X4", district_code="440606"),
    occupation_code=ELECTRICIAN,
    posts=10,
    ordered_on=day("2026-04-01"),
    standard=Standard(
        certificate_kind=CertificateKind.SKILL_LEVEL,
        occupation_code=ELECTRICIAN,
        level=Level.JUNIOR,
        set_on=day("2026-04-01"),
        text="持证上岗",
    ),
)
order = told(orders_create.sync_detailed(client=partner.on("2026-04-01"), body=wanted))
post = PlacementIn(order_id=order.id, trainee_id=trainees[0], certificate_id=holder.id)
placement = told(placements_create.sync_detailed(client=partner.on("2026-05-20"), body=post, idempotency_key=key()))
months = (("2026-05-31", "2026-06-29"), ("2026-06-30", "2026-07-30"), ("2026-07-31", "2026-08-30"))
facts = [UpdateItem(placement_id=placement.id, external_ref=f"{placement.id}-0", kind=UpdateKind.STARTED, effective_on=day("2026-05-31"))]
facts += [
    UpdateItem(
        placement_id=placement.id,
        external_ref=f"{placement.id}-{n}",
        kind=UpdateKind.PRESENT,
        effective_on=day(until),
        evidence=[EvidenceIn(grade=EvidenceGrade.C, covers_from_on=day(since), covers_to_on=day(until), ref="盖章工资表")],
    )
    for n, (since, until) in enumerate(months, 1)
]
reported = BatchUpdateItem(items=facts, atomic=Atomic.ALL)
for outcome in (ItemOutcome.CREATED, ItemOutcome.UNCHANGED):  # the same facts twice are the same facts
    taken = told(placement_updates_batch.sync_detailed(client=partner.on("2026-09-01"), body=reported, idempotency_key=key()))
    assert {each.outcome for each in taken.items} == {outcome}, taken
kept_work = told(placements_get_retention.sync_detailed(placement.id, client=partner.on("2026-09-01"), as_of=day("2026-08-31")))
assert (kept_work.verdict, kept_work.due_on) == (RetentionVerdict.MET, day("2026-08-31")), kept_work
print("done")
