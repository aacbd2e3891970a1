"""Who asks before buying is put on record, so that nobody is forgotten (PRACTICES 106)."""

from handlers.consultation.asking import record
from handlers.consultation.following_up import ring

__all__ = ["record", "ring"]
