"""``export``: a project's coding, clips, figures, or all of it, for others; what a format cannot carry is listed."""

import argparse
import os
from pathlib import Path
from typing import Any

from mer_core.cli.json_lines import Wishes, print_line
from mer_core.errors import MerError
from mer_core.left_out import NO_FACE, no_class_notes
from mer_core.progress import Progress

HELP = "Export a project's coding, frames, figures or all of it, and list what the format cannot carry."
CODING = ("json", "csv", "casme2", "samm", "eaf", "boris")
OTHERS = ("frames", "video", "figures", "features", "pack")
_SAID = """json: the coding, complete, ours; csv: one table; casme2, samm: XLSX in that set's columns; eaf: ELAN, a
document for each clip; boris: tabular events; frames: a clip from onset to offset as PNG; video: the same without loss,
FFV1 (.mkv) or H.264 (.mp4); figures: u, v, strain of each expression (.png, .svg, .pdf); features: what a
recogniser learns from (.h5, .npz; the command 'features' has more settings); pack: the project in one archive."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The project, the format, where to, and of what."""
    parser.add_argument("project", metavar="PROJECT", type=Path, help="a project's folder")
    parser.add_argument(
        "out", metavar="OUT", type=Path, help="the file to write; a new folder for eaf, frames, figures"
    )
    parser.add_argument("--format", choices=(*CODING, *OTHERS), required=True, help=_SAID)
    parser.add_argument(
        "--coder",
        action="append",
        metavar="NAME",
        help="only this coder's annotations; may be given several times (default: all; in casme2, samm, frames, video "
        "and figures the project's own)",
    )
    parser.add_argument(
        "--clip", action="append", metavar="CLIP", help="only this clip, by name or path; may be given several times"
    )
    parser.add_argument("--history", action="store_true", help="json: with the history of edits")
    parser.add_argument("--expression", type=int, metavar="N", help="frames, video, figures: this expression of a clip")
    parser.add_argument("--from", dest="first", type=int, metavar="N", help="frames, video: from this frame number on")
    parser.add_argument("--to", dest="last", type=int, metavar="N", help="frames, video: to this frame number")
    parser.add_argument(
        "--image", choices=("png", "svg", "pdf"), default="png", help="figures in a folder: of this kind"
    )
    parser.add_argument("--no-faces", action="store_true", help="figures: without the face at onset and apex")
    parser.add_argument("--attention", action="store_true", help="figures: with where the project's model looks")
    parser.add_argument(
        "--scale", type=float, metavar="PX", help="figures: px of the strongest colour (default: shared)"
    )
    parser.add_argument("--no-clips", action="store_true", help="pack: without the clips' frames")
    parser.add_argument("--dry-run", action="store_true", help="write nothing, only list what the format cannot carry")
    parser.add_argument(
        "--json-lines",
        action="store_true",
        help="one JSON object a line on standard output; 'cancel' on standard input, or its end, cancels",
    )


def run(arguments: argparse.Namespace) -> int:
    """Read, list, write."""
    if arguments.history and arguments.format != "json":
        raise MerError(f"The format {arguments.format} has no place for the history of edits: leave --history out.")
    if arguments.json_lines:
        wishes = Wishes()
        wishes.listen()
        print_line({"event": "finished", **export(arguments, wishes.progress())})
        return 0
    from rich.console import Console

    from mer_core.cli.tables import share_bar

    with share_bar(Console(stderr=True)) as bar:
        task = bar.add_task("Opening", total=None)
        done = export(
            arguments, lambda done, total, text: bar.update(task, completed=done, total=total, description=text)
        )
    if done["losses"]:
        print(f"The format {arguments.format} does not carry:")
        for sentence in done["losses"]:
            print(f"  {sentence}")
    print("Nothing was written." if arguments.dry_run else f"{done['text']} {done['out']}.")
    return 0


def export(arguments: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Do it; ``out``, ``losses`` and what was written, in words that end before the place."""
    kind = arguments.format
    make = _coding if kind in CODING else {"pack": _pack, "figures": _figures, "features": _features}.get(kind, _range)
    text, lost = make(arguments, progress)
    return {"out": str(arguments.out), "losses": lost, "text": text}


def _coding(arguments: argparse.Namespace, progress: Progress) -> tuple[str, list[str]]:
    from mer_core.export.coding import project_coding
    from mer_core.export.formats import FORMATS, export_coding, losses

    chosen = FORMATS[arguments.format]
    coders = None if chosen.one_coder else arguments.coder
    coding = project_coding(arguments.project, progress, coders=coders, clips=arguments.clip, history=arguments.history)
    coder = arguments.coder[0] if chosen.one_coder and arguments.coder else None
    text = f"{len(coding.clips)} clips are in"
    if arguments.dry_run:
        return text, losses(coding, arguments.format, coder)
    return text, export_coding(coding, arguments.format, arguments.out, progress, coder=coder)


def _range(arguments: argparse.Namespace, progress: Progress) -> tuple[str, list[str]]:
    from mer_core.clips import open_clip
    from mer_core.export.clip_range import VIDEOS, range_losses
    from mer_core.export.project_range import export_range, project_range

    video = arguments.format == "video"
    if len(arguments.clip or ()) != 1:
        raise MerError(f"One clip is exported as {arguments.format} at a time: give it with --clip.")
    if video != (arguments.out.suffix.lower() in VIDEOS):
        said = f"end in {' or '.join(VIDEOS)}" if video else "be that of a folder"
        raise MerError(f"{arguments.out} cannot be written as {arguments.format}: its name must {said}.")
    chosen = project_range(
        arguments.project,
        arguments.clip[0],
        coder=arguments.coder[0] if arguments.coder else None,
        expression=arguments.expression or 1,
        numbers=(arguments.first, arguments.last),
    )
    text = f"{chosen.last - chosen.first + 1} frames of {chosen.record.name} are in"
    if arguments.dry_run:
        with open_clip(chosen.path, chosen.record.fps) as clip:
            return text, range_losses(clip, chosen.first, chosen.last, video=video)
    return text, export_range(chosen, arguments.out, progress)


def _figures(arguments: argparse.Namespace, progress: Progress) -> tuple[str, list[str]]:
    from mer_core.export.project_figures import FigureOptions, export_figures

    if arguments.dry_run:
        raise MerError("A figure carries what it shows: leave --dry-run out.")
    options = FigureOptions(not arguments.no_faces, arguments.attention, arguments.scale, arguments.image)
    count, left_out = export_figures(
        arguments.project,
        arguments.out,
        options,
        progress,
        coder=arguments.coder[0] if arguments.coder else None,
        clips=arguments.clip,
        expression=arguments.expression,
    )
    return f"{count} figure{'' if count == 1 else 's'} are in" if count != 1 else "The figure is", left_out


def _features(arguments: argparse.Namespace, progress: Progress) -> tuple[str, list[str]]:
    from mer_core.features import write_features
    from mer_core.project.features import check_place, project_features

    if arguments.dry_run:
        raise MerError("A feature file carries what is measured: leave --dry-run out.")
    check_place(arguments.project, arguments.out)
    features = project_features(arguments.project, progress, jobs=os.cpu_count() or 1)
    write_features(arguments.out, features)
    lost = [f"{clip} is left out. {why}" for clip, why in features.attributes.get(NO_FACE, {}).items()]
    lost += no_class_notes(features.attributes)
    return f"{len(features)} clips are in", lost


def _pack(arguments: argparse.Namespace, progress: Progress) -> tuple[str, list[str]]:
    from mer_core.export.pack import pack_losses, pack_project

    lost = pack_losses(arguments.project, clips=not arguments.no_clips)
    if arguments.dry_run:
        return "", lost
    packed = pack_project(arguments.project, arguments.out, progress, clips=not arguments.no_clips)
    return f"The project, {packed.clips} clips, {packed.size / 1e6:.1f} MB, is in", lost
