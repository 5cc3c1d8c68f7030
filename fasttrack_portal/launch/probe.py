"""Asks the web process on this machine whether it is ready; the health check of its container."""

import http.client
import os
import sys
from urllib.parse import urlsplit


def readiness(port: int) -> int:
    """The status of /readyz; 0 when nobody answers."""
    # Asked under the public name: other hosts are refused.
    host = urlsplit(os.environ.get("PUBLIC_URL", "")).netloc or f"127.0.0.1:{port}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/readyz", headers={"Host": host})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(readiness(int(sys.argv[1])) != 200)
