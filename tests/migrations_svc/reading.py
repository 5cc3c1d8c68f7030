"""A whole list at once, for stories about files: its valid lines, and the faults of the others."""

from dataclasses import dataclass, field

from fasttrack_portal.tabular import Reading, RowError
from migrations_svc.recordfile import DEFAULT_LIMITS, LARGEST_GB, ListFile, ListLine, StateFile, StateRow


@dataclass
class Read(Reading):
    rows: list[ListLine] = field(default_factory=list)


def read(stream, limits=DEFAULT_LIMITS, largest=LARGEST_GB):
    file = ListFile(stream, limits, largest)
    found = Read(encoding=file.reading.encoding, delimiter=file.reading.delimiter, ignored_columns=file.ignored_columns)
    faults = list(file.header_errors)
    for line in file:
        faults += [RowError(line.line, *error) for error in line.errors]
        if not line.errors:
            found.rows.append(line)
    found.errors, found.errors_left_out = faults[: limits.errors], max(0, len(faults) - limits.errors)
    return found


@dataclass
class ReadStates(Reading):
    rows: list[StateRow] = field(default_factory=list)


def read_states(stream):
    file = StateFile(stream)
    rows, told = list(file), file.reading
    return ReadStates(told.errors, told.errors_left_out, ignored_columns=told.ignored_columns, rows=rows)
