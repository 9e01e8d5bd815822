"""The model catalog, and which model is asked in the end."""

from __future__ import annotations

from datetime import date

import pytest

from nightclerk.errors import BadUsage, ModelGone
from nightclerk.providers import catalog, prices
from nightclerk.providers.protocol import ServedModel
from nightclerk.providers.resolve import resolve_model

TODAY = date(2026, 11, 23)
MEDIUM = ServedModel("mistral-medium-3-5", aliases=("mistral-medium-latest", "mistral-medium-2604"))
SMALL = ServedModel("mistral-small-2603", aliases=("mistral-small-latest",))
MAGISTRAL = ServedModel(
    "magistral-medium-2509", aliases=("magistral-medium-latest",), deprecated_on=date(2026, 5, 22), replacement="mistral-medium-3-5"
)


def test_every_card_has_a_price() -> None:
    """No model can be asked whose price is unknown today, but on a server of one's own; every replacement is in the catalog."""
    for name, card in catalog.cards().items():
        assert card.id == name
        assert card.provider == "openai_compatible" or prices.price(card.provider, name, TODAY).model == name
        assert card.replacement is None or card.replacement in catalog.cards()
        assert card.reasoning in {"prompt_mode", "effort", "openrouter", "none"}
        assert 0 < card.max_output_tokens <= card.context_tokens


def test_an_unknown_model_is_named_with_the_known_ones() -> None:
    """A model that is not in the catalog ends in an error that lists the catalog."""
    with pytest.raises(BadUsage, match=r"nobody-7.*magistral-medium-2509.*mistral-medium-3-5"):
        catalog.card("nobody-7")


def test_magistral_is_the_first_of_its_list_that_is_served() -> None:
    """Without native Magistral, `magistral` is its replacement, and the person is told what that does to the price."""
    resolved = resolve_model("magistral", [SMALL, MEDIUM], TODAY)
    assert (resolved.model, resolved.card.reasoning) == ("mistral-medium-3-5", "effort")
    said = " ".join(resolved.notes)
    assert "magistral-medium-2509 is not served" in said
    assert "1.50 USD input instead of 2.00 (-0.50)" in said
    assert "7.50 USD output instead of 5.00 (+2.50)" in said


def test_a_retired_model_that_is_served_is_honoured() -> None:
    """A gateway that still serves retired Magistral gets it, by the list and by its id, with a word on retirement and deprecation."""
    for asked in ("magistral", "magistral-medium-2509"):
        resolved = resolve_model(asked, [MEDIUM, MAGISTRAL], TODAY)
        assert resolved.model == "magistral-medium-2509"
        said = " ".join(resolved.notes)
        assert "retired by its maker on 2026-07-31" in said
        assert "deprecated as of 2026-05-22" in said
        assert "mistral-medium-3-5" in said


def test_a_model_that_is_gone_names_its_replacement_and_the_price() -> None:
    """A pinned id that is not served ends in an error with the replacement, the price difference and what is served."""
    with pytest.raises(ModelGone) as caught:
        resolve_model("magistral-medium-2509", [MEDIUM, SMALL], TODAY)
    said = str(caught.value)
    for part in ("retired on 2026-07-31", "replacement is mistral-medium-3-5", "(-0.50)", "(+2.50)", "it serves mistral-medium-3-5"):
        assert part in said


def test_an_alias_is_pinned() -> None:
    """An alias that the endpoint lists becomes the model id behind it, and a note says so."""
    resolved = resolve_model("mistral-medium-latest", [SMALL, MEDIUM], TODAY)
    assert resolved.model == "mistral-medium-3-5"
    assert "mistral-medium-latest is mistral-medium-3-5" in resolved.notes[0]


def test_an_id_that_is_only_an_alias_of_its_row_is_served() -> None:
    """Where the list shows the alias as id and the pinned id among the aliases, the pinned id is asked."""
    row = ServedModel("mistral-medium-latest", aliases=("mistral-medium-3-5",))
    assert resolve_model("mistral-medium-3-5", [row], TODAY).model == "mistral-medium-3-5"


def test_a_pinned_id_that_moved_to_another_model_is_gone() -> None:
    """An endpoint that answers a retired id with its successor does not pass for the retired model, whose price is another."""
    moved = ServedModel("mistral-medium-3-5", aliases=("magistral-medium-2509",))
    with pytest.raises(ModelGone):
        resolve_model("magistral-medium-2509", [moved], TODAY)
    assert resolve_model("magistral", [moved], TODAY).model == "mistral-medium-3-5"


def test_the_rules_need_no_word() -> None:
    """The rules analyst serves its own model and nothing else, without a note about models that nobody asked for."""
    resolved = resolve_model("magistral", [ServedModel("rules-1")], TODAY)
    assert (resolved.model, resolved.notes) == ("rules-1", ())
    with pytest.raises(ModelGone):
        resolve_model("mistral-medium-3-5", [ServedModel("rules-1")], TODAY)


@pytest.mark.parametrize("asked", ["magistral", "mistral-small-2603", "gpt-oss", ""])
def test_an_endpoint_that_serves_nothing_known(asked: str) -> None:
    """An empty or foreign list of models ends in a clear error, whatever was asked."""
    with pytest.raises(ModelGone, match="it serves none"):
        resolve_model(asked, [ServedModel("somebody-else")], TODAY)
