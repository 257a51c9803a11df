"""What votes add to the open data of ideas."""

from typing import Annotated

import msgspec

from eak_core.api import _l, column


class IdeaColumns(msgspec.Struct):
    """How much an idea is supported outside of ballots."""

    supports: Annotated[int, column(_l("How many people support it."), _l("people"))]
