"""Those who run a service hide an experiment, and show it again, each with a public reason."""

from eak_core.api import Actor, Refused, Service, Session, _l, hide, require, restore
from eak_experiments.models import Experiment


def hide_experiment(
    session: Session, actor: Actor, service: Service, experiment: Experiment, reason: str,
    *, again: bool = False,
) -> None:  # fmt: skip
    """Take an experiment off every list, feed, figure, file and search, or show it ``again``. Its
    team goes on to read it, with the reason; to all others its page gives the reason alone."""
    require(actor, "experiments.decide", service)
    if not experiment.public:
        raise Refused(_l("This is a draft: nobody else reads it yet."))
    decide = restore if again else hide
    decide(session, actor, service, experiment.subject, reason)
