"""Every table. No relationships: what belongs together is loaded together, in `storage.load`."""

from storage.rows.care import CareRow, ScoresRow, TodayRow
from storage.rows.desk import AuditRow, FailureRow, QuestionRow, SentTableRow, ShopExampleRow
from storage.rows.kinds import table
from storage.rows.people import ConsentRow, ContactRow, CustomerRow, TagRow, WelcomeRow
from storage.rows.same_people import IdentityRow, MergeRow, ReferralRow
from storage.rows.service import BuyerQuestionRow, ComplaintMoveRow, ComplaintRow, PromiseRow, RemedyRow
from storage.rows.shop import AccountRow, PullRow, SandboxMessageRow, ShopStateRow, ShopTimerRow
from storage.rows.talk import WAITING, MessageRow, OutboxRow, TimerRow
from storage.rows.tasks import TaskRow
from storage.rows.trade import ConsultationRow, OrderItemRow, OrderRow, ParcelRow, ShopEventRow
from storage.rows.worth import PointsRow, ProductCycleRow, ProductVoteRow, StageMoveRow, TogetherRow, ValueRow

__all__ = [
    "WAITING",
    "AccountRow",
    "AuditRow",
    "BuyerQuestionRow",
    "CareRow",
    "ComplaintMoveRow",
    "ComplaintRow",
    "ConsentRow",
    "ConsultationRow",
    "ContactRow",
    "CustomerRow",
    "FailureRow",
    "IdentityRow",
    "MergeRow",
    "MessageRow",
    "OrderItemRow",
    "OrderRow",
    "OutboxRow",
    "ParcelRow",
    "PointsRow",
    "ProductCycleRow",
    "ProductVoteRow",
    "PromiseRow",
    "PullRow",
    "QuestionRow",
    "ReferralRow",
    "RemedyRow",
    "SandboxMessageRow",
    "ScoresRow",
    "SentTableRow",
    "ShopEventRow",
    "ShopExampleRow",
    "ShopStateRow",
    "ShopTimerRow",
    "StageMoveRow",
    "TagRow",
    "TaskRow",
    "TimerRow",
    "TodayRow",
    "TogetherRow",
    "ValueRow",
    "WelcomeRow",
    "table",
]
