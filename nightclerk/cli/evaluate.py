"""`nightclerk evaluate`: how a profile does on labelled documents."""

from __future__ import annotations

import asyncio
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from nightclerk import evaluate as scoring
from nightclerk import wiring
from nightclerk.cli.desk import Name, budget_option, json_option, model_option, provider_option, settings_with
from nightclerk.cli.output import emit, say, say_json
from nightclerk.cli.progress import Bar
from nightclerk.evaluate.measures import MEASURES
from nightclerk.pipeline import Order, execute
from nightclerk.settings import Settings
from nightclerk.store import evaluations

UNDER = 1
COLUMNS = ["category", "labels", "precision", "recall", "f1", "one_to_one_f1", "located_f1", "detection_f1"]


@click.command()
@click.argument("profile", type=Name())
@click.option("--gold", type=click.Path(path_type=Path, exists=True), required=True, help="The folder with gold.jsonl and the documents.")
@click.option("--documents", type=click.Path(path_type=Path, exists=True, file_okay=False), help="The documents, if not beside the labels.")
@click.option("--measure", type=click.Choice(MEASURES), default="one_to_one", show_default=True, help="Which F1 the threshold is for.")
@click.option("--min-f1", type=click.FloatRange(0, 1), help="Fail under this F1 over all categories.")
@provider_option
@model_option
@budget_option
@json_option
def evaluate(
    profile: str,
    gold: Path,
    documents: Path | None,
    measure: str,
    min_f1: float | None,
    provider: str | None,
    model: str | None,
    budget_usd: Decimal | None,
    as_json: bool,
) -> int:
    """Run PROFILE over labelled documents and say how much of it was right, by category, and what it cost.

    The result is filed (view `evaluation_results`), so that prompt versions and models can be compared.

    Exit codes: 0 done, 1 under --min-f1 or the run failed, 2 bad usage.
    """
    settings = settings_with(provider=provider, model=model, budget_usd=budget_usd)
    labelled = scoring.read_gold(gold, documents=documents)
    result = asyncio.run(_evaluated(settings, profile, labelled, quiet=as_json))
    told = result.as_dict()
    reached = told["micro"].get(measure, {}).get("f1", 0.0)
    if as_json:
        say_json(told)
    else:
        _show(told)
    if min_f1 is not None and reached < min_f1:
        click.echo(f"nightclerk: {measure} F1 is {reached:.3f}, under {min_f1:g}", err=True)
        return UNDER
    return 0


async def _evaluated(settings: Settings, profile: str, gold: scoring.Gold, *, quiet: bool) -> scoring.Evaluation:
    places = wiring.existing([str(gold.folder)])
    order = Order(sources=places, profile=profile, collection=f"evaluate {gold.name}"[:200], budget_nano_usd=settings.budget_nano_usd)
    async with wiring.open_desk(settings) as desk:
        with Bar(shown=not quiet, in_place=sys.stderr is not None and sys.stderr.isatty()) as bar:
            run, _ = await execute(desk, order, show=bar.show)
        rows = await desk.store.aread(evaluations.findings, run.id)
        texts = await desk.store.aread(evaluations.texts, run.id)
        cost = await desk.store.aread(evaluations.cost_nano_usd, run.id)
        result = scoring.judge(gold, run.id, rows, {scoring.plain_name(name): text for name, text in texts.items()}, cost_nano_usd=cost)
        await scoring.file(desk.store, result)
    return result


def _show(told: dict[str, Any]) -> None:
    rows = [_row(category, measures) for category, measures in told["categories"].items()]
    emit(rows, COLUMNS, as_json=False, title="By category", empty="no category of the labels is one of the profile")
    for measure, figures in told["micro"].items():
        say(
            f"{measure:12} precision {figures['precision']:.3f}  recall {figures['recall']:.3f}  F1 {figures['f1']:.3f}  "
            f"({figures['right']} right, {figures['false']} wrong, {figures['missed']} missed)"
        )
    if told["answers_right"] is not None:
        say(f"answers      {told['answers_right']:.3f} of the matched labels that have an answer")
    if told["wrong_findings_flagged"] is not None:
        flagged = told["right_findings_flagged"]
        say(
            f"flagged      {told['wrong_findings_flagged']:.3f} of the wrong findings"
            + (f", {flagged:.3f} of the right ones" if flagged is not None else "")
        )
    for one in told["calibration"]:
        say(f"confidence   from {one['confidence_from']:g}: {one['findings']} findings, {one['right']:.3f} right")
    a_document = told["cost_usd_a_document"] or 0.0
    say(f"cost         {told['cost_usd']:.6f} USD for {told['documents']} documents, {a_document:.6f} USD a document")


def _row(category: str, measures: dict[str, Any]) -> dict[str, Any]:
    jaccard = measures["jaccard"]
    row = {"category": category, "labels": jaccard["right"] + jaccard["missed"]}
    row |= {name: f"{jaccard[name]:.3f}" for name in ("precision", "recall", "f1")}
    return row | {f"{name}_f1": f"{measures[name]['f1']:.3f}" if name in measures else "" for name in MEASURES[1:]}
