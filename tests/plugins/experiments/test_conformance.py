"""What every plugin keeps, kept by the experiments."""

from collections.abc import Iterable

from sqlalchemy import select

from eak_core.kit.testing.conformance import CompanyConformance, PluginConformance
from eak_core.kit.testing.site import Site
from eak_experiments.models import Experiment
from tests.plugins.discussion.test_conformance import comment
from tests.plugins.experiments.acts import DRAFTING_ACTS, fix, prepare, start
from tests.plugins.experiments.outcome_acts import OUTCOME_ACTS
from tests.plugins.experiments.running_acts import RUNNING_ACTS, measure

#: The pages of an experiment, by where it stands.
PAGES = {
    "draft": ("protocole/dates", "protocole/hypotheses/h1", "protocole/partners", "fixer", "jeter",
              "equipe/inviter"),
    "fixed": ("protocole/risks", "demarrer"),
    "running": ("protocole/budget", "mesures/ajouter", "mesures/importer", "mesures.csv", "journal",
                "journal/ajouter", "temoigner", "bilan-d-etape", "prolonger", "suspendre",
                "seuils/h1", "clore/verdicts", "clore/outcome", "kit", "kit/fichiers",
                "kit/licences", "masquer"),
    "closed": ("preuve", "suivi", "refaire", "rapport", "replications.csv"),
}  # fmt: skip


class TestExperiments(PluginConformance):
    plugin = "experiments"
    acts = (*DRAFTING_ACTS, *RUNNING_ACTS, *OUTCOME_ACTS)

    def pages(self, site: Site) -> Iterable[str]:
        here = "/culture/experimentations"
        with site.reading() as session:
            made = session.scalars(select(Experiment).order_by(Experiment.id)).all()
        for stage, acts in PAGES.items():
            for each in [one for one in made if one.stage == stage][:1]:
                yield f"{here}/{each.id}"
                yield from (f"{here}/{each.id}/{act}" for act in acts)
                if stage == "closed":
                    yield f"/api/v1/culture/experimentations/{each.id}.json"


class TestExperimentsInCompany(CompanyConformance):
    plugin = "experiments"
    acts = (prepare, fix, start, measure)
    others = (comment,)

    def pages(self, site: Site) -> Iterable[str]:
        return TestExperiments().pages(site)
