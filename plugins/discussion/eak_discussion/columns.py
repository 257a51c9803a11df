"""What the discussion adds to the open data of ideas."""

from typing import Annotated

import msgspec

from eak_core.api import _l, column


class IdeaColumns(msgspec.Struct, rename={"in_favour": "for"}):
    """What the discussion adds to the open data of an idea."""

    comments: Annotated[int, column(_l("How many comments it has."), _l("comments"))]
    in_favour: Annotated[int, column(_l("How many of them are for it."), _l("comments"))]
    neutral: Annotated[int, column(_l("How many of them are neutral."), _l("comments"))]
    against: Annotated[int, column(_l("How many of them are against it."), _l("comments"))]
