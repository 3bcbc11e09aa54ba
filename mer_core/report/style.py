"""The page's style: one column of 62 em on screen, A4 in print, colours kept in both."""

STYLE = """
:root { --ink: #1f2933; --soft: #5b6875; --line: #dfe4e9; --accent: #1d5fa8; --red: #c62828; --wash: #f5f7f9; }
* { box-sizing: border-box; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
body { margin: 0 auto; padding: 2.2rem 1.6rem 4rem; max-width: 62rem; color: var(--ink); background: #fff;
  font: 15px/1.5 Inter, "Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em; }
h2 { font-size: 1.12rem; margin: 2.4rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
p { margin: .4rem 0 .7rem; max-width: 46rem; }
.lead { font-size: 1.05rem; } .soft, figcaption, caption { color: var(--soft); font-size: .86rem; }
.red { color: var(--red); } .warning { border-left: 4px solid var(--red); background: #fdf1f0; color: #8e1b1b;
  padding: .6rem .9rem; margin: .9rem 0; } .warning p { margin: 0; max-width: none; }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2.2rem; margin: 1.1rem 0 .4rem; }
.facts div { min-width: 5rem; } .facts b { display: block; font-size: 1.28rem; line-height: 1.2; font-weight: 600; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .86rem; font-variant-numeric: tabular-nums; margin: .5rem 0; }
caption { caption-side: bottom; text-align: left; padding-top: .4rem; }
th { font-weight: 600; text-align: right; vertical-align: bottom; } td { text-align: right; white-space: nowrap; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--ink); } th:first-child, td:first-child { text-align: left; padding-left: 0; }
td:first-child { white-space: normal; }
tr.best td { font-weight: 600; } td small { color: var(--soft); font-weight: 400; font-size: .9em; }
.name { font-weight: 600; } .about { display: block; color: var(--soft); white-space: normal; max-width: 17rem;
  font-weight: 400; font-size: .92em; line-height: 1.3; }
figure { margin: .6rem 0; } figure svg { display: block; width: 100%; height: auto; max-width: 52rem; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(14.6rem, 1fr)); gap: 1.1rem 1.4rem; }
.grid figure { margin: 0; break-inside: avoid; } .grid figcaption { color: var(--ink); font-weight: 600; }
table.matrix td, table.matrix th { border: 0; padding: .3rem .35rem; text-align: center; font-size: .8rem; }
table.matrix th { font-weight: 400; color: var(--soft); } table.matrix th:first-child { text-align: right; }
table.matrix td { border: 1px solid #fff; min-width: 3.3rem; } table.matrix td small { color: inherit; opacity: .75; }
table.pairs td { text-align: center; padding: .3rem .4rem; } table.pairs td:first-child { text-align: left; }
table.pairs th { padding: .3rem .4rem; }
table.pairs thead th { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; border: 0; }
table.pairs thead th:first-child { writing-mode: initial; transform: none; }
ul { padding-left: 1.1rem; max-width: 46rem; } li { margin: .2rem 0; font-size: .92rem; }
code, pre { font: .82rem/1.45 ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; }
pre { background: var(--wash); padding: .7rem .9rem; white-space: pre-wrap; overflow-wrap: anywhere; }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--accent); }
@page { size: A4; margin: 15mm 14mm; }
@media print {
  html { font-size: 12px; } body { padding: 0; max-width: none; font-size: 9pt; } p, ul { max-width: none; }
  h2 { break-after: avoid; margin-top: 1.4rem; } figure svg { max-width: 100%; }
  figure, tr, li, .warning, .wide { break-inside: avoid; } section > p, .warning { break-after: avoid; }
  .wide { overflow: visible; } table { font-size: 8pt; } th, td { padding: .22rem .45rem; }
  .about { max-width: 22rem; } .screen { display: none; } .grid { grid-template-columns: repeat(3, 1fr); gap: .8rem; }
  table.matrix td { min-width: 2.6rem; } thead { display: table-header-group; }
}
"""
