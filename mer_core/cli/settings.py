"""Training settings as command-line options, made from the settings' own fields."""

import argparse
import shlex
import sys
from dataclasses import fields

from mer_core.training.settings import TrainSettings


def add_settings(parser: argparse.ArgumentParser) -> None:
    """One option a setting: ``--label-smoothing 0.1``, ``--flip`` and ``--no-flip``."""
    group = parser.add_argument_group("settings of the method")
    for item in fields(TrainSettings):
        flag = "--" + item.name.replace("_", "-")
        text = f"{item.metadata['help']} (default: {item.default})"
        if isinstance(item.default, bool):
            group.add_argument(flag, action=argparse.BooleanOptionalAction, default=item.default, help=text)
        else:
            choices = item.metadata["choices"] or None
            kind = type(item.default)
            group.add_argument(flag, type=kind, default=item.default, choices=choices, help=text, dest=item.name)


def settings_from(arguments: argparse.Namespace) -> TrainSettings:
    """The settings that were given, the rest by default."""
    return TrainSettings(**{item.name: getattr(arguments, item.name) for item in fields(TrainSettings)})


def command_line() -> str:
    """The command that is running, to be written into what it makes."""
    return shlex.join(["python", "-m", "mer_core", *sys.argv[1:]])
