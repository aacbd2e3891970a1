"""How the shop serves: the blocks complaints, replies, promises and consultations of config.yaml."""

from bot.core.service_settings.complaint_texts import ComplaintTexts
from bot.core.service_settings.complaints import CompensationLimits, ComplaintSettings, StepDeadlines
from bot.core.service_settings.consultations import ConsultationSettings, ConsultationTexts
from bot.core.service_settings.kinds import Duration, Money, Rings, Variants, fillable
from bot.core.service_settings.replies import PromiseSettings, ReplyClocks, UrgencyClass

__all__ = [
    "CompensationLimits",
    "ComplaintSettings",
    "ComplaintTexts",
    "ConsultationSettings",
    "ConsultationTexts",
    "Duration",
    "Money",
    "PromiseSettings",
    "ReplyClocks",
    "Rings",
    "StepDeadlines",
    "UrgencyClass",
    "Variants",
    "fillable",
]
