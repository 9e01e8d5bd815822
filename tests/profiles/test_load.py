"""Finding profiles by name, version and search path."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nightclerk import profiles
from nightclerk.errors import UnknownProfile


def test_a_folder_on_the_search_path_is_found(small: Path) -> None:
    """A user's folder of data is a profile, without any Python."""
    profile = profiles.load("small", [small.parents[1]])
    assert (profile.id, profile.max_output_tokens, [category.name for category in profile.categories]) == ("small/v1", 1000, ["Term"])
    assert profile.content["cases.yaml"] == (small / "cases.yaml").read_text()


def test_the_newest_version_is_taken_by_number(small: Path) -> None:
    """v10 is newer than v9, and a named version is that version."""
    for version in ("v9", "v10"):
        shutil.copytree(small, small.parent / version)
        manifest = small.parent / version / "profile.yaml"
        manifest.write_text(manifest.read_text().replace("version: v1", f"version: {version}"))
    root = [small.parents[1]]
    assert profiles.load("small", root).version == "v10"
    assert profiles.load("small/v9", root).version == "v9"
    assert profiles.available(root)[-3:] == ["small/v10", "small/v9", "small/v1"]


def test_a_users_profile_comes_before_the_shipped_one(small: Path, tmp_path: Path) -> None:
    """The search path wins over the profiles that come with the program."""
    own = tmp_path / "own"
    shutil.copytree(small.parent, own / "contract_review")
    manifest = own / "contract_review" / "v1" / "profile.yaml"
    manifest.write_text(manifest.read_text().replace("name: small", "name: contract_review"))
    assert profiles.load("contract_review", [own]).title == "Small"
    assert profiles.load("contract_review").title == "Contract review"


@pytest.mark.parametrize(
    "name", ["no_such", "contract_review/v99", "../contract_review", "contract_review/../x", "", "Contract_Review", "/etc"]
)
def test_an_unknown_name_lists_what_there_is(name: str) -> None:
    """Whatever is typed, the answer names the profiles that exist."""
    with pytest.raises(UnknownProfile, match=r"contract_review/v1, credit_agreement/v1, financial_filing/v1, nda/v1"):
        profiles.load(name)


def test_the_hash_covers_every_file(small: Path) -> None:
    """A change of any file is another hash; line ends of another system are not."""
    root = [small.parents[1]]
    seen = {profiles.load("small", root).sha256}
    for name, before, after in [
        ("profile.yaml", "Small", "Smaller"),
        ("rules.yaml", "1,20", "1,30"),
        ("cases.yaml", "one", "two"),
        ("system.jinja", "JSON.", "JSON!"),
        ("user.jinja", "- ", "* "),
        ("schema.json", '"findings": {"type": "array"', '"findings": {"title": "x", "type": "array"'),
    ]:
        text = (small / name).read_text()
        assert before in text
        (small / name).write_text(text.replace(before, after, 1))
        seen.add(profiles.load("small", root).sha256)
    assert len(seen) == 7
    last = profiles.load("small", root).sha256
    (small / "system.jinja").write_bytes(b"\r\n".join((small / "system.jinja").read_bytes().splitlines()))
    (small / "user.jinja").write_bytes((small / "user.jinja").read_bytes().replace(b"\n", b"\r\n"))
    assert profiles.load("small", root).sha256 == last
