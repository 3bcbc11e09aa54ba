"""``benchmark``: all methods under one protocol, as a report."""

import argparse

from mer_core.cli.studies import add_study, names, run_study_command
from mer_core.evaluation.entries import HEAVY, benchmark_entries, part_entries
from mer_core.models.registry import METHODS

HELP = "Judge all methods under one protocol and write an HTML report, CSV and LaTeX tables."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """DATA, --out, which methods, and what the heavy ones do."""
    parser.add_argument("--methods", metavar="A,B", help=f"only these, of {', '.join(METHODS)} (default: all)")
    parser.add_argument(
        "--parts",
        nargs="?",
        const="all",
        metavar="A,B",
        help="also MR-UAMF with and without its parts, all the rows of ablation or only these, in the same tables",
    )
    parser.add_argument(
        "--heavy",
        choices=HEAVY,
        default="small",
        help="methods too heavy for many folds: five folds of subjects and one seed, marked so; or all the same; or "
        "not at all (default: small)",
    )
    parser.add_argument(
        "--published",
        action="store_true",
        help="train as each method's authors did, where that is known (mostly far slower); the rest as usual",
    )
    add_study(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measure what is missing in --out, then write the report."""
    entries = benchmark_entries(
        names(arguments.methods), seeds=arguments.seeds, epochs=arguments.epochs, published=arguments.published
    )
    if arguments.parts is not None:
        rows = names(None if arguments.parts == "all" else arguments.parts)
        entries += part_entries(rows, seeds=arguments.seeds, epochs=arguments.epochs)
    return run_study_command("benchmark", arguments, entries, arguments.heavy)
