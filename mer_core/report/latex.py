"""A study as a LaTeX table (booktabs)."""

from typing import Any

from mer_core.counted import counted
from mer_core.report.recipes import recipe_notes
from mer_core.report.rows import bootstrap_said, datasets, interval, measured, number, spread

_ESCAPED = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_ESCAPED |= {sign: "\\" + sign for sign in "&%$#_{}"}
_ESCAPED |= {"±": r"$\pm$", "×": r"$\times$", "·": r"$\cdot$", "−": "$-$", "≤": r"$\leq$", "≥": r"$\geq$"}
_ESCAPED |= {"→": r"$\rightarrow$", "φ": r"$\varphi$", "ε": r"$\varepsilon$", "²": "$^2$", "°": r"$^\circ$"}
_ESCAPED |= {"…": r"\dots{}", "–": "--", "—": "---", "“": "``", "”": "''", "’": "'", "†": r"$^\dagger$"}
_ESCAPED |= {"\u00a0": "~", "\u200b": "{}"}


def latex_table(study: dict[str, Any]) -> str:
    """``\\begin{table}`` to ``\\end{table}``: UF1 with its interval, UAR, accuracy, UF1 of each data set."""
    sets = datasets(study) if len(datasets(study)) > 1 else []
    rows = measured(study)
    full = [entry["pooled"]["uf1"]["mean"] for entry in rows if entry["division"] == "full"]
    lines = []
    for entry in rows:
        pooled, seeds = entry["pooled"], len(entry["seeds"])
        mark = r"$^\dagger$" if entry["division"] == "small" else ""
        uf1 = escape(spread(pooled["uf1"], seeds))
        if full and entry["division"] == "full" and pooled["uf1"]["mean"] == max(full):
            uf1 = rf"\textbf{{{uf1}}}"
        of_sets = entry["per_dataset"]
        name = entry["title"] if study["kind"] == "ablation" else entry["name"]
        cells = [
            escape(name) + mark,
            uf1,
            escape(interval(entry["interval"]["uf1"])),
            escape(spread(pooled["uar"], seeds)),
            escape(spread(pooled["accuracy"], seeds)),
            *(number(of_sets[one]["uf1"]["mean"]) if one in of_sets else "--" for one in sets),
        ]
        lines.append("    " + " & ".join(cells) + r" \\")
    notes = study["notes"] + recipe_notes(study)
    heads = ["", "UF1", r"95\,\% interval", "UAR", "Accuracy", *(f"UF1 {escape(one)}" for one in sets)]
    return "\n".join(
        [
            "% " + " ".join(study["command"].split()),
            "% needs \\usepackage{booktabs}",
            r"\begin{table}",
            r"  \centering",
            rf"  \caption{{{_caption(study)}}}",
            rf"  \begin{{tabular}}{{l{'r' * (len(heads) - 1)}}}",
            r"    \toprule",
            "    " + " & ".join(heads) + r" \\",
            r"    \midrule",
            *lines,
            r"    \bottomrule",
            r"  \end{tabular}",
            *(rf"  \par\smallskip{{\footnotesize {escape(note)}\par}}" for note in notes),
            r"\end{table}",
            "",
        ]
    )


def _caption(study: dict[str, Any]) -> str:
    data, divisions = study["data"], study["divisions"]
    said = [f"{data['clips']} clips of {data['subjects']} subjects"]
    if "full" in divisions:
        full = divisions["full"]
        said.append(f"{full['title']}, {counted(full['folds'], 'fold')}")
        if full["train"]:
            said.append(f"trained on {', '.join(full['train'])}, tested on {', '.join(full['test'])}")
        if full["clips_tested"] < data["clips"]:
            said.append(f"{full['clips_tested']} clips of {counted(full['subjects_tested'], 'subject')} tested")
    tested = max((one["subjects_tested"] for one in divisions.values()), default=0)
    text = escape(", ".join(said)) + rf"; pooled, mean $\pm$ sd over seeds, {bootstrap_said(tested)}."
    if any(one["leaks_subjects"] for one in divisions.values()):
        text += r" \textbf{Leaks subjects: flattering, not for comparison.}"
    if "small" in divisions:
        small = divisions["small"]
        text += rf" $^\dagger$ {escape(small['title'])}, {small['folds']} folds, one seed."
    return text


def escape(text: str) -> str:
    """As LaTeX sets it, with pdfLaTeX too: signs that mean something, and those that its fonts lack."""
    # Two hyphens side by side would become a dash.
    return "".join(_ESCAPED.get(sign, sign) for sign in text.replace("--", "-\u200b-"))
