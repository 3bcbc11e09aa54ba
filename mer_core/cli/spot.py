"""``spot``: where in a clip, or in each clip of a project, the face moves."""

import argparse
import json
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from mer_core.cli.place import place
from mer_core.errors import Cancelled, MerError, NoFaceError

HELP = "Spot movements in a clip or a project's clips: motion curve, suggested onset, apex and offset."
_SAY_EVERY = 0.1  # seconds
_DRAWN = 4000  # points of a curve told to a window; of a longer one the highest of each stretch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to look at, and what to write."""
    parser.add_argument("path", type=Path, metavar="CLIP | PROJECT", help="a folder of frames, a video, or a project")
    parser.add_argument("--json", type=place, metavar="OUT", help="also write curves and suggestions, as JSON")
    parser.add_argument("--fps", type=float, help="a clip's true frame rate, where the source states another or none")
    parser.add_argument(
        "--project", type=Path, metavar="DIR", help="the project whose kept curves are used and added to"
    )
    parser.add_argument(
        "--face", default="", help="whose face: “whole frame” or “frame INDEX at X Y” (default: largest)"
    )
    parser.add_argument(
        "--index-folder", type=Path, metavar="DIR", help="where the lists of long videos' frames are kept for next time"
    )
    parser.add_argument("--json-lines", action="store_true", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Look, print, write."""
    from mer_core.project import FILE_NAME

    _check(arguments)
    if arguments.json_lines:
        return _tell_window(arguments)
    if (arguments.path / FILE_NAME).is_file() or arguments.path.name == FILE_NAME:
        results = _project(arguments.path, arguments.index_folder)
    else:
        results = [_clip(arguments.path, arguments.fps, arguments.project, arguments.face, arguments.index_folder)]
    _show(results)
    if arguments.json is not None:
        text = json.dumps(results, ensure_ascii=False)
        try:
            arguments.json.write_text(text, encoding="utf-8")
        except OSError as error:
            raise MerError(f"{arguments.json} cannot be written ({error.strerror}); choose another place.") from error
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Before any work is done, that its results can be kept where they are wanted."""
    from mer_core.project import FILE_NAME

    out, project = arguments.json, arguments.project
    if out is not None and out.is_dir():
        raise MerError(f"{out} is a folder: name the file in it that is to be written.")
    if out is not None and not out.absolute().parent.is_dir():
        raise MerError(f"{out} cannot be written: make its folder first.")
    if project is not None and not (project / FILE_NAME).is_file():
        raise MerError(f"There is no project in {project} (no {FILE_NAME}): nothing could be kept there; name another.")


def _project(path: Path, index_folder: Path | None) -> list[dict[str, Any]]:
    from rich.console import Console

    from mer_core.project import Project

    with Project.open(path) as project:
        clips = [(project.full_path(clip), clip.fps, clip.face) for clip in project.clips()]
        folder = project.folder
    results = []
    for file, fps, face in clips:
        try:
            results.append(_clip(file, fps, folder, face, index_folder))
        except NoFaceError as error:  # the others can still be looked at
            Console(stderr=True).print(f"{file.name}: {error}", style="yellow", highlight=False)
    return results


def _clip(path: Path, fps: float | None, project: Path | None, face: str, index_folder: Path | None) -> dict[str, Any]:
    """Everything in the source's own frame numbers."""
    from rich.console import Console

    from mer_core.cli.tables import progress_bar
    from mer_core.clips import open_clip
    from mer_core.faces import FaceChoice
    from mer_core.project.curves import spotted
    from mer_core.spotting.search import spot

    choice = FaceChoice.parse(face)
    with ExitStack() as stack:
        bar = stack.enter_context(progress_bar(Console(stderr=True)))
        task = bar.add_task("Opening", total=None, visible=False)

        def progress(done: int, total: int, text: str) -> None:
            bar.update(task, completed=done, total=total, description=text, visible=True)

        clip = stack.enter_context(open_clip(path, fps, progress=progress, index_folder=index_folder))
        if project is None:
            found = spot(clip, progress, choice=choice)
        else:
            found = spotted(clip, project, face, progress)
        numbers = [int(number) for number in clip.numbers]
        suggestions = []
        for each in found.suggestions:
            marks = {"onset": each.onset, "apex": each.apex, "offset": each.offset}
            at = {name: None if index is None else numbers[index] for name, index in marks.items()}
            suggestions.append({**each.to_dict(), **at, "kind": each.kind})
        return {
            "clip": str(path),
            "fps": clip.fps,
            "frames": [numbers[index] for index in found.curve.indices],
            "curve": {name: [round(float(v), 4) for v in values] for name, values in found.curve.values.items()},
            "head": [round(float(v), 3) for v in found.curve.head],
            "suggestions": suggestions,
        }


def _show(results: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table()
    for heading in ("clip", "kind", "onset", "apex", "offset", "ms", "confidence", "px", "where"):
        table.add_column(heading, justify="left" if heading in ("clip", "kind", "where") else "right")
    for result in results:
        name = Path(result["clip"]).name
        for each in result["suggestions"]:
            marks = ("–" if each[mark] is None else str(each[mark]) for mark in ("onset", "apex", "offset"))
            where = each["regions"][0] if each["regions"] else ""
            figures = (f"{each['seconds'] * 1000:.0f}", f"{each['confidence']:.2f}", f"{each['pixels']:.2f}")
            table.add_row(name, each["kind"], *marks, *figures, where)
        if not result["suggestions"]:
            table.add_row(name, "nothing moves", *[""] * 7)
    console.print(table)


def _tell_window(arguments: argparse.Namespace) -> int:
    """Frame indices, one JSON object a line."""
    from mer_core.cli.json_lines import Wishes, print_line
    from mer_core.clips import open_clip
    from mer_core.project.curves import spotted

    wishes = Wishes()
    wishes.listen()
    said = 0.0

    def progress(done: int, total: int, text: str) -> None:
        nonlocal said
        if wishes.should_cancel():
            raise Cancelled
        if time.monotonic() - said > _SAY_EVERY:
            said = time.monotonic()
            print_line({"event": "progress", "done": done, "total": total, "text": text})

    with open_clip(arguments.path, arguments.fps, progress=progress, index_folder=arguments.index_folder) as clip:
        found = spotted(clip, arguments.project, arguments.face, progress)
    curve, stretch = found.curve, -(-len(found.curve.indices) // _DRAWN)
    values = {
        name: [round(float(each[at : at + stretch].max()), 3) for at in range(0, len(each), stretch)]
        for name, each in curve.values.items()
    }
    suggestions = [each.to_dict() for each in found.suggestions]
    indices = [int(index) for index in curve.indices[::stretch]]
    print_line({"event": "spotted", "indices": indices, "values": values, "suggestions": suggestions})
    return 0
