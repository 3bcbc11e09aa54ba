"""``benchmark``: all methods under one protocol, as a report."""

import argparse

from mer_core.cli.studies import add_study, run_study_command
from mer_core.errors import ModelError
from mer_core.evaluation.entries import HEAVY, benchmark_entries
from mer_core.models.registry import METHODS

HELP = "Judge all methods under one protocol and write an HTML report, CSV and LaTeX tables."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """DATA, --out, which methods, and what the heavy ones do."""
    parser.add_argument("--methods", metavar="A,B", help=f"only these, of {', '.join(METHODS)} (default: all)")
    parser.add_argument(
        "--heavy",
        choices=HEAVY,
        default="small",
        help="methods too heavy for many folds: five folds of subjects and one seed, marked so; or all the same; or "
        "not at all (default: small)",
    )
    add_study(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measure what is missing in --out, then write the report."""
    names = [name.strip() for name in (arguments.methods or "").split(",") if name.strip()]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ModelError(f"The method '{min(twice)}' is named twice: name it once.")
    entries = benchmark_entries(names, seeds=arguments.seeds, epochs=arguments.epochs)
    return run_study_command("benchmark", arguments, entries, arguments.heavy)
