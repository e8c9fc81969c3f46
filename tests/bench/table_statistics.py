#!/usr/bin/env python3
"""100,000 table statistics through pagination: dmsrun against boto3, like with like.

Walked through page by page: aws.each against a paginator. All in one list: aws.pages against a list of
what the paginator gives. They take turns, and the best run of each counts: that is the one which the other
work of the machine held up least.
Both read the same pages of 500 rows, made before, from a server on this machine. Needs boto3.
Usage: table_statistics.py BINARY [ROWS]
"""

import http.server
import json
import os
import subprocess
import sys
import threading
import time

BINARY = os.path.abspath(sys.argv[1])
ROWS = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
PAGE = 500
ARN = "arn:aws:dms:us-east-1:123456789012:task:BENCH"


def page(first):
    rows = [
        {
            "SchemaName": "sales", "TableName": f"orders_{n:06}", "Inserts": n, "Deletes": 0, "Updates": 3,
            "Ddls": 0, "FullLoadRows": 1000 + n, "FullLoadCondtnlChkFailedRows": 0, "FullLoadErrorRows": 0,
            "FullLoadStartTime": 1795132800.0, "FullLoadEndTime": 1795132900.0, "FullLoadReloaded": False,
            "LastUpdateTime": 1795132950.0, "TableState": "Table completed", "ValidationPendingRecords": 0,
            "ValidationFailedRecords": 0, "ValidationSuspendedRecords": 0, "ValidationState": "Validated",
        }
        for n in range(first, min(first + PAGE, ROWS))
    ]
    body = {"ReplicationTaskArn": ARN, "TableStatistics": rows}
    if first + PAGE < ROWS:
        body["Marker"] = str(first + PAGE)
    return json.dumps(body).encode()


PAGES = {first: page(first) for first in range(0, ROWS, PAGE)}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = PAGES[int(body.get("Marker") or 0)]
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        self.wfile.flush()

    def log_message(self, *_):
        pass


SERVER = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
SERVER.daemon_threads = True
threading.Thread(target=SERVER.serve_forever, daemon=True).start()
URL = f"http://127.0.0.1:{SERVER.server_port}"
ENVIRONMENT = dict(
    os.environ, AWS_ACCESS_KEY_ID="bench", AWS_SECRET_ACCESS_KEY="bench", AWS_REGION="us-east-1",
    AWS_DEFAULT_REGION="us-east-1", AWS_EC2_METADATA_DISABLED="true",
)


def run(name, command):
    """The processor time of the client, the wall time, and its memory. The server is another process's."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE)
    out = process.stdout.read().decode().strip()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    assert status == 0 and out.startswith(str(ROWS)), (name, status, out)
    processor = usage.ru_utime + usage.ru_stime
    print(f"{name:22} processor {processor:7.2f} s   wall {wall:7.2f} s   memory {usage.ru_maxrss / 1024:7.0f} MB")
    return processor, wall, usage.ru_maxrss / 1024


BOTO = f"""
import boto3
client = boto3.client("dms", endpoint_url="{URL}")
count, rows = 0, 0
for page in client.get_paginator("describe_table_statistics").paginate(ReplicationTaskArn="{ARN}"):
    for row in page["TableStatistics"]:
        count, rows = count + 1, rows + row["FullLoadRows"]
print(count, rows)
"""
BOTO_ALL = f"""
import boto3
client = boto3.client("dms", endpoint_url="{URL}")
items = []
for page in client.get_paginator("describe_table_statistics").paginate(ReplicationTaskArn="{ARN}"):
    items.extend(page["TableStatistics"])
count, rows = 0, 0
for row in items:
    count, rows = count + 1, rows + row["FullLoadRows"]
print(count, rows)
"""
LUA = """
local aws = require "aws"
local count, rows = 0, 0
%s
print(count, rows)
"""
ARGUMENTS = f'aws.dms.describe_table_statistics, {{ replication_task_arn = "{ARN}" }}'
EACH = LUA % f"for row in aws.each({ARGUMENTS}) do count, rows = count + 1, rows + row.full_load_rows end"
ALL = LUA % f"for _, row in ipairs(aws.pages({ARGUMENTS})) do count, rows = count + 1, rows + row.full_load_rows end"
NONE = f"print({ROWS})"


def dmsrun(text):
    return [BINARY, "--endpoint-url", URL, "-e", text]


PROGRAMS = {
    "dmsrun, nothing": dmsrun(NONE),
    "dmsrun aws.each": dmsrun(EACH),
    "dmsrun aws.pages": dmsrun(ALL),
    "boto3, walked through": [sys.executable, "-c", BOTO],
    "boto3, one list": [sys.executable, "-c", BOTO_ALL],
}
runs = {name: [] for name in PROGRAMS}
for turn in range(3):
    for name, command in PROGRAMS.items():
        # Of what takes ten times as long, two runs tell enough.
        if turn < 2 or name.startswith("dmsrun"):
            runs[name].append(run(name, command))
empty, each, pages, boto, boto_all = (
    [min(numbers) for numbers in zip(*runs[name])] for name in PROGRAMS
)
print(f"processor time of boto3 / dmsrun: aws.each {boto[0] / each[0]:.1f}, aws.pages {boto_all[0] / pages[0]:.1f}")
print(f"wall time of boto3 / dmsrun: aws.each {boto[1] / each[1]:.1f}, aws.pages {boto_all[1] / pages[1]:.1f}")
above = each[2] - empty[2]
print(f"memory of aws.each above an empty script: {above:.0f} MB")
sys.exit(not (boto[1] / each[1] > 10 and boto_all[1] / pages[1] > 10 and above < 64))
