"""nbgrader's configuration for this course: run `nbgrader` from this folder.

    nbgrader generate_assignment np-union      the release, in exercises/
    nbgrader autograde np-union                grades what lies in classroom-data/submitted/STUDENT/np-union/
    nbgrader generate_feedback np-union        one page a learner, in classroom-data/feedback/
    nbgrader export                            every score as CSV

Nothing that a learner hands in is executed. docs/instructors.md tells the whole way.
"""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821 - traitlets provides it

# nbgrader starts `alembic` by name; it lies beside this Python even where the environment is not activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

c.CourseDirectory.course_id = "pod-guardrails"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "classroom-data/submitted"
c.CourseDirectory.autograded_directory = "classroom-data/autograded"
c.CourseDirectory.feedback_directory = "classroom-data/feedback"
c.CourseDirectory.solution_directory = "classroom-data/solution"
c.CourseDirectory.db_url = "sqlite:///classroom-data/gradebook.db"
Path("classroom-data").mkdir(exist_ok=True)

# Only the instructor's: texts of notebooks, reasoning, right and wrong answers, families of variants.
# They never reach a release.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "*.md", "right", "wrong", "variants.yaml"]

c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.LockCells",
    "autograder.classroom.nbgrader_plugin.ReleaseStarters",  # in place of ClearSolutions
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]

c.Autograde.exporter_class = "autograder.classroom.nbgrader_plugin.SubmissionExporter"
c.Autograde.autograde_preprocessors = [
    "autograder.classroom.nbgrader_plugin.GradeText",  # in place of Execute
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.OverwriteCells.add_missing_cells = True

# GetGrades and a style sheet; regions that only the instructor may see would be cleared first.
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

# An LMS hands out files such as "np-union_ada_attempt_2026-11-23-10-00-00_np-union.ipynb".
c.FileNameCollectorPlugin.named_regexp = (
    r".*_(?P<student_id>[^_/]+)_attempt_(?P<timestamp>[0-9\-]+)_(?P<file_id>[\w\-]+)"
)
