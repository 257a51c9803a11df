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
        assert [each.decision for each in session.scalars(select(Alert))] == ["stop"]
        again = [each for each in made if each.origin_id is not None]
        assert [each.stage for each in again] == ["running"]
        shared = again[0].origin_id
        assert session.query(Measure).filter_by(experiment_id=again[0].id).count() == 9
    page = site.browser().read("/laboratoire/experimentations/").text
    assert "De l’ombre et des assises" in page
    lesson = site.browser().read("/laboratoire/experimentations/arrets").text
    assert "pour de la confiance" in lesson
    kit = site.browser().read(f"/laboratoire/experimentations/{shared}").text
    assert "Plan du local.pdf" in kit
    assert "CC BY 4.0" in kit
