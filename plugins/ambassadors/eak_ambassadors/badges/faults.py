"""Why a badge is refused: one reason for each, with the sentence that says it."""

from collections.abc import Mapping
from types import MappingProxyType


def _l(sentence: str) -> str:
    """The sentence as it stands; its name lets catalogues take it up, for pages to say."""
    return sentence


#: The sentence of each reason. Pages say it in the language of whoever reads.
SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "empty": _l("The file is empty."),
        "too-large": _l("The file is larger than any badge."),
        "unknown-format": _l("The file is no badge: neither a picture, nor JSON, nor a token."),
        "png-broken": _l("The picture is cut off or damaged."),
        "png-none": _l("There is no badge in this picture."),
        "png-several": _l("There are several badges in this picture, where there may be one."),
        "png-compressed": _l("The badge in this picture is compressed, which badges are not."),
        "svg-broken": _l("The drawing is damaged, or declares entities, which badges do not."),
        "svg-none": _l("There is no badge in this drawing."),
        "svg-several": _l("There are several badges in this drawing, where there may be one."),
        "json-broken": _l("What is to be read as JSON is damaged."),
        "json-twice": _l("A member stands twice in the badge, so that it could mean two things."),
        "jwt-broken": _l("The token is damaged: it is not made of three parts that can be read."),
        "alg-none": _l("The token says that it is not signed."),
        "alg-other": _l("The token is signed in another way than badges are (EdDSA)."),
        "header": _l("The token brings instructions of its own, such as a key to trust."),
        "unsigned": _l("The badge carries no signature."),
        "proof-several": _l("The badge carries several signatures, where there may be one."),
        "proof-other": _l("The badge is signed in another way than badges are (eddsa-rdfc-2022)."),
        "proof-purpose": _l("The signature was made for another purpose than to assert."),
        "proof-future": _l("The signature is dated in the future."),
        "other-issuer": _l("The badge is of another issuer."),
        "unknown-key": _l("The key that the badge names is none of this issuer's."),
        "key-revoked": _l("The key that signed was in other hands: the issuer has withdrawn it."),
        "signature": _l("The signature does not fit: something in the badge was changed."),
        "context": _l("The badge gives its words other meanings than badges have."),
        "type": _l("It is signed by this issuer, but it is no badge."),
        "member": _l("The badge has a member that no badge of this issuer has."),
        "shape": _l("Something that every badge says is missing, or is not what it should be."),
        "claims": _l("The token and the badge in it say different things."),
        "not-yet": _l("The badge is valid from a later date on."),
        "expired": _l("The badge has expired."),
        "revoked": _l("The badge was revoked by its issuer, or its owner has left."),
        "status-missing": _l("Whether the badge was revoked cannot be told: the list is missing."),
        "status-broken": _l("Whether the badge was revoked cannot be told: the list is damaged."),
        "status-issuer": _l("The list of revoked badges is of another issuer."),
        "status-signature": _l("The signature of the list of revoked badges does not fit."),
        "status-purpose": _l("The list of revoked badges is one for another purpose."),
        "status-future": _l("The list of revoked badges is dated in the future."),
        "status-index": _l("The place of the badge lies outside the list of revoked badges."),
        "endorsement": _l("An endorsement in the badge is not signed by this issuer."),
        "endorsement-other": _l("An endorsement in the badge is about something else."),
        "issuer-broken": _l("The issuer's document cannot be read."),
    }
)  # fmt: skip


class Fault(Exception):
    """A badge is refused, for ``reason`` (a key of `SENTENCES`); ``detail`` says where."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{SENTENCES[reason]} ({detail})" if detail else SENTENCES[reason])
