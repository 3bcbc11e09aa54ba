"""The command line: ``python -m mer_core COMMAND``. One module a command, each with HELP, add_arguments and run."""

import argparse
import importlib
import keyword
import sys
from typing import NoReturn

from mer_core.errors import Cancelled, MerError
from mer_core.memory import keep_freed_memory

COMMANDS = (
    "sample",
    "import",
    "locate",
    "export",
    "read",
    "unpack",
    "features",
    "train",
    "checkpoint",
    "methods",
    "evaluate",
    "benchmark",
    "ablation",
    "predict",
    "spot",
    "serve",
)


class _Parser(argparse.ArgumentParser):
    """Answers what it does not understand in one sentence; all that it does is in ``--help``."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[:1].upper()}{message[1:]}. {self.prog} --help lists what can be given.\n")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code (1: bad input, in one sentence; 2: not understood; 130: cancelled)."""
    try:
        parsed = _parser().parse_args(arguments)
        keep_freed_memory()
        return int(parsed.run(parsed))
    except MerError as error:
        print(error, file=sys.stderr)
        return 1
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and "allocate memory" not in str(error):  # torch's own way to say it
            raise
        print("There is not enough memory for that: lower the sizes asked for, or take fewer clips.", file=sys.stderr)
        return 1
    except (Cancelled, KeyboardInterrupt):
        print("Cancelled; nothing was changed.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="mer_core", description="Facial micro-expressions: measure, train, judge.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        file = f"{name}_" if keyword.iskeyword(name) else name
        module = importlib.import_module(f"mer_core.cli.{file}")
        subparser = subparsers.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(subparser)
        subparser.set_defaults(run=module.run)
    return parser
