"""What a visitor looks at of a service: the plugin's pages, and the core's with its slots."""

from sqlalchemy import select

from eak_core.ideas.models import Idea
from eak_core.kit.testing.conformance import addresses
from eak_core.kit.testing.conformance.trial import Trial
from eak_core.kit.testing.site import Site

#: Ideas whose pages are looked at, the first ones: most happens to them.
IDEAS = 2


def visited(trial: Trial, site: Site) -> list[str]:
    """Addresses of pages, feeds and exports of ``site.service`` that visitors may open."""
    own = [
        each.path
        for each in addresses.of_plugin(site, trial.name, site.service)
        if not each.made_up and "GET" in (each.rule.methods or ())
        if each.path.startswith(_home(site))
    ]
    pages = [path for path in trial.pages(site) if path.startswith(_home(site))]
    home = _home(site)
    core = [home, f"{home}idees/", f"{home}idees.json"]
    with site.reading() as session:
        of_service = select(Idea.id, Idea.slug).where(Idea.service_id == site.service.id)
        ideas = session.execute(of_service.order_by(Idea.id).limit(IDEAS)).all()
    core += [f"{home}idees/{idea_id}-{slug}" for idea_id, slug in ideas]
    managing = f"{home}gestion/"
    return [each for each in dict.fromkeys([*own, *pages, *core]) if not each.startswith(managing)]


def _home(site: Site) -> str:
    return f"/{site.service.slug}/"
