"""``ablation``: MR-UAMF part by part, as a report."""

import argparse

from mer_core.cli.studies import add_study, run_study_command
from mer_core.evaluation.entries import ablation_entries

HELP = "Judge MR-UAMF with and without each of its parts and write a report as benchmark does."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """DATA and --out."""
    add_study(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measure what is missing in --out, then write the report."""
    return run_study_command(
        "ablation", arguments, ablation_entries(seeds=arguments.seeds, epochs=arguments.epochs), "full"
    )
