"""Addresses of ballots, within the service of the request."""

from flask import url_for

from eak_voting.models import Ballot


def ballot_url(ballot: Ballot, *, external: bool = False) -> str:
    """``/<service>/votes/<id>-<slug>``."""
    return url_for("voting.show", ballot_id=ballot.id, slug=ballot.slug, _external=external)
