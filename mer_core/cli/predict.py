"""``predict``: recognise one expression of a clip from its onset and apex."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from mer_core.analysis import Measurement, measure_clip, settings_for, settings_mismatch
from mer_core.clips import Clip, open_clip
from mer_core.errors import MerError
from mer_core.faces import WHOLE_FRAME, Alignment, FaceChoice, align_clip
from mer_core.flow import FLOW_METHODS, FlowSettings
from mer_core.models.cards import doubts
from mer_core.project.models import DEFAULT_MODEL
from mer_core.recognition import Prediction, Recogniser

HELP = "Recognise one expression of a clip from its onset and apex."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The clip, its marks, and with what to look at them."""
    numbers = "frame number as in the source: a folder's file numbers (img46.jpg is 46), a video's frames from 0"
    parser.add_argument("clip", type=Path, help="a folder of frames or a video")
    parser.add_argument("--onset", type=int, required=True, metavar="N", help=f"last neutral frame; {numbers}")
    parser.add_argument("--apex", type=int, required=True, metavar="N", help="frame of the strongest expression; same")
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL, metavar="DIR", help="a model's folder")
    parser.add_argument(
        "--flow", choices=FLOW_METHODS, help="flow method (default: the one the model was trained with)"
    )
    parser.add_argument(
        "--face", metavar="X,Y|whole", help="of several faces the one at this point of the onset frame; or no face"
    )
    parser.add_argument("--fps", type=float, help="the true frame rate, where the source states another or none")
    parser.add_argument("--json", action="store_true", help="one JSON object in place of the table")


def run(arguments: argparse.Namespace) -> int:
    """Measure, recognise, print."""
    with Console(stderr=True).status("Looking at the clip…"), open_clip(arguments.clip, arguments.fps) as clip:
        onset, apex = clip.index_of(arguments.onset), clip.index_of(arguments.apex)
        recogniser = Recogniser.load(arguments.model)
        settings = settings_for(recogniser.card)
        if arguments.flow is not None:
            settings = replace(settings, method=arguments.flow)
        said = doubts(recogniser.card) + settings_mismatch(recogniser.card, settings)
        choice = _choice(arguments.face, onset)
        alignment = align_clip(clip, choice=choice)
        said += _elsewhere(choice, alignment)
        measured = measure_clip(clip.read, alignment, onset, apex, settings)
        opinion = recogniser.predict(measured.cube, measured.apex, measured.onset)
        result = _result(clip, (onset, apex), alignment, measured, opinion, settings)
    result["model"] = str(arguments.model)
    result["warnings"] = [*measured.warnings, *said]
    if arguments.json:
        print(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        _show(result)
    return 0


def _choice(text: str | None, index: int) -> FaceChoice | None:
    if text is None:
        return None
    if text == "whole":
        return WHOLE_FRAME
    try:
        x, y = (float(part) for part in text.split(","))
        return FaceChoice.parse(f"frame {index} at {x} {y}")
    except ValueError as error:
        raise MerError(
            f"--face {text} names no face: give a point's x and y in pixels, as 310,204, or the word whole."
        ) from error


def _elsewhere(choice: FaceChoice | None, alignment: Alignment) -> tuple[str, ...]:
    """A sentence where the face nearest to the point chosen does not lie there."""
    if choice is None or choice.whole_frame:
        return ()
    x, y = alignment.middle
    if max(abs(x - choice.x), abs(y - choice.y)) <= alignment.size / alignment.scale / 2:
        return ()
    return (f"There is no face at {choice.x:g}, {choice.y:g}: the nearest, about {x:.0f}, {y:.0f}, is measured.",)


def _result(
    clip: Clip,
    marks: tuple[int, int],
    alignment: Alignment,
    measured: Measurement,
    opinion: Prediction,
    settings: FlowSettings,
) -> dict[str, Any]:
    onset, apex = marks
    field = measured.field
    best = int(opinion.probabilities.argmax())
    return {
        "clip": str(clip.path),
        "onset": clip.numbers[onset],
        "apex": clip.numbers[apex],
        "milliseconds": round(float(clip.times[apex] - clip.times[onset]) * 1e3, 1) if clip.fps_known else None,
        "answer": opinion.classes[best],
        "probabilities": {
            name: round(float(p), 4) for name, p in zip(opinion.classes, opinion.probabilities, strict=True)
        },
        "uncertainty": round(float(opinion.uncertainty), 4),
        "face": alignment.source,
        "strain_mean": round(float(field.strain.mean()), 5),
        "head_motion": {
            "shift": [round(v, 3) for v in field.head_motion.shift],
            "degrees": round(field.head_motion.degrees, 3),
            "scale": round(field.head_motion.scale, 5),
        },
        "flow": settings.to_dict(),
    }


def _show(result: dict[str, Any]) -> None:
    console = Console()
    duration = "" if result["milliseconds"] is None else f", {result['milliseconds']:.0f} ms"
    table = Table(title=f"{Path(result['clip']).name}: frame {result['onset']} to {result['apex']}{duration}")
    table.add_column("Class")
    table.add_column("Probability", justify="right")
    for name, probability in sorted(result["probabilities"].items(), key=lambda item: -item[1]):
        table.add_row(name, f"{probability:.1%}", style="bold" if name == result["answer"] else "")
    console.print(table)
    console.print(f"Uncertainty {result['uncertainty']:.2f} (0 sure, 1 no idea)", highlight=False)
    for warning in result["warnings"]:
        console.print(f"Note: {warning}", style="yellow", highlight=False)
