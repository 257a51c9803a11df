"""The communes of a territory, read from a CSV."""

from pathlib import Path

import pytest

from eak_core.errors import Misconfigured
from eak_core.ideas.describing.territory import communes, load_communes
from eak_core.kit.testing.site import Site


def test_another_territory_is_a_file_away_and_a_wrong_one_is_told_with_its_line(
    site: Site, tmp_path: Path
) -> None:
    file = tmp_path / "communes.csv"
    header = "Code;Name;Postcode;Population;Latitude;Longitude"
    file.write_text(f"{header}\n75056;Paris;75001;2 103 778;48,8589;2.347\n", "cp1252")
    with site.writing() as session:
        assert load_communes(session, file) == 1
        (paris,) = (each for each in communes(session) if each.code == "75056")
        assert (paris.name, paris.population, paris.latitude) == ("Paris", 2_103_778, 48.8589)
    file.write_text(f"{header}\n75056;Paris;75001;many;48.8589;2.347\n", "utf-8")
    with site.writing() as session, pytest.raises(Misconfigured) as refusal:
        load_communes(session, file)
    assert "communes.csv" in str(refusal.value)
    assert "line 2" in str(refusal.value)
    assert "Population" in str(refusal.value)
