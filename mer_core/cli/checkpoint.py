"""``checkpoint``: a public checkpoint of STSTNet becomes a model's folder."""

import argparse
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mer_core.cli.place import place
from mer_core.cli.settings import command_line
from mer_core.errors import ModelError
from mer_core.features import MEGC_CLASSES
from mer_core.versions import versions

HELP = "Make a model of a public checkpoint of STSTNet (.pth), to predict with and to answer in the window."
_CHANNELS = ("strain", "v", "u")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file, where to, and what it does not say itself."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the checkpoint: torch's tensors of plain layers")
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=place,
        required=True,
        help="the model's folder; in a project's 'runs' the window offers it (Answer by) when it is next opened",
    )
    parser.add_argument(
        "--classes",
        default=",".join(MEGC_CLASSES),
        help="names of its classes, in its order, by commas (default: %(default)s, the authors' order)",
    )
    parser.add_argument(
        "--channels",
        default=",".join(_CHANNELS),
        help="what its input channels are, in its order (default: %(default)s, as the authors' code reads pictures)",
    )
    parser.add_argument("--name", help="the model's name on its card (default: of the file)")


def run(arguments: argparse.Namespace) -> int:
    """Read, check, write; the folder is whole or not there."""
    from mer_core.models.folder import write_model
    from mer_core.models.ststnet import read_checkpoint
    from mer_core.training.run import published

    classes, channels = arguments.classes.split(","), arguments.channels.split(",")
    out = Path(arguments.out)
    network = read_checkpoint(arguments.file, channels)
    if len(classes) != network.classes or not all(classes) or len(set(classes)) < len(classes):
        raise ModelError(
            f"{arguments.file} tells {network.classes} classes apart: give each a name of its own with --classes."
        )
    with published(out) as folder:
        write_model(folder, network, _card(arguments, classes, channels))
    print(f"Model: {out}")
    return 0


def _card(arguments: argparse.Namespace, classes: list[str], channels: list[str]) -> dict[str, Any]:
    from mer_core.models.ststnet import CHECKPOINT
    from mer_core.training.card import NOT_FOR

    digest = hashlib.sha256(arguments.file.read_bytes()).hexdigest()
    return {
        "name": arguments.name or f"STSTNet, {arguments.file.stem}",
        "method": "ststnet",
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "classes": classes,
        "settings": CHECKPOINT.to_dict(),
        "features": {},
        "origin": f"Not trained here: the public checkpoint {arguments.file.name} (SHA-256 {digest}).",
        "input": f"Channels {', '.join(channels)}, each scaled to 0..255 by its own least and largest value.",
        "figures": "No figures on held-out people are known for it here, nor on what flow it was trained.",
        "command": command_line(),
        "not_for": NOT_FOR,
        "uncertain": [],
    }
