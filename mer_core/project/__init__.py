"""The project folder and its labels."""

from mer_core.project.project import FILE_NAME, Project
from mer_core.project.records import Change, ClipRecord, Decision, Record

__all__ = ["FILE_NAME", "Change", "ClipRecord", "Decision", "Project", "Record"]
