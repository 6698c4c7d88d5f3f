"""The code lists that subsidy owns, one StrEnum each. What each code is called is the county's data."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class SchemeCode(StrEnum):
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
    CERTIFICATE_DIRECT = "certificate_direct"
    ASSESSMENT_FEE = "assessment_fee"
    PLACEMENT_STABILITY = "placement_stability"
    PLACEMENT_SERVICE = "placement_service"
    PLACEMENT_ABSORPTION = "placement_absorption"


class ClaimKind(StrEnum):
    TRAINING = "training"
    CERTIFICATE = "certificate"
    PLACEMENT = "placement"


class FundAccount(StrEnum):
    """Where a fund's money is: each movement leaves one and enters another."""

    EXTERNAL = "external"
    AVAILABLE = "available"
    RESERVED = "reserved"
    PAID = "paid"


class FundSource(StrEnum):
    EMPLOYMENT_SUBSIDY = "employment_subsidy"
    SKILLS_UPGRADE = "skills_upgrade"
    EAST_WEST = "east_west"
    RURAL_REVITALISATION = "rural_revitalisation"
    CULTURE_TOURISM = "culture_tourism"
    ENTERPRISE_EDUCATION = "enterprise_education"
    TALENT = "talent"


class BasisStatus(StrEnum):
    """Whether the text that a figure rests on was to be had."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"


class TermsStatus(StrEnum):
    PROPOSED = "proposed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Payee(StrEnum):
    ORGANISER = "organiser"
    TRAINEE = "trainee"


class DayCounted(StrEnum):
    """The day on which age, category, status and institution are looked at."""

    CLASS_START = "class_start"
    CERTIFICATE_ISSUE = "certificate_issue"
    PLACEMENT_START = "placement_start"


class PaidOncePer(StrEnum):
    OCCUPATION_LEVEL = "occupation_level"
    PLACEMENT = "placement"


class FindingCode(StrEnum):
    AGE_BELOW_LIMIT = "age_below_limit"
    AGE_ABOVE_LIMIT = "age_above_limit"
    CATEGORY_NOT_ELIGIBLE = "category_not_eligible"
    STATUS_EXCLUDED = "status_excluded"
    STATUS_UNVERIFIED = "status_unverified"
    INSTITUTION_NOT_DESIGNATED = "institution_not_designated"
    INSTITUTION_BLACKLISTED = "institution_blacklisted"
    CLASS_NOT_COMPLETED = "class_not_completed"
    CLASS_TOO_SHORT = "class_too_short"
    CLASS_TOO_LONG = "class_too_long"
    TRADE_NOT_FILED = "trade_not_filed"
    ATTENDANCE_TOO_LOW = "attendance_too_low"
    ATTENDANCE_IMPOSSIBLE = "attendance_impossible"
    CERTIFICATE_MISSING = "certificate_missing"
    CERTIFICATE_INVALID = "certificate_invalid"
    CERTIFICATE_OUT_OF_SCOPE = "certificate_out_of_scope"
    CERTIFICATE_TOO_OLD = "certificate_too_old"
    ALREADY_SUBSIDISED = "already_subsidised"
    LOWER_LEVEL_AFTER_HIGHER = "lower_level_after_higher"
    YEARLY_LIMIT_REACHED = "yearly_limit_reached"
    OVERLAPPING_CLASS = "overlapping_class"
    DUPLICATE_LINE = "duplicate_line"
    TRAINER_ON_ROSTER = "trainer_on_roster"
    ROSTER_REUSED = "roster_reused"
    SHARED_BANK_ACCOUNT = "shared_bank_account"
    CERTIFICATE_BURST = "certificate_burst"
    ORDER_MISSING = "order_missing"
    RETENTION_NOT_MET = "retention_not_met"
    AMOUNT_DIFFERS = "amount_differs"
    TERMS_UNCONFIRMED = "terms_unconfirmed"
    FUND_NOT_ALLOWED = "fund_not_allowed"
    INSTITUTION_SUSPENDED = "institution_suspended"
    INSTITUTION_EXITED = "institution_exited"
    CLASS_FILED_LATE = "class_filed_late"
    SUPPORT_STOPPED = "support_stopped"
    COMPLAINT_OPEN = "complaint_open"
    POSTS_MISSING = "posts_missing"
    HEADCOUNT_DIFFERS = "headcount_differs"
    TRADE_NOT_ALLOWED = "trade_not_allowed"
    ABILITY_NOT_STATED = "ability_not_stated"
    FACTS_CHANGED = "facts_changed"
    RATE_NOT_LISTED = "rate_not_listed"
    PLACEMENT_DOUBTFUL = "placement_doubtful"


class TradeField(StrEnum):
    """What a trade is about, as the short course asks: farming, its products, their sale, crafts beside it, or something else."""

    FARMING = "farming"
    PROCESSING = "processing"
    MARKETING = "marketing"
    CRAFT = "craft"
    OTHER = "other"


class Effect(StrEnum):
    """What a finding does to its line."""

    REFUSE = "refuse"
    HOLD = "hold"
    NOTE = "note"


class LineVerdict(StrEnum):
    ELIGIBLE = "eligible"
    REFUSED = "refused"
    HELD = "held"


class Outcome(StrEnum):
    """How a reviewer settles a held line."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    SPLIT = "split"


class CallbackResult(StrEnum):
    """What a person who was called back says of what was claimed in their name."""

    CONFIRMED = "confirmed"
    DENIED = "denied"
    UNREACHABLE = "unreachable"


class ClaimStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    IN_NOTICE = "in_notice"
    APPROVED = "approved"
    PAID = "paid"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    RECOVERING = "recovering"
    RECOVERED = "recovered"
    CLOSED = "closed"


class ObjectionStatus(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    UPHELD = "upheld"


class ClaimPaper(StrEnum):
    """What a paper attached to a claim is."""

    AUTHORISATION = "authorisation"
    APPLICATION_FORM = "application_form"
    IDENTITY_CARD = "identity_card"
    CATEGORY_PROOF = "category_proof"
    CERTIFICATE_COPY = "certificate_copy"
    EMPLOYMENT_PROOF = "employment_proof"
    ACCOUNT_PROOF = "account_proof"
    OTHER = "other"


class ClaimMessage(StrEnum):
    """What people are told in a short text (an SMS) when it has happened; the text itself is the county's label."""

    LINES_REFUSED = "lines_refused"
    LINE_REFUSED = "line_refused"
    CLAIM_RETURNED = "claim_returned"
    CLAIM_REJECTED = "claim_rejected"
    CLAIM_PAID = "claim_paid"
    PAYMENT_ANSWERED = "payment_answered"
    PAYMENT_RETURNED = "payment_returned"
    APPEAL_UPHELD = "appeal_upheld"
    APPEAL_DISMISSED = "appeal_dismissed"


class PaperForm(StrEnum):
    ORIGINAL = "original"
    ELECTRONIC = "electronic"


class PaperStatus(StrEnum):
    """Whether a claim has brought a required paper: it did, it has not, it may follow until a day, that day is over."""

    PRESENT = "present"
    MISSING = "missing"
    FOLLOWS = "follows"
    OVERDUE = "overdue"


class AppealStatus(StrEnum):
    RECEIVED = "received"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class AppealFollows(StrEnum):
    """What came of an appeal that was upheld: the claim is judged anew, or the lines concerned on a claim of their own; what is due beyond what was
    paid on a supplement; or nothing is left to decide on."""

    JUDGED_ANEW = "judged_anew"
    NEW_CLAIM = "new_claim"
    SUPPLEMENT = "supplement"
    NOTHING = "nothing"


class BatchStatus(StrEnum):
    DRAFT = "draft"
    EXPORTED = "exported"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class PaymentStatus(StrEnum):
    PENDING = "pending"
    EXPORTED = "exported"
    PAID = "paid"
    FAILED = "failed"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class BankFileFormat(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


class RecoveryStatus(StrEnum):
    """Named as the claim's own states are; what new facts propose is decided on before it is one of its."""

    PROPOSED = "proposed"
    RECOVERING = "recovering"
    RECOVERED = "recovered"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


class Reassessed(StrEnum):
    """What came of judging a claim anew."""

    HELD = "held"
    RELEASED = "released"
    PROPOSED = "proposed"
    TOLD = "told"


class WorklistKind(StrEnum):
    """What may wait for somebody here."""

    CLAIM_DRAFT = "claim_draft"
    CLAIM_RETURNED = "claim_returned"
    CLAIM_SUBMITTED = "claim_submitted"
    CLAIM_REVIEWED = "claim_reviewed"
    CLAIM_LINES_HELD = "claim_lines_held"
    CLAIM_ON_HOLD = "claim_on_hold"
    CLAIM_OBJECTED = "claim_objected"
    CLAIM_NOTICE_OVER = "claim_notice_over"
    CLAIM_APPROVED = "claim_approved"
    CLAIM_WORTH_NOTHING = "claim_worth_nothing"
    CLAIM_MORE_DUE = "claim_more_due"
    OBJECTION_RECEIVED = "objection_received"
    OBJECTION_LATE = "objection_late"
    OBJECTION_ACCEPTED = "objection_accepted"
    APPEAL_RECEIVED = "appeal_received"
    PAYMENT_BATCH_DRAFT = "payment_batch_draft"
    PAYMENT_BATCH_EXPORTED = "payment_batch_exported"
    RECOVERY_OPEN = "recovery_open"
    RECOVERY_PROPOSED = "recovery_proposed"
    RECOVERY_UNCHECKED = "recovery_unchecked"
    TERMS_PROPOSED = "terms_proposed"
    CALENDAR_YEAR_MISSING = "calendar_year_missing"


OWNED: Mapping[str, Iterable[str]] = {
    "facts_judged": ("stored", "current"),
    "otherwise_because": ("resolved", "facts_changed"),
    "bank_file_format": BankFileFormat,
    "callback_result": CallbackResult,
    "grouped_by": ("scheme", "fund", "region", "department", "institution", "month"),
    "statement_entry": ("submitted", "returned", "rejected", "withdrawn", "approved", "closed", "paid", "paid_back", "recovered"),
    "scheme": SchemeCode,
    "claim_kind": ClaimKind,
    "fund_source": FundSource,
    "fund_account": FundAccount,
    "basis_status": BasisStatus,
    "terms_status": TermsStatus,
    "payee": Payee,
    "day_counted": DayCounted,
    "paid_once_per": PaidOncePer,
    "finding": FindingCode,
    "trade_field": TradeField,
    "finding_effect": Effect,
    "line_verdict": LineVerdict,
    "notice_result": LineVerdict,
    "line_outcome": Outcome,
    "claim_status": ClaimStatus,
    "objection_status": ObjectionStatus,
    "claim_message": ClaimMessage,
    "claim_paper": ClaimPaper,
    "paper_form": PaperForm,
    "paper_status": PaperStatus,
    "appeal_status": AppealStatus,
    "appeal_follows": AppealFollows,
    "payment_batch_status": BatchStatus,
    "payment_status": PaymentStatus,
    "recovery_status": RecoveryStatus,
    "reassessed": Reassessed,
    "worklist_kind": WorklistKind,
}
