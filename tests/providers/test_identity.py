"""Which names are one model, and which are not."""

from __future__ import annotations

import pytest

from nightclerk.providers import catalog
from nightclerk.providers.identity import other_names, same_model
from nightclerk.providers.protocol import ServedModel


@pytest.mark.parametrize(
    ("asked", "answered", "same"),
    [
        ("mistral-medium-3-5", "mistral-medium-3-5", True),
        ("mistral-medium-3-5", "mistral-medium-2604", True),
        ("mistral-medium-3-5", "mistral-medium-3-5-260428", True),
        ("mistralai/Magistral-Small-2509", "magistral-small-2509", True),
        ("magistral", "magistral:latest", True),
        # an alias that moves says nothing, unless the endpoint lists it
        ("magistral-medium-2509", "magistral-medium-latest", False),
        ("magistral-medium-2509", "mistral-medium-3-5", False),
        ("magistral-medium-2509", "magistral-medium-2506", False),
        ("magistral-medium-2509", "magistral-medium", False),
        ("mistral-medium-3", "mistral-medium-3-5", False),
        ("magistral:24b", "magistral:24b-small", False),
        ("a", "b", False),
    ],
)
def test_which_names_are_one_model(asked: str, answered: str, same: bool) -> None:
    """Case, vendor and release are no difference; everything else is."""
    assert same_model(asked, answered) is same


def test_no_two_models_of_the_catalog_pass_for_each_other() -> None:
    """Two cards of one maker never answer for each other; the same model by two ways may."""
    names = [name.rpartition("/")[2].lower() for name in catalog.cards()]
    for one in set(names):
        assert [other for other in set(names) if same_model(one, other)] == [one]


def test_the_endpoints_own_list_decides_about_aliases() -> None:
    """Names of one row are one model; a name that is the id of another row belongs to that one."""
    rows = [
        ServedModel("magistral-medium-2509", aliases=("magistral-medium-latest", "mistral-medium-3-5")),
        ServedModel("mistral-medium-3-5", aliases=("mistral-medium-latest",)),
    ]
    for order in (rows, rows[::-1]):
        listed = other_names(order)
        assert same_model("magistral-medium-2509", "magistral-medium-latest", listed)
        assert same_model("mistral-medium-3-5", "mistral-medium-latest", listed)
        assert not same_model("mistral-medium-3-5", "magistral-medium-2509", listed)
