"""The code lists that the registry owns. Their labels, and of some also their rules, are the county's data."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, Literal, get_args

from services.registry.codes.supervision import (
    ComplaintStatus,
    ComplaintSubject,
    InspectionItem,
    InspectionStatus,
    MeasureKind,
    SupervisionTaskStatus,
)
from services.registry.codes.trades import CatalogueKind, FiledStatus, FilingAuthority, TrainingBaseStatus
from services.registry.codes.work import (
    EmploymentChange,
    EmploymentKind,
    EmploymentState,
    JobOfferResult,
    JobOfferStage,
    SurveyWillingness,
    TrainingWishStatus,
)


class Level(StrEnum):
    """Skill levels (新八级工), low to high."""

    APPRENTICE = "apprentice"
    JUNIOR = "junior"
    INTERMEDIATE = "intermediate"
    SENIOR = "senior"
    TECHNICIAN = "technician"
    SENIOR_TECHNICIAN = "senior_technician"
    SPECIAL_TECHNICIAN = "special_technician"
    CHIEF_TECHNICIAN = "chief_technician"


class Category(StrEnum):
    """Categories of trainees (人员类别)."""

    POVERTY_FAMILY_CHILD = "poverty_family_child"
    GRADUATING_STUDENT = "graduating_student"
    SCHOOL_LEAVER = "school_leaver"
    RURAL_TRANSFER_WORKER = "rural_transfer_worker"
    REGISTERED_UNEMPLOYED = "registered_unemployed"
    ENTERPRISE_EMPLOYEE = "enterprise_employee"
    OTHER_WORKER = "other_worker"
    OUT_OF_POVERTY_WORKER = "out_of_poverty_worker"
    RELOCATED_WORKER = "relocated_worker"
    RURAL_WOMAN = "rural_woman"
    COLLEGE_STUDENT = "college_student"
    RETURNING_MIGRANT = "returning_migrant"
    VETERAN = "veteran"
    COOPERATIVE_MEMBER = "cooperative_member"
    RURAL_WORKER = "rural_worker"


class InstitutionKind(StrEnum):
    PRIVATE_SCHOOL = "private_school"
    VOCATIONAL_COLLEGE = "vocational_college"
    TECHNICAL_SCHOOL = "technical_school"
    ENTERPRISE = "enterprise"
    COOPERATIVE = "cooperative"
    WORKSHOP = "workshop"
    ASSOCIATION = "association"
    ASSESSMENT_ORGANISATION = "assessment_organisation"
    LABOUR_AGENCY = "labour_agency"


class Channel(StrEnum):
    """By what way a class is held and paid (培训渠道)."""

    AGRICULTURAL_SHORT = "agricultural_short"
    PROJECT = "project"
    STARTUP = "startup"
    APPRENTICESHIP = "apprenticeship"
    PRE_JOB = "pre_job"
    TRANSFER = "transfer"
    UPSKILL = "upskill"
    HIGH_SKILL = "high_skill"
    NEW_OCCUPATION = "new_occupation"
    SAFETY = "safety"
    SOCIAL = "social"  # 非补贴社会培训: counts, and is never claimed for


class ClassKind(StrEnum):
    """For whom a class is held: anyone, or whoever ordered it, gave it its name or takes its people."""

    ORDINARY = "ordinary"
    ORDER = "order"
    TITLED = "titled"
    DIRECTED = "directed"


class Delivery(StrEnum):
    ON_SITE = "on_site"
    ONLINE = "online"
    MIXED = "mixed"


class InstitutionStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXITED = "exited"


class InstitutionMark(StrEnum):
    """What an enterprise is known as (龙头、明星、高危、产教融合型)."""

    LEADING = "leading"
    STAR = "star"
    HIGH_RISK = "high_risk"
    INDUSTRY_EDUCATION = "industry_education"


class TeacherEmployment(StrEnum):
    FULL_TIME = "full_time"
    PART_TIME = "part_time"


class StandingRule(StrEnum):
    """What an institution's standing is judged by."""

    DESIGNATION = "designation"
    BLACKLIST = "blacklist"
    TEACHER_RATIO = "teacher_ratio"
    PART_TIME_LIMIT = "part_time_limit"
    RATING_DUE = "rating_due"


class RatingResult(StrEnum):
    EXCELLENT = "excellent"
    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"


class YearlyFigure(StrEnum):
    """What an institution reports of a year."""

    ENROLLED_STUDENTS = "enrolled_students"
    TRAINING_FUNDS = "training_funds"
    TRAINING_FUNDS_FRONTLINE = "training_funds_frontline"
    PARTNER_ENTERPRISES = "partner_enterprises"
    WAGES = "wages"
    EXTRACTED = "extracted"
    SOCIAL_TRAINING_INCOME = "social_training_income"


class IdType(StrEnum):
    CITIZEN = "citizen"
    RESIDENCE_PERMIT = "residence_permit"
    FOREIGN_PERMANENT_RESIDENCE = "foreign_permanent_residence"


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


class RetirementTrack(StrEnum):
    """The age at which a woman's post was retired from before the reform."""

    FEMALE_50 = "female_50"
    FEMALE_55 = "female_55"


class CorrectableField(StrEnum):
    """What of a person may be asked to be corrected."""

    NAME = "name"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    REGION_CODE = "region_code"
    EDUCATION = "education"
    BANK_ACCOUNT = "bank_account"
    RETIREMENT_TRACK = "retirement_track"
    CATEGORIES = "categories"


class CorrectionStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ErasureStatus(StrEnum):
    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"


class HarvestStatus(StrEnum):
    ALARMED = "alarmed"
    ACKNOWLEDGED = "acknowledged"


class DuplicateVerdict(StrEnum):
    SAME = "same"
    DIFFERENT = "different"


class DuplicateGround(StrEnum):
    """Why two may be one person registered twice."""

    NAME_AND_BIRTH = "name_and_birth"
    PHONE = "phone"
    NUMBER = "number"


class PersonalStatus(StrEnum):
    """What other offices report of a person, from day to day."""

    EMPLOYEE_PENSION = "employee_pension"
    RESIDENT_PENSION = "resident_pension"
    PUBLIC_PAYROLL = "public_payroll"
    INSURED_EMPLOYEE = "insured_employee"
    FULL_TIME_STUDENT = "full_time_student"
    DECEASED = "deceased"


class ClassStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class HalfDay(StrEnum):
    AM = "am"
    PM = "pm"


class EnrolmentOutcome(StrEnum):
    ENROLLED = "enrolled"
    COMPLETED = "completed"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"


class SheetKind(StrEnum):
    """What a sheet that is imported lists; the word in the path of its template."""

    ROSTER = "roster"
    SIGN_IN = "sign_in"
    TEACHERS = "teachers"
    STATUS_RECORDS = "status_records"
    TRAINEES = "trainees"
    EMPLOYMENT = "employment"
    OUTSIDE_PAYMENTS = "outside_payments"
    TRAINING_WISHES = "training_wishes"
    JOB_OFFERS = "job_offers"
    INSTITUTIONS = "institutions"
    ENTERPRISE_SURVEYS = "enterprise_surveys"
    PAST_CLASSES = "past_classes"


class BrandKind(StrEnum):
    BRAND = "brand"
    DISH = "dish"


class WorklistKind(StrEnum):
    """What may wait for somebody here."""

    CLASS_DRAFT = "class_draft"
    CLASS_SUBMITTED = "class_submitted"
    CLASS_RETURNED = "class_returned"
    CLASS_APPROVED = "class_approved"
    CLASS_OVER = "class_over"
    CLASS_BARRED = "class_barred"
    COMPLAINT_RECEIVED = "complaint_received"
    COMPLAINT_ACCEPTED = "complaint_accepted"
    COMPLAINT_UPHELD = "complaint_upheld"
    INSPECTION_OPEN = "inspection_open"
    INSPECTION_ANSWERED = "inspection_answered"
    INSPECTION_OVERDUE = "inspection_overdue"
    SUPERVISION_TASK_OPEN = "supervision_task_open"
    SUPERVISION_TASK_ANSWERED = "supervision_task_answered"
    SUPERVISION_TASK_OVERDUE = "supervision_task_overdue"
    CORRECTION_ASKED = "correction_asked"
    DUPLICATE_FOUND = "duplicate_found"
    ERASURE_ASKED = "erasure_asked"
    HARVEST_SUSPECTED = "harvest_suspected"
    TRADE_PAPER_PROPOSED = "trade_paper_proposed"
    TRADE_PAPER_FILED = "trade_paper_filed"
    TRAINING_BASE_PROPOSED = "training_base_proposed"
    TRAINING_BASE_APPROVED = "training_base_approved"
    EMPLOYMENT_PENDING = "employment_pending"
    TRAINING_WISH_OPEN = "training_wish_open"


RegionKind = Literal["county", "county_city", "subdistrict", "town", "township", "district", "zone"]

OWNED: Final[Mapping[str, Iterable[str] | None]] = {
    "level": Level,
    "category": Category,
    "institution_kind": InstitutionKind,
    "channel": Channel,
    "institution_status": InstitutionStatus,
    "institution_mark": InstitutionMark,
    "teacher_employment": TeacherEmployment,
    "rating_result": RatingResult,
    "measure_kind": MeasureKind,
    "standing_rule": StandingRule,
    "yearly_figure": YearlyFigure,
    "id_type": IdType,
    "sex": Sex,
    "retirement_track": RetirementTrack,
    "correctable_field": CorrectableField,
    "correction_status": CorrectionStatus,
    "erasure_status": ErasureStatus,
    "harvest_status": HarvestStatus,
    "duplicate_verdict": DuplicateVerdict,
    "duplicate_ground": DuplicateGround,
    "personal_status": PersonalStatus,
    "class_status": ClassStatus,
    "class_kind": ClassKind,
    "delivery": Delivery,
    "half_day": HalfDay,
    "complaint_subject": ComplaintSubject,
    "complaint_status": ComplaintStatus,
    "inspection_item": InspectionItem,
    "inspection_status": InspectionStatus,
    "supervision_task_status": SupervisionTaskStatus,
    "enrolment_outcome": EnrolmentOutcome,
    "employment_kind": EmploymentKind,
    "employment_change": EmploymentChange,
    "employment_state": EmploymentState,
    "training_wish_status": TrainingWishStatus,
    "job_offer_stage": JobOfferStage,
    "job_offer_result": JobOfferResult,
    "survey_willingness": SurveyWillingness,
    "brand_kind": BrandKind,
    "catalogue_kind": CatalogueKind,
    "filing_authority": FilingAuthority,
    "filed_status": FiledStatus,
    "training_base_status": TrainingBaseStatus,
    "worklist_kind": WorklistKind,
    "sheet_kind": SheetKind,
    "region_kind": get_args(RegionKind),
    "department": None,  # as accounts and classes name them
    "education": None,  # as people say it
}
