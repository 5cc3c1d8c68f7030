"""Sessions in the database, as Django keeps them: read by a statement that is not made anew for each request."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import connection
from django.utils import timezone

_READ = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(DatabaseSessions):
    """Only how a session is found differs from Django's."""

    def _get_session_from_db(self) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(_READ, [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            # Ended or never begun: a visitor does not choose the key of the next one.
            self._session_key = None
            return None
        return self.model(session_data=row[0])
