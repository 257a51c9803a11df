"""The demonstration tells six experiments, and what each came to."""

from collections import Counter

import pytest
from sqlalchemy import select

from eak_core.demo import load
from eak_core.demo.content import AGENT_DOMAIN
from eak_core.kit.testing.sites import Sites
from eak_experiments.drafting.fixing import proved
from eak_experiments.models import Experiment
from eak_experiments.record import Alert, Measure
from eak_experiments.replicating.kit_files import kit_files


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_six_experiments_over_two_years(sites: Sites) -> None:
    site = sites.make(["eak_experiments.plugin"], agent_domains=(AGENT_DOMAIN,))
    assert load(site.app)
    site.drain()
    with site.reading() as session:
        made = session.scalars(select(Experiment).order_by(Experiment.id)).all()
        came_to = Counter(each.outcome or each.stage for each in made)
        assert came_to == {
            "generalised": 1, "sustained": 1, "stopped": 1, "inconclusive": 1, "running": 2,
        }  # fmt: skip
        levels = {each.outcome: each.evidence for each in made if each.outcome}
        assert levels["generalised"] == 3
        assert levels["stopped"] == 2
        assert all(each.holds for one in made for each in proved(session, one))
        assert [each.answered_at for each in session.scalars(select(Alert))] == [None]
        again = [each for each in made if each.origin_id is not None]
        assert [each.stage for each in again] == ["running"]
        shared = session.get_one(Experiment, again[0].origin_id or 0)
        assert [each.name for each in kit_files(session, shared)] == ["Plan du local.pdf"]
        assert session.query(Measure).filter_by(experiment_id=again[0].id).count() == 9
    page = site.browser().read("/laboratoire/experimentations/").text
    assert "De l’ombre et des assises" in page
    lesson = site.browser().read("/laboratoire/experimentations/arrets").text
    assert "pour de la confiance" in lesson
