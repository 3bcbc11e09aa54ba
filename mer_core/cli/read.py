"""``read``: a coding that was exported comes back into a project."""

import argparse
from pathlib import Path

HELP = "Read a coding exported as JSON, CSV, ELAN or BORIS table into a project."
_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file, the project, and whose word counts."""
    parser.add_argument("file", metavar="FILE", type=Path, help=".json, .csv, .tsv or .eaf, or a folder of .eaf")
    parser.add_argument("--project", metavar="PROJECT", type=Path, required=True, help="a project's folder; new: made")
    parser.add_argument(
        "--take-differing",
        action="store_true",
        help="where an annotation differs from the project's, take the file's (default: keep the project's)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Compare, say what differs, take in what is new."""
    from mer_core.export.formats import read_coding
    from mer_core.export.merging import merge
    from mer_core.project import FILE_NAME, Project

    coding = read_coding(arguments.file)
    there = (arguments.project / FILE_NAME).is_file()
    with Project.open(arguments.project) if there else Project.create(arguments.project) as project:
        found = merge(project, coding, take_differing=arguments.take_differing)
        if found.changes:
            project.apply(found.changes, project.coder or coding.coder, f"Read {arguments.file.name}")
        if not project.coder and coding.coder:
            project.set_coder(coding.coder)
        names = {clip.id: clip.path for clip in project.clips()}
    print(found.sentence)
    for ours, theirs in found.differing[:_SHOWN]:
        kept = "the file's was taken" if arguments.take_differing else "the project's is kept"
        what = f"{names[ours.clip]} expression {ours.expression} by “{ours.coder}”"
        print(f"  {what} differs in {_what(ours, theirs)}: {kept}.")
    if len(found.differing) > _SHOWN:
        print(f"  and {len(found.differing) - _SHOWN} more.")
    return 0


def _what(ours: object, theirs: object) -> str:
    return ", ".join(name.replace("_", " ") for name, value in vars(ours).items() if value != vars(theirs)[name])
