"""Every format the coding is exported in: how it is written, what it cannot carry, how it is read back."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mer_core.errors import ExportError
from mer_core.export import boris, csv_file, eaf, json_file, sheets
from mer_core.export.boris import read_boris
from mer_core.export.coding import Coding
from mer_core.export.csv_file import read_csv
from mer_core.export.eaf_reading import read_eaf
from mer_core.export.json_file import read_json
from mer_core.export.losses import other_coders
from mer_core.export.targets import check_file, check_folder, new_file, new_folder
from mer_core.progress import Progress, silent


@dataclass(frozen=True)
class Format:
    """One format. suffixes: of its file, the first by default; none: it is a folder of files.

    write(coding, out, place, progress): to ``out``, which will be renamed ``place``. read: None where an importer of
    data sets reads it. one_coder: it holds the annotations of one coder only.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    write: Callable[[Coding, Path, Path, Progress], None]
    losses: Callable[[Coding], list[str]]
    read: Callable[[Path], Coding] | None = None
    one_coder: bool = False


FORMATS = {
    one.name: one
    for one in (
        Format("json", "JSON, complete", (".json",), json_file.write_json, json_file.losses, read_json),
        Format("csv", "CSV table", (".csv",), csv_file.write_csv, csv_file.losses, read_csv),
        Format("casme2", "XLSX as CASME II", (".xlsx",), sheets.write_casme2, sheets.casme2_losses, one_coder=True),
        Format("samm", "XLSX as SAMM", (".xlsx",), sheets.write_samm, sheets.samm_losses, one_coder=True),
        Format("eaf", "ELAN documents", (), eaf.write_eaf, eaf.losses, read_eaf),
        Format("boris", "BORIS tabular events", (".tsv", ".csv"), boris.write_boris, boris.losses, read_boris),
    )
}


def losses(coding: Coding, name: str, coder: str | None = None) -> list[str]:
    """What a format cannot carry of a coding, in sentences; ``coder``: whose it holds, where it holds one's only."""
    chosen = FORMATS[name]
    if not chosen.one_coder:
        return chosen.losses(coding)
    one = coder or coding.coder
    return [*other_coders(coding, one, chosen.title), *chosen.losses(coding.of_coder(one))]


def export_coding(
    coding: Coding, name: str, path: Path, progress: Progress = silent, *, coder: str | None = None
) -> list[str]:
    """Write the coding to ``path``; returns what could not be carried. Raises ExportError; nothing is half-written."""
    chosen = FORMATS[name]
    lost = losses(coding, name, coder)
    written = coding.of_coder(coder or coding.coder) if chosen.one_coder else coding
    clips = [clip.path for clip in coding.clips if clip.path.is_dir()]
    if chosen.suffixes:
        check_file(path, chosen.suffixes, clips)
        with new_file(path) as out:
            chosen.write(written, out, path, progress)
    else:
        check_folder(path, clips)
        with new_folder(path) as out:
            chosen.write(written, out, path, progress)
    progress(len(coding.clips), len(coding.clips), "Written")
    return lost


def read_coding(path: Path) -> Coding:
    """Read an export of ours back, told apart by its ending and content. Raises ExportError for what is none."""
    if not path.exists():
        raise ExportError(f"There is no {path}: check the path.")
    suffix = path.suffix.lower()
    if path.is_dir() or suffix == ".eaf":
        return read_eaf(path)
    if suffix == ".json":
        return read_json(path)
    if suffix == ".tsv" or (suffix == ".csv" and _first_line(path).startswith("Observation id")):
        return read_boris(path)
    if suffix == ".csv":
        return read_csv(path)
    raise ExportError(f"{path} is no coding that can be read back: choose a .json, .csv, .tsv or .eaf file.")


def _first_line(path: Path) -> str:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return file.readline(1000)
