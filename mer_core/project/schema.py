"""The project's SQLite file: its tables, and how a file is known to be one of ours."""

APPLICATION_ID = 0x4D455253  # "MERS"
VERSION = 3

TABLES = """
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
CREATE TABLE clip (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,      -- relative to the project folder, with forward slashes, where it can be
    dataset TEXT NOT NULL,
    subject TEXT NOT NULL,
    fps REAL NOT NULL,              -- frames a second of the recording, which may differ from the file's own
    frames INTEGER NOT NULL,
    fingerprint TEXT NOT NULL DEFAULT ''  -- of the content, to know the clip again elsewhere; empty: not taken yet
) STRICT;
CREATE TABLE annotation (
    clip INTEGER NOT NULL REFERENCES clip(id),
    expression INTEGER NOT NULL,    -- 1, 2, … within the clip
    coder TEXT NOT NULL,
    onset INTEGER,                  -- frame indices, 0-based
    apex INTEGER,
    "offset" INTEGER,
    emotion TEXT NOT NULL,
    action_units TEXT NOT NULL,
    notes TEXT NOT NULL,
    PRIMARY KEY (clip, expression, coder)
) STRICT;
CREATE TABLE history (              -- every edit, never changed afterwards
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,               -- UTC, ISO 8601
    coder TEXT NOT NULL,
    action TEXT NOT NULL,           -- in words: "Set apex", "Undo: Set apex"
    clip INTEGER NOT NULL,
    old TEXT,                       -- the record before, as JSON; NULL: there was none
    new TEXT                        -- the record after, as JSON; NULL: removed
) STRICT;
CREATE INDEX history_of_clip ON history(clip);
CREATE TABLE import_report (        -- what each import found and could not use
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,               -- UTC, ISO 8601
    dataset TEXT NOT NULL,
    report TEXT NOT NULL            -- JSON
) STRICT;
CREATE TABLE decision (             -- what a coder did with a mark that was suggested
    clip INTEGER NOT NULL REFERENCES clip(id),
    coder TEXT NOT NULL,
    mark TEXT NOT NULL,             -- onset, apex, offset
    suggested INTEGER NOT NULL,     -- frame index
    expression INTEGER NOT NULL,
    confidence REAL NOT NULL,       -- 0 to 1, as it was shown
    decision TEXT NOT NULL,         -- accepted, moved, refused
    frame INTEGER,                  -- frame index that was marked; NULL: refused
    at TEXT NOT NULL,               -- UTC, ISO 8601
    PRIMARY KEY (clip, coder, mark, suggested)
) STRICT;
"""

MIGRATIONS: dict[int, tuple[str, ...]] = {
    1: (
        "ALTER TABLE clip ADD COLUMN fingerprint TEXT NOT NULL DEFAULT ''",
        "CREATE TABLE import_report (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, dataset TEXT NOT NULL,"
        " report TEXT NOT NULL) STRICT",
    ),
    2: (
        "CREATE TABLE decision (clip INTEGER NOT NULL REFERENCES clip(id), coder TEXT NOT NULL, mark TEXT NOT NULL,"
        " suggested INTEGER NOT NULL, expression INTEGER NOT NULL, confidence REAL NOT NULL, decision TEXT NOT NULL,"
        " frame INTEGER, at TEXT NOT NULL, PRIMARY KEY (clip, coder, mark, suggested)) STRICT",
    ),
}
"""By version: the statements that make a file of it one of the next."""
