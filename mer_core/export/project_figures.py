"""A project's expressions as figures, all of one export on one scale, so that they can be compared by eye."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from mer_core.analysis import Measurement, measure_clip, settings_for
from mer_core.annotation import Annotation
from mer_core.clips import Clip, open_clip
from mer_core.errors import ExportError
from mer_core.export.figures import SUFFIXES, Scale, Shown, caption, shared_scale, write_figure
from mer_core.export.targets import check_file, check_folder, new_folder
from mer_core.faces import FaceChoice, align_clip
from mer_core.flow import FlowSettings
from mer_core.progress import Progress, silent
from mer_core.project.models import active_model
from mer_core.project.project import Project
from mer_core.project.records import ClipRecord
from mer_core.recognition import Recogniser


@dataclass(frozen=True)
class FigureOptions:
    """faces: with the pictures of the face, which may be personal data. attention: with where the model looks.

    scale: pixels of the strongest colour of u and v; None: shared by all figures of the export. kind: png, svg or pdf.
    """

    faces: bool = True
    attention: bool = False
    scale: float | None = None
    kind: str = "png"
    settings: FlowSettings | None = None


_STRAIN_OF_PX = 0.05  # at a scale of 1 px, strain is shown up to this: as in the window


def export_figures(
    folder: Path,
    out: Path,
    options: FigureOptions,
    progress: Progress = silent,
    *,
    coder: str | None = None,
    clips: Collection[str] | None = None,
    expression: int | None = None,
) -> tuple[int, list[str]]:
    """Draw each measurable expression of one coder; returns how many, and which were left out and why.

    out: a file, where there is one expression, or a new folder. coder: by default the project's. clips: by name or
    stored path; None: all. Raises ExportError, ClipError; nothing is left then.
    """
    wanted, left_out = _wanted(folder, coder, clips, expression)
    if not wanted:
        raise ExportError(f"There is nothing to draw: {left_out[0] if left_out else 'no expression is marked.'}")
    one_file = out.suffix.lower() in SUFFIXES
    places = [path for _, _, path in wanted]
    if one_file and len(wanted) > 1:
        raise ExportError(f"{len(wanted)} figures do not fit {out.name}: choose one expression, or give a new folder.")
    if one_file:
        check_file(out, SUFFIXES, places)
    else:
        check_folder(out, places)
    settings, recogniser = _how(folder, options)
    shown = []
    for done, (record, annotation, path) in enumerate(wanted):
        progress(done, len(wanted), f"Measuring {record.name}")
        shown.append(_shown(record, annotation, path, options, settings, recogniser))
    scale = shared_scale([each.field for each in shown])
    if options.scale is not None:
        scale = Scale(options.scale, options.scale * _STRAIN_OF_PX)
    if one_file:
        write_figure(shown[0], out, scale)
    else:
        with new_folder(out) as partial:
            for done, (each, (record, annotation, path)) in enumerate(zip(shown, wanted, strict=True)):
                progress(done, len(wanted), f"Drawing {record.name}")
                name = f"{'_'.join(path.parts[-2:])}_{annotation.expression}.{options.kind}"
                write_figure(each, partial / name, scale)
    progress(len(wanted), len(wanted), "Drawn")
    return len(wanted), left_out


def _wanted(
    folder: Path, coder: str | None, clips: Collection[str] | None, expression: int | None
) -> tuple[list[tuple[ClipRecord, Annotation, Path]], list[str]]:
    with Project.open(folder) as project:
        records = {clip.id: clip for clip in project.clips()}
        said = project.annotations(coder=coder or project.coder)
        paths = {clip.id: project.full_path(clip) for clip in records.values()}
    wanted, left_out = [], []
    for each in said:
        clip = records[each.clip]
        if clips is not None and not {clip.name, clip.path} & set(clips):
            continue
        if expression is not None and each.expression != expression:
            continue
        if each.marks.measurable:
            wanted.append((clip, each, paths[clip.id]))
        else:
            left_out.append(f"{clip.name} expression {each.expression} has no onset and later apex.")
    return wanted, left_out


def _how(folder: Path, options: FigureOptions) -> tuple[FlowSettings, Recogniser | None]:
    if not options.attention:
        return options.settings or FlowSettings(), None
    with Project.open(folder) as project:
        model = active_model(project)
    if model is None:
        raise ExportError("There is no model whose attention could be drawn: train one, or leave attention out.")
    recogniser = Recogniser.load(model)
    return options.settings or settings_for(recogniser.card), recogniser


def _shown(
    record: ClipRecord,
    annotation: Annotation,
    path: Path,
    options: FigureOptions,
    settings: FlowSettings,
    recogniser: Recogniser | None,
) -> Shown:
    onset, apex = annotation.marks.onset, annotation.marks.apex
    if onset is None or apex is None:
        raise ValueError("only measurable expressions are drawn")
    with open_clip(path, record.fps) as clip:
        if apex >= len(clip):
            raise ExportError(f"A mark lies beyond the last frame of {path}: move it.")
        measured = measure_clip(
            clip.read, align_clip(clip, choice=FaceChoice.parse(record.face)), onset, apex, settings
        )
        name = f"{'/'.join(path.parts[-2:])}, expression {annotation.expression}"
        return shown_of(clip, name, measured, onset, apex, faces=options.faces, recogniser=recogniser)


def shown_of(
    clip: Clip,
    name: str,
    measured: Measurement,
    onset: int,
    apex: int,
    *,
    faces: bool,
    recogniser: Recogniser | None = None,
) -> Shown:
    """What a figure of one measurement shows."""
    pictures = tuple(measured.alignment.crop(clip.read(index)) for index in (onset, apex)) if faces else ()
    attention = recogniser.predict(measured.cube, measured.apex).attention if recogniser is not None else None
    duration = float(clip.times[apex] - clip.times[onset]) * 1e3 if clip.fps_known else None
    text = caption(name, (clip.numbers[onset], clip.numbers[apex]), duration, measured.settings)
    return Shown(measured.field, text, pictures, attention)
