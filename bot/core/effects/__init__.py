"""What deciding may result in: data that storage writes, all of one event in one transaction.

One module for each part of the shop; everybody imports from here.
"""

from __future__ import annotations

from bot.core.effects.care import CancelTimer, KeepScores, PlanCare, SettleCare, StartTimer
from bot.core.effects.complaints import (
    NUMBER,
    DropRemedy,
    MoveComplaint,
    MoveRemedy,
    OpenComplaint,
    PromiseRemedy,
)
from bot.core.effects.desk import AskSeller, Audit, KeepTable, QuestionAnswered, TakeTable
from bot.core.effects.people import AddTag, ErasePerson, MarkContact, RemoveTag, SetFields
from bot.core.effects.reading import SAID_SO, KeepExample, KeepPiece, PiecesAnswered, ReadMessage
from bot.core.effects.same_people import (
    DropReferral,
    KnowIdentity,
    Known,
    LookAlike,
    MergeCustomers,
    Refer,
    RewardReferrer,
    SplitCustomers,
)
from bot.core.effects.sending import (
    GrantNotice,
    KeepHoliday,
    NotifySeller,
    Push,
    Reply,
    SettleDelivery,
    StopPushes,
    Withdraw,
)
from bot.core.effects.service import AskedSeller, BuyerAnswered, MakePromise, MovePromise, QuestionRang
from bot.core.effects.tasks import LeaveTask, NumberToday, SettleTask, SettleToday, TaskState
from bot.core.effects.trade import (
    CloseConsultations,
    FollowedUp,
    KeepOrder,
    MoveParcel,
    OpenConsultation,
    RecordOrder,
    ShipOrder,
    SignOrder,
)
from bot.core.effects.worth import EnterPoints, MoveStage

__all__ = [
    "NUMBER",
    "SAID_SO",
    "AddTag",
    "AskSeller",
    "AskedSeller",
    "Audit",
    "BuyerAnswered",
    "CancelTimer",
    "CloseConsultations",
    "DropReferral",
    "DropRemedy",
    "Effect",
    "EnterPoints",
    "ErasePerson",
    "FollowedUp",
    "GrantNotice",
    "KeepExample",
    "KeepHoliday",
    "KeepOrder",
    "KeepPiece",
    "KeepScores",
    "KeepTable",
    "KnowIdentity",
    "Known",
    "LeaveTask",
    "LookAlike",
    "MakePromise",
    "MarkContact",
    "MergeCustomers",
    "MoveComplaint",
    "MoveParcel",
    "MovePromise",
    "MoveRemedy",
    "MoveStage",
    "NotifySeller",
    "NumberToday",
    "OpenComplaint",
    "OpenConsultation",
    "PiecesAnswered",
    "PlanCare",
    "PromiseRemedy",
    "Push",
    "QuestionAnswered",
    "QuestionRang",
    "ReadMessage",
    "RecordOrder",
    "Refer",
    "RemoveTag",
    "Reply",
    "RewardReferrer",
    "SetFields",
    "SettleCare",
    "SettleDelivery",
    "SettleTask",
    "SettleToday",
    "ShipOrder",
    "SignOrder",
    "SplitCustomers",
    "StartTimer",
    "StopPushes",
    "TakeTable",
    "TaskState",
    "Withdraw",
]

Effect = (
    Reply
    | Push
    | LeaveTask
    | SettleTask
    | NotifySeller
    | AddTag
    | RemoveTag
    | SetFields
    | MarkContact
    | OpenConsultation
    | CloseConsultations
    | FollowedUp
    | OpenComplaint
    | MoveComplaint
    | PromiseRemedy
    | MoveRemedy
    | DropRemedy
    | AskedSeller
    | QuestionRang
    | BuyerAnswered
    | MakePromise
    | MovePromise
    | RecordOrder
    | KeepOrder
    | MoveParcel
    | ShipOrder
    | SignOrder
    | EnterPoints
    | MoveStage
    | StopPushes
    | KeepHoliday
    | Withdraw
    | SettleDelivery
    | GrantNotice
    | StartTimer
    | CancelTimer
    | PlanCare
    | SettleCare
    | KeepScores
    | NumberToday
    | SettleToday
    | KeepPiece
    | PiecesAnswered
    | ReadMessage
    | KeepExample
    | AskSeller
    | QuestionAnswered
    | KeepTable
    | TakeTable
    | ErasePerson
    | KnowIdentity
    | LookAlike
    | MergeCustomers
    | SplitCustomers
    | Refer
    | RewardReferrer
    | DropReferral
    | Audit
)
