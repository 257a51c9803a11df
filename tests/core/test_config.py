"""Settings: where they come from, and how a wrong one is refused."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eak_core.config import load
from eak_core.errors import Misconfigured


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("EAK_"):
            monkeypatch.delenv(name)


def write(instance: Path, text: str) -> None:
    (instance / "eak.toml").write_text(text, encoding="utf-8")


def test_an_empty_folder_gives_a_working_configuration(tmp_path: Path) -> None:
    config = load(tmp_path / "new")
    assert config.database_url == f"sqlite:///{tmp_path / 'new' / 'eak.sqlite'}"
    assert config.sqlite_path == tmp_path / "new" / "eak.sqlite"
    assert config.default_theme == "jardin"
    assert config.mail_url is None
    assert config.mail_folder == tmp_path / "new" / "mail"


def test_the_environment_is_above_the_file_and_the_call_above_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 'site_name = "file"\nbase_url = "https://file.example"\ndemo = true\n')
    monkeypatch.setenv("EAK_BASE_URL", "https://environment.example")
    monkeypatch.setenv("EAK_SITE_NAME", "environment")
    config = load(tmp_path, site_name="call")
    assert config.site_name == "call"
    assert config.base_url == "https://environment.example"
    assert config.demo is True


def test_words_of_the_environment_become_the_type_of_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAK_AGENT_DOMAINS", "hauts-de-seine.example, ville.example")
    monkeypatch.setenv("EAK_SAFE_MODE", "true")
    monkeypatch.setenv("EAK_RATE_LIMITS", "0")
    monkeypatch.setenv("EAK_TRUSTED_PROXIES", "2")
    monkeypatch.setenv("EAK_MAIL_URL", "")
    config = load(tmp_path)
    assert config.agent_domains == ("hauts-de-seine.example", "ville.example")
    assert config.safe_mode is True
    assert config.rate_limits is False
    assert config.trusted_proxies == 2
    assert config.mail_url is None


def test_the_instance_variable_is_not_taken_for_a_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAK_INSTANCE", str(tmp_path))
    assert load(tmp_path).instance == tmp_path


def test_an_unknown_key_of_the_file_is_refused_by_name(tmp_path: Path) -> None:
    write(tmp_path, 'site_nmae = "EAK"\n')
    with pytest.raises(Misconfigured, match="site_nmae") as caught:
        load(tmp_path)
    assert str(tmp_path / "eak.toml") in str(caught.value)


def test_an_unknown_variable_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAK_DATABSE_URL", "sqlite://")
    with pytest.raises(Misconfigured, match="EAK_DATABSE_URL"):
        load(tmp_path)


def test_the_folder_cannot_be_set_from_inside_itself(tmp_path: Path) -> None:
    write(tmp_path, 'instance = "/elsewhere"\n')
    with pytest.raises(Misconfigured, match="instance"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("site_name = 12", "site_name"),
        ('demo = "yes"', "demo"),
        ('agent_domains = "one.example"', "agent_domains"),
        ("trusted_proxies = -1", "trusted_proxies"),
        ('base_url = "participer.example"', "base_url"),
        ('base_url = "javascript:alert(1)"', "base_url"),
        ('base_url = "http://[::"', "base_url"),
        ('base_url = "http://one two"', "base_url"),
        ('base_url = "http://localhost:99999"', "base_url"),
        ('base_url = "https://idées.example"', "base_url"),
        ('base_url = "https://site.example/idées"', "base_url"),
        ('base_url = "https://site.example/a b"', "base_url"),
        ('base_url = "https://site.example/<a>"', "base_url"),
        ('base_url = "https://user:password@site.example"', "base_url"),
        ('base_url = "https://site.example/?a=b"', "base_url"),
        ('base_url = "https://site.example/#top"', "base_url"),
        ('database_url = "mysql://localhost/eak"', "database_url"),
        ('mail_url = "http://mail.example"', "mail_url"),
        ('mail_url = "smtp://mail.example:99999"', "mail_url"),
        ('mail_sender = "EAK <a@b.fr>\\nBcc: all@b.fr"', "mail_sender"),
        ('secret_key = "short"', "secret_key"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name_and_its_file(
    tmp_path: Path, line: str, name: str
) -> None:
    write(tmp_path, line + "\n")
    with pytest.raises(Misconfigured, match=name) as caught:
        load(tmp_path)
    assert str(tmp_path / "eak.toml") in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [("EAK_DEMO", "perhaps", "true or false"), ("EAK_TRUSTED_PROXIES", "two", "whole number")],
)
def test_a_wrong_word_of_the_environment_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, text: str, expected: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(Misconfigured, match=variable) as caught:
        load(tmp_path)
    assert expected in str(caught.value)
    assert text in str(caught.value)


@pytest.mark.parametrize("content", [b"site_name = \n", b"site_name = '\xff'\n"])
def test_a_file_that_is_not_toml_is_refused_with_its_path(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "eak.toml").write_bytes(content)
    with pytest.raises(Misconfigured, match=r"eak\.toml"):
        load(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="file/instance"):
        load(tmp_path / "file" / "instance")


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = load(tmp_path).secret_key
    assert len(first) >= 32
    assert load(tmp_path).secret_key == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["secret_key"]


def test_processes_that_start_at_once_agree_on_the_secret_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: load(tmp_path).secret_key, range(64)))
    assert len(keys) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret_key"]


def test_a_given_secret_key_writes_no_file(tmp_path: Path) -> None:
    load(tmp_path, secret_key="a key that is given by the operator")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_secret_file_is_refused_instead_of_signing_with_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("\n")
    with pytest.raises(Misconfigured, match="secret_key"):
        load(tmp_path)


def test_the_example_in_the_tree_names_every_setting_and_loads(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "instance" / "eak.example.toml"
    text = example.read_text(encoding="utf-8")
    uncommented = "\n".join(
        line.removeprefix("# ") if line.startswith("# ") and " = " in line else line
        for line in text.splitlines()
    )
    write(tmp_path, uncommented)
    config = load(tmp_path)
    for name in type(config).__struct_fields__:
        assert name == "instance" or f"{name} = " in text, name
