"""What was promised in a complaint, and whether it was done in time (PRACTICES 6, 17)."""

from __future__ import annotations

from bot.core.complaint import GOODS_COME_BACK, Complaint, Remedy
from bot.core.effects import Effect, NotifySeller
from handlers.complaint.naming import title
from handlers.rings import Ring


def ring(ring: Ring) -> list[Effect]:
    """A remedy is due; `occasion` is its number. The seller is told, once for each date it was put off to."""
    due = [(c, r) for c in ring.customer.complaints for r in c.open_remedies if str(r.id) == ring.occasion]
    return [_told(ring, complaint, remedy) for complaint, remedy in due]


def _told(ring: Ring, complaint: Complaint, remedy: Remedy) -> NotifySeller:
    n = complaint.id
    what = f"{remedy.kind}（{remedy.words}）" if remedy.words not in ("", remedy.kind) else remedy.kind
    lines = [
        f"{title(complaint, ring.customer)}答应的{what}到日子了。",
        _coming_back(remedy),
        f"办好了打：投诉 {n} 办好；还要等就先跟他说一声，再打：投诉 {n} 改期 明天",
    ]
    key = f"remedy-due/{remedy.id}/{remedy.due_at.timestamp():.0f}"
    return NotifySeller("\n".join(line for line in lines if line), key, awaits=True)


def _coming_back(remedy: Remedy) -> str:
    if remedy.kind not in GOODS_COME_BACK:
        return ""
    if remedy.back_no:
        return f"他寄回的单号 {remedy.back_no}，看看到了没有。"
    return "他寄回的单号还没记下，问问他寄了没有。"
