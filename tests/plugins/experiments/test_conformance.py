"""What every plugin keeps, kept by the experiments."""

from collections.abc import Iterable

from sqlalchemy import select

from eak_core.kit.testing.conformance import PluginConformance
from eak_core.kit.testing.site import Site
from eak_experiments.models import Experiment
from tests.plugins.experiments.acts import DRAFTING_ACTS
from tests.plugins.experiments.outcome_acts import OUTCOME_ACTS
from tests.plugins.experiments.running_acts import RUNNING_ACTS

#: The forms of an experiment under way.
RUNNING_PAGES = (
    "mesures/ajouter", "mesures/importer", "mesures.csv", "journal/ajouter", "temoigner",
    "bilan-d-etape", "prolonger", "suspendre", "seuils/h1", "clore", "kit",
)  # fmt: skip
CLOSED_PAGES = ("preuve", "suivi", "refaire", "rapport")


class TestExperiments(PluginConformance):
    plugin = "experiments"
    acts = (*DRAFTING_ACTS, *RUNNING_ACTS, *OUTCOME_ACTS)

    def pages(self, site: Site) -> Iterable[str]:
        here = "/culture/experimentations"
        with site.reading() as session:
            made = session.scalars(select(Experiment).order_by(Experiment.id)).all()
        for stage in ("draft", "fixed", "running", "closed"):
            for each in [one for one in made if one.stage == stage][:1]:
                page = f"{here}/{each.id}"
                yield page
                yield from (f"{page}/protocole/{step}" for step in ("dates", "partners", "risks"))
                yield f"{page}/protocole/hypotheses/h1"
                yield from (f"{page}/{act}" for act in ("demarrer", "journal"))
                if stage == "running":
                    yield from (f"{page}/{act}" for act in RUNNING_PAGES)
                if stage == "closed":
                    yield from (
                        f"{page}/{act}" for act in ("preuve", "suivi", "refaire", "rapport")
                    )
                    yield f"/api/v1/culture/experimentations/{each.id}.json"
                if stage == "draft":
                    yield from (f"{page}/fixer", f"{page}/jeter", f"{page}/equipe/inviter")
