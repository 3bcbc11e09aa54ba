"""Methods' settings as command-line options, made from the settings' own fields."""

import argparse
import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from mer_core.errors import ModelError
from mer_core.models.method import Method
from mer_core.models.settings import MethodSettings

_GIVEN = "given_settings"


class _Give(argparse.Action):
    """Notes a setting that was given, so that those which were not keep the default of the method that is chosen."""

    def __call__(
        self, _parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: object, option: str | None = None
    ) -> None:
        value = not (option or "").startswith("--no-") if self.nargs == 0 else values
        setattr(namespace, _GIVEN, {**getattr(namespace, _GIVEN), self.dest: value})


def add_settings(parser: argparse.ArgumentParser, methods: Iterable[Method]) -> None:
    """One option a setting of any of the methods: ``--label-smoothing 0.1``, ``--flip`` and ``--no-flip``."""
    uses: dict[str, list[tuple[str, object, str]]] = {}
    choices: dict[str, dict[str, None]] = {}
    for one in methods:
        for item in fields(one.settings):
            uses.setdefault(item.name, []).append((one.name, item.default, item.metadata["help"]))
            choices.setdefault(item.name, {}).update(dict.fromkeys(item.metadata["choices"]))
    group = parser.add_argument_group("settings of the method")
    for name, used in uses.items():
        default = used[0][1]
        text = " / ".join(dict.fromkeys(each for _, _, each in used))
        defaults = {str(value): [method for method, other, _ in used if other == value] for _, value, _ in used}
        said = "; ".join(
            value if len(defaults) == 1 else f"{value}: {', '.join(defaults[value])}" for value in defaults
        )
        flag = "--" + name.replace("_", "-")
        flags = [flag, f"--no-{flag[2:]}"] if isinstance(default, bool) else [flag]
        shown = "|".join(choices[name]) or name.upper()
        kind = {"nargs": 0} if isinstance(default, bool) else {"type": type(default), "metavar": shown}
        group.add_argument(
            *flags, dest=name, action=_Give, default=argparse.SUPPRESS, help=_plain(f"{text} (default: {said})"), **kind
        )
    parser.set_defaults(**{_GIVEN: {}})


def _plain(text: str) -> str:
    """`text` as argparse shows it as it is: a percent sign would begin a format."""
    return text.replace("%", "%%")


def given_settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """The settings that were given on the command line, by name."""
    return dict(getattr(arguments, _GIVEN))


def settings_from(arguments: argparse.Namespace, method: Method, *, published: bool = False) -> MethodSettings:
    """The settings that were given, the rest by default, or as published.

    ModelError for one that ``method`` does not have, or where its authors published none.
    """
    given = given_settings(arguments)
    if published and not method.settings.PUBLISHED:
        raise ModelError(f"No way to train is published for the method '{method.name}': leave --published out.")
    for name in given:
        if name not in {item.name for item in fields(method.settings)}:
            raise ModelError(f"The method '{method.name}' has no setting '{name}': leave it out.")
    return method.settings(**{**(method.settings.PUBLISHED if published else {}), **given})


def choices_from(texts: Iterable[str], method: Method, given: Mapping[str, Any]) -> dict[str, list[Any]]:
    """``hidden=32,64`` as a setting's name and values of its own kind.

    ModelError for what is none, or is also set: one of those ``given``.
    """
    defaults = {item.name: item.default for item in fields(method.settings)}
    chosen: dict[str, list[Any]] = {}
    for text in texts:
        name, _, listed = text.partition("=")
        name = name.strip().replace("-", "_")
        if name not in defaults:
            raise ModelError(f"The method '{method.name}' has no setting '{name}' to choose.")
        if name in given or name in chosen:
            raise ModelError(f"The setting '{name}' is given more than once: set it, or let it be chosen once.")
        kind = type(defaults[name])
        try:
            chosen[name] = [_value(each.strip(), kind) for each in listed.split(",")]
        except ValueError as error:
            raise ModelError(
                f"'{text}' is not understood: write {name}={defaults[name]},… with values alike."
            ) from error
    return chosen


def _value(text: str, kind: type) -> Any:
    if kind is bool:
        if text not in ("yes", "no"):
            raise ValueError(text)
        return text == "yes"
    return kind(text)


def command_line() -> str:
    """The command that is running, to be written into what it makes."""
    return shlex.join(["python", "-m", "mer_core", *sys.argv[1:]])
