"""``ablation``: MR-UAMF part by part, as a report."""

import argparse

from mer_core.cli.studies import add_study, names, run_study_command
from mer_core.evaluation.entries import ABLATION, ablation_entries

HELP = "Judge MR-UAMF with and without each of its parts and write a report as benchmark does."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """DATA, --out, and which rows."""
    rows = ", ".join(name for name, _, _ in ABLATION)
    parser.add_argument("--rows", metavar="A,B", help=f"only these, of {rows} (default: all)")
    add_study(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measure what is missing in --out, then write the report."""
    entries = ablation_entries(names(arguments.rows), seeds=arguments.seeds, epochs=arguments.epochs)
    return run_study_command("ablation", arguments, entries, "full")
