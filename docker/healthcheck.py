"""Asks the web process in this container how it is, as the proxy would ask."""

import http.client
import os
import sys

connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
host = os.environ["ALLOWED_HOSTS"].split(",")[0]
connection.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
sys.exit(connection.getresponse().status != http.client.OK)
