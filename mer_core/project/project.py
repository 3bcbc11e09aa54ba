"""The project folder: labels in ``project.sqlite``, features in ``features.h5`` (a cache), trainings in ``runs/``."""

import json
import os
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Self

from mer_core.annotation import Annotation, Marks
from mer_core.errors import ProjectError
from mer_core.project.records import Change, ClipRecord, Decision, Record
from mer_core.project.schema import APPLICATION_ID, MIGRATIONS, TABLES, VERSION

FILE_NAME = "project.sqlite"
_CLIP = "id, path, dataset, subject, fps, frames, fingerprint"
# A chosen face is rare: it stands among the settings, and without one a clip's row says nothing of it.
_CLIPS = f"SELECT {_CLIP}, coalesce((SELECT value FROM setting WHERE name = 'face:' || clip.id), '') FROM clip"
_FEW = 20  # clips
_PATIENCE = 0.3  # seconds to wait for another program that holds the file: the window waits with it


class Project:
    """An open project. Not thread-safe: each thread or process opens its own.

    Every edit goes through `apply`: one transaction, with its row of history, on disk when the call returns.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._db = connection

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make a new, empty project in a folder (made if missing). Raises ProjectError if one is there already."""
        file = folder / FILE_NAME
        if file.exists():
            raise ProjectError(f"{folder} already holds a project: open it, or choose another folder.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(file, timeout=_PATIENCE)
            _make_safe(connection)
            with connection:
                connection.executescript(
                    f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; {TABLES}"
                )
        except (OSError, sqlite3.Error) as error:
            raise ProjectError(
                f"No project can be made in {folder} ({error}): choose a folder you may write to."
            ) from error
        return cls(folder, connection)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a project by its folder or its ``project.sqlite``.

        A project of an older version is brought up to date. Raises ProjectError if there is none, if it is damaged or
        if a newer version wrote it; changes nothing then.
        """
        file = path / FILE_NAME if path.is_dir() else path
        if not file.is_file():
            raise ProjectError(
                f"There is no project in {path} (no {FILE_NAME}): choose a project folder or make a new one."
            )
        connection = sqlite3.connect(file, timeout=_PATIENCE)
        try:
            _make_safe(connection)
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            connection.close()
            if error.sqlite_errorname == "SQLITE_NOTADB" and file.name != FILE_NAME:
                raise ProjectError(f"{file} is not a MER Studio project: choose a project's folder.") from error
            raise ProjectError(
                f"{file} is damaged ({error}): put a backup of it in its place; it was left as it is."
            ) from error
        damage = None
        if application != APPLICATION_ID:
            damage = f"{file} is not a MER Studio project: choose another file."
        elif version > VERSION:
            damage = f"{file} was written by a newer MER Studio (format {version}): update this one to open it."
        elif verdict != "ok":
            damage = f"{file} is damaged ({verdict}): put a backup of it in its place; it was left as it is."
        if damage:
            connection.close()
            raise ProjectError(damage)
        try:
            _bring_up_to_date(connection)
        except sqlite3.Error as error:
            connection.close()
            raise ProjectError(
                f"{file} was written by an older MER Studio and cannot be brought up to date ({error}): get the right "
                "to write to it, or copy the project elsewhere; it was left as it is."
            ) from error
        return cls(file.parent, connection)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def runs(self) -> Path:
        """The folder that holds the finished trainings."""
        return self.folder / "runs"

    @property
    def coder(self) -> str:
        """Whose annotations are edited and trained on."""
        return self.setting("coder")

    def set_coder(self, name: str) -> None:
        """Say whose annotations are edited from now on."""
        self.set_setting("coder", name)

    # Paths

    def stored_path(self, path: Path) -> str:
        """A clip's path as the project keeps it: relative where the drive allows, with forward slashes."""
        try:
            relative = os.path.relpath(path.resolve(), self.folder.resolve())
        except ValueError:  # another drive
            return path.resolve().as_posix()
        return Path(relative).as_posix()

    def full_path(self, clip: ClipRecord) -> Path:
        """Where a clip lies now."""
        return Path(os.path.normpath(self.folder / PurePosixPath(clip.path)))

    # Reading

    def clips(self) -> list[ClipRecord]:
        """All clips, in the order of their paths."""
        rows = self._read(f"{_CLIPS} ORDER BY path")
        return [ClipRecord(*row) for row in rows]

    def clip(self, clip_id: int) -> ClipRecord:
        """One clip. Raises ProjectError if the project has none of that id."""
        rows = self._read(f"{_CLIPS} WHERE id = ?", (clip_id,))
        if not rows:
            raise ProjectError(f"The project has no clip of number {clip_id}: choose one from the clip list.")
        return ClipRecord(*rows[0])

    def next_clip_id(self) -> int:
        """An id no clip has or had."""
        ((highest,),) = self._read(
            "SELECT max((SELECT coalesce(max(id), 0) FROM clip), (SELECT coalesce(max(clip), 0) FROM history))"
        )
        return int(highest) + 1

    def annotations(self, clip_id: int | None = None, coder: str | None = None) -> list[Annotation]:
        """Annotations, of one clip and of one coder where given, in the order of clip, expression and coder."""
        rows = self._read(
            'SELECT clip, expression, coder, onset, apex, "offset", emotion, action_units, notes FROM annotation'
            " WHERE (?1 IS NULL OR clip = ?1) AND (?2 IS NULL OR coder = ?2) ORDER BY clip, expression, coder",
            (clip_id, coder),
        )
        return [_annotation(row) for row in rows]

    def decisions(self, clip_id: int | None = None, coder: str | None = None) -> list[Decision]:
        """What was done with suggested marks, of one clip and of one coder where given, oldest first."""
        rows = self._read(
            "SELECT clip, expression, coder, mark, suggested, confidence, decision, frame, at FROM decision"
            " WHERE (?1 IS NULL OR clip = ?1) AND (?2 IS NULL OR coder = ?2) ORDER BY at, clip, suggested",
            (clip_id, coder),
        )
        return [Decision(*row) for row in rows]

    def history(self, clip_id: int | None = None) -> list[tuple[str, str, str, int]]:
        """Edits, oldest first: (time in UTC, coder, action, clip id)."""
        return self._read(
            "SELECT at, coder, action, clip FROM history WHERE (?1 IS NULL OR clip = ?1) ORDER BY id", (clip_id,)
        )

    def setting(self, name: str, default: str = "") -> str:
        """A setting of this project."""
        rows = self._read("SELECT value FROM setting WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else default

    def _read(self, query: str, values: tuple[object, ...] = ()) -> list[tuple]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise ProjectError(
                f"{self.folder / FILE_NAME} cannot be read now ({error}): close other programs that hold it open."
            ) from error

    def import_reports(self) -> list[tuple[int, str, str, str]]:
        """What imports reported, newest first: (number, time in UTC, data set, report as JSON)."""
        return self._read("SELECT id, at, dataset, report FROM import_report ORDER BY id DESC")

    # Writing

    def keep_import_report(self, dataset: str, report: str) -> None:
        """Keep what an import reported. Raises ProjectError if the disk refuses."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._write([("INSERT INTO import_report (at, dataset, report) VALUES (?, ?, ?)", (now, dataset, report))])

    def set_setting(self, name: str, value: str) -> None:
        """Keep a setting. Raises ProjectError if the disk refuses."""
        self._write([("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))])

    def apply(self, changes: Change | Sequence[Change], coder: str, action: str) -> None:
        """Carry out an edit with its history in one transaction; on disk when it returns, or not at all.

        Raises ProjectError if a record is no longer what the change says it was, or if the disk refuses.
        """
        changes = [changes] if isinstance(changes, Change) else list(changes)
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        statements: list[tuple[str, tuple[object, ...]]] = []
        self._check_unchanged(changes)
        for change in changes:
            statements += _removal(change.old) if change.new is None else _storage(change.new)
            statements.append(
                (
                    "INSERT INTO history (at, coder, action, clip, old, new) VALUES (?, ?, ?, ?, ?, ?)",
                    (now, coder, action, change.clip, _as_json(change.old), _as_json(change.new)),
                )
            )
        self._write(statements)

    def _check_unchanged(self, changes: Sequence[Change]) -> None:
        stored = self._stored({change.clip for change in changes})
        for change in changes:
            record = change.old or change.new
            if record is not None and stored.get(_identity(record)) != change.old:
                raise ProjectError(
                    "The project was changed elsewhere meanwhile: open it again; this edit was not made."
                )

    def _stored(self, clips: set[int]) -> dict[tuple[object, ...], Record]:
        """What the project holds of these clips, by what tells one record from another."""
        found: list[Record] = []
        if len(clips) > _FEW:  # a query each would take longer than to read all
            found += [*self.clips(), *self.annotations(), *self.decisions()]
        else:
            for clip in clips:
                found += [ClipRecord(*row) for row in self._read(f"{_CLIPS} WHERE id = ?", (clip,))]
                found += [*self.annotations(clip), *self.decisions(clip)]
        return {_identity(record): record for record in found}

    def _write(self, statements: Sequence[tuple[str, tuple[object, ...]]]) -> None:
        try:
            with self._db:
                for statement, values in statements:
                    self._db.execute(statement, values)
        except sqlite3.Error as error:
            raise ProjectError(
                f"The edit could not be saved in {self.folder / FILE_NAME} ({error}): "
                "check the disk and your rights to it; nothing was changed."
            ) from error


def _make_safe(connection: sqlite3.Connection) -> None:
    # A rollback journal, not a write-ahead log: it also holds on the network drives where labs keep their projects.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    """All steps from the file's version to this one, or none of them."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        (version,) = connection.execute("PRAGMA user_version").fetchone()  # another process may have been quicker
        for step in range(version, VERSION):
            for statement in MIGRATIONS[step]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _annotation(row: tuple) -> Annotation:
    clip, expression, coder, onset, apex, offset, emotion, action_units, notes = row
    return Annotation(clip, expression, coder, Marks(onset, apex, offset), emotion, action_units, notes)


def _as_json(record: Record | None) -> str | None:
    return None if record is None else json.dumps(vars(record), default=vars, ensure_ascii=False)


def _storage(record: Record) -> list[tuple[str, tuple[object, ...]]]:
    if isinstance(record, ClipRecord):
        values: tuple[object, ...] = (record.id, record.path, record.dataset, record.subject, record.fps, record.frames)
        return [
            (
                f"INSERT INTO clip ({_CLIP}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                " path = excluded.path, dataset = excluded.dataset, subject = excluded.subject, fps = excluded.fps,"
                " frames = excluded.frames, fingerprint = excluded.fingerprint",
                (*values, record.fingerprint),
            ),
            ("INSERT OR REPLACE INTO setting VALUES (?, ?)", (_face_setting(record), record.face))
            if record.face
            else ("DELETE FROM setting WHERE name = ?", (_face_setting(record),)),
        ]
    if isinstance(record, Decision):
        values = (*_key(record), record.expression, record.confidence, record.decision, record.frame, record.at)
        return [("INSERT OR REPLACE INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)]
    marks = record.marks
    values = (record.clip, record.expression, record.coder, marks.onset, marks.apex, marks.offset)
    values += (record.emotion, record.action_units, record.notes)
    return [("INSERT OR REPLACE INTO annotation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)]


def _removal(record: Record | None) -> list[tuple[str, tuple[object, ...]]]:
    if isinstance(record, ClipRecord):
        return [
            ("DELETE FROM clip WHERE id = ?", (record.id,)),
            ("DELETE FROM setting WHERE name = ?", (_face_setting(record),)),
        ]
    if isinstance(record, Decision):
        return [
            ("DELETE FROM decision WHERE clip = ? AND coder = ? AND mark = ? AND suggested = ?", _key(record)),
        ]
    if isinstance(record, Annotation):
        key = (record.clip, record.expression, record.coder)
        return [("DELETE FROM annotation WHERE clip = ? AND expression = ? AND coder = ?", key)]
    return []


def _face_setting(clip: ClipRecord) -> str:
    return f"face:{clip.id}"


def _identity(record: Record) -> tuple[object, ...]:
    """What stays the same when a record is changed."""
    if isinstance(record, ClipRecord):
        return ("clip", record.id)
    if isinstance(record, Decision):
        return ("decision", *_key(record))
    return ("annotation", record.clip, record.expression, record.coder)


def _key(decision: Decision) -> tuple[int, str, str, int]:
    return decision.clip, decision.coder, decision.mark, decision.suggested
