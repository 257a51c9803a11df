"""The forms of the discussion, its settings among them."""

from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from eak_core.api import Form, OnceForm, _l, public_reason

BODY_LENGTH = 4_000

#: How each stance is called, as its author chooses it and as readers see it.
STANCE_TITLES: dict[str, Any] = {
    "for": _l("For"),
    "neutral": _l("Neutral"),
    "against": _l("Against"),
}


class CommentForm(OnceForm):
    """A comment or an answer, as its author writes it."""

    stance = RadioField(
        _l("What do you think of this idea?"),
        choices=[SelectChoice(stance, title) for stance, title in STANCE_TITLES.items()],
        default="neutral",
        validators=[InputRequired(_l("Say whether you are for, neutral or against."))],
    )
    body = TextAreaField(
        _l("Your comment"),
        description=_l("It is public, under your name. A reason or an example helps more than a"
                       " judgement. Write @ and the name of somebody who takes part here, and they"
                       " are told."),
        validators=[
            InputRequired(_l("Write something before you send it.")),
            Length(max=BODY_LENGTH),
        ],
        render_kw={"rows": 5},
    )  # fmt: skip


class WithdrawForm(Form):
    """An author takes a comment back; there is nothing to fill in."""


class ModerationForm(Form):
    """Moderators hide a comment, or show it again."""

    reason = public_reason(_l("Everybody reads it in the place of the comment."), rows=4)


class SettingsForm(Form):
    """What each service decides about its discussions."""

    edit_minutes = IntegerField(
        _l("Minutes during which authors can change a comment"),
        description=_l("Later on, answers would no longer fit what they answer. 0 for never."),
        default=5,
        validators=[InputRequired(), NumberRange(min=0, max=60)],
    )
    closed_after_outcome = BooleanField(
        _l("Close the discussion of an idea once it has come to its outcome"),
        default=False,
    )
