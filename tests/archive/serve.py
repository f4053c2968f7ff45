#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""serve.py DIR: serves DIR on a free port of 127.0.0.1.

The port is written to DIR/port. A file whose name is in DIR/stall is sent by half,
then DIR/stalled appears; the rest follows once DIR/stall is removed.
"""
import http.server
import os
import sys
import time


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of an archive, one of them slowly."""

    def copyfile(self, source, outputfile):
        size = os.fstat(source.fileno()).st_size
        outputfile.write(source.read(size // 2))
        outputfile.flush()
        while self.stalls():
            with open("stalled", "w", encoding="utf-8"):
                time.sleep(0.05)
        outputfile.write(source.read())

    def stalls(self):
        """Whether DIR/stall names the file that was asked for."""
        try:
            with open("stall", encoding="utf-8") as names:
                return os.path.basename(self.path) in names.read().split()
        except FileNotFoundError:
            return False


os.chdir(sys.argv[1])
with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    server.daemon_threads = True
    with open("port.new", "w", encoding="utf-8") as port:
        print(server.server_port, file=port)
    os.rename("port.new", "port")
    server.serve_forever()
