"""What can be exported, as the export dialog offers it: title, command line, name of the file, what may be chosen."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """One way to export. about: in a sentence. suffixes: of its file, none: a folder. asks: which settings it has, of
    coder, coders, clips, history, range, figure, attention, frames.
    """

    name: str  # the command's --format
    title: str
    about: str
    suffixes: tuple[str, ...]
    asks: tuple[str, ...]

    @property
    def filter(self) -> str:
        """For a file dialog; empty: a folder."""
        return ";;".join(f"{self.title} (*{suffix})" for suffix in self.suffixes)


CHOICES = (
    Choice("json", "Coding as JSON", "Everything that is said, by all coders, to be read back whole.", (".json",),
           ("coders", "clips", "history")),
    Choice("csv", "Coding as a CSV table", "One row an annotation, for spreadsheets and statistics.", (".csv",),
           ("coders", "clips")),
    Choice("casme2", "Coding as CASME II's XLSX", "The columns of CASME II's coding file; one coder.", (".xlsx",),
           ("coder", "clips")),
    Choice("samm", "Coding as SAMM's XLSX", "The columns of SAMM's coding file; one coder.", (".xlsx",),
           ("coder", "clips")),
    Choice("eaf", "Coding for ELAN", "One .eaf document a clip, a set of tiers for each coder.", (),
           ("coders", "clips")),
    Choice("boris", "Coding as BORIS events", "BORIS' table of events, one observation a clip and coder.",
           (".tsv", ".csv"), ("coders", "clips")),
    Choice("frames", "Clip as frames", "Each frame of this clip as a PNG file, the numbers kept.", (), ("range",)),
    Choice("video", "Clip as a video", "The frames of this clip without loss: FFV1 (.mkv) or H.264 (.mp4).",
           (".mkv", ".mp4"), ("range",)),
    Choice("figures", "Figures for print", "Onset, apex, u, v and strain of each expression, with scales, 300 dpi.", (),
           ("coder", "clips", "figure")),
    Choice("pack", "The whole project", "One archive, to be opened elsewhere with File › Open packed project.",
           (".merproject", ".zip"), ("frames",)),
)  # fmt: skip
