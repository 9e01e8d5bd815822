"""A profile that was filed with a run is the same when it comes back from the database."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from nightclerk.errors import ProfileError
from nightclerk.profiles import load, restore


def test_a_filed_profile_comes_back_as_it_was() -> None:
    """Questions, schema, rules and digest of a restored profile are those of the one that was loaded."""
    loaded = load("contract_review")
    filed = json.loads(json.dumps(dict(loaded.content)))
    restored = restore(loaded.name, loaded.version, filed)
    # two compiled patterns are equal only while the cache of `regex` hands out one object for both
    assert replace(restored, rules=()) == replace(loaded, rules=())
    assert [repr(rule) for rule in restored.rules] == [repr(rule) for rule in loaded.rules]


def test_what_is_no_profile_any_more_is_named() -> None:
    """A filed profile that this version does not take is an error that names the profile and the key."""
    loaded = load("contract_review")
    broken = {**loaded.content, "profile.yaml": loaded.content["profile.yaml"].replace("purpose:", "porpoise:")}
    with pytest.raises(ProfileError, match=r"contract_review.*porpoise|contract_review.*purpose"):
        restore(loaded.name, loaded.version, broken)
