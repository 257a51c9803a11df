"""What people are told.

Who follows what, and hears of it: on the site, and by mail in the rhythm that each has chosen.
"""

from eak_core.notices.following import follow_by_default, things_named, who_left
from eak_core.notices.kinds import NoticeKind, Told, tells
from eak_core.notices.rhythms import last_weekly_digest, next_weekly_digest
from eak_core.notices.together import Digest, due_digests, settle_digest, take_digest
from eak_core.plugins.hooks.contributions import NoticeSentence
from eak_core.plugins.per_service.news import News, news_between

__all__ = [
    "Digest",
    "News",
    "NoticeKind",
    "NoticeSentence",
    "Told",
    "due_digests",
    "follow_by_default",
    "last_weekly_digest",
    "news_between",
    "next_weekly_digest",
    "settle_digest",
    "take_digest",
    "tells",
    "things_named",
    "who_left",
]
