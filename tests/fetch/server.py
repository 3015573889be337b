#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server on loopback that behaves badly on demand: /MANNER/NAME is the file NAME, sent in that manner.

    good       whole or from where Range says, with an ETag      norange    always whole
    cut        breaks off after a third, each time               cut-once   breaks off after a third, the first time
    stall      stops after a third, and says nothing more        drip       in pieces, with pauses
    stall-once stops after a third, the first time
    longer     says that it is longer, and is                    shorter    the same, shorter
    endless    more bytes than there are, of no stated length    truncated  less than it says
    other      as many bytes, but others                         changed    other bytes and ETag once it was asked for
    range-lies another part than Range says                      page       a page of error, said to be fine
    redirect   sent on to good                                   loop       sent on to itself
    away       sent on to a file: address                        missing    404
    busy       503                                               refused    403
"""
import http.server
import os
import sys
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        manner, name = self.path.strip("/").split("/", 1)
        self.server.requests.append((manner, name, dict(self.headers)))
        content = self.server.content(name)
        if content is None:
            return self.send_page(404)
        getattr(self, "answer_" + manner.replace("-", "_"))(name, content)

    def count(self):
        """How often this address was asked for, this time included."""
        return sum(f"/{manner}/{name}" == self.path for manner, name, _ in self.server.requests)

    # What is sent

    def send_page(self, status, body=b"<html>Not the file.</html>"):
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def get_start(self, content, tag):
        """Where Range says to begin; 0 where it is not of this version."""
        wanted = self.headers.get("Range", "")
        version = self.headers.get("If-Range", tag)
        if not wanted.startswith("bytes=") or version != tag:
            return 0
        return int(wanted[len("bytes="):].split("-")[0])

    def send_head(self, content, start, tag='"v1"', length=None):
        """@length: of the whole, where that is not the truth."""
        whole = len(content) if length is None else length
        if start >= len(content) and start > 0:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{whole}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return False
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
        self.send_header("Content-Length", str(whole - start))
        self.send_header("ETag", tag)
        self.end_headers()
        return True

    def end_connection(self):
        self.close_connection = True
        self.wfile.flush()

    # Manners

    def answer_good(self, name, content):
        start = self.get_start(content, '"v1"')
        if self.send_head(content, start):
            self.wfile.write(content[start:])

    def answer_norange(self, name, content):
        self.send_head(content, 0)
        self.wfile.write(content)

    def answer_cut(self, name, content):
        start = self.get_start(content, '"v1"')
        if self.send_head(content, start):
            self.wfile.write(content[start:start + len(content) // 3 + 1])
            self.end_connection()

    def answer_cut_once(self, name, content):
        if self.count() == 1:
            self.answer_cut(name, content)
        else:
            self.answer_good(name, content)

    def answer_truncated(self, name, content):
        self.send_head(content, 0)
        self.wfile.write(content[:len(content) // 3])
        self.end_connection()

    def answer_stall(self, name, content):
        start = self.get_start(content, '"v1"')
        if start:
            self.send_head(content, start)
        else:
            self.send_head(content, 0)
            self.wfile.write(content[:len(content) // 3])
        self.wfile.flush()
        self.server.stopped.wait(60)
        self.close_connection = True

    def answer_stall_once(self, name, content):
        if self.count() == 1:
            self.answer_stall(name, content)
        else:
            self.answer_good(name, content)

    def answer_drip(self, name, content):
        start = self.get_start(content, '"v1"')
        if not self.send_head(content, start):
            return
        for at in range(start, len(content), len(content) // 20 + 1):
            self.wfile.write(content[at:at + len(content) // 20 + 1])
            self.wfile.flush()
            time.sleep(0.2)

    def answer_longer(self, name, content):
        content += b"x" * 1000
        self.send_head(content, 0)
        self.wfile.write(content)

    def answer_shorter(self, name, content):
        content = content[:-10]
        self.send_head(content, 0)
        self.wfile.write(content)

    def answer_endless(self, name, content):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            while not self.server.stopped.is_set():
                self.wfile.write(content)
        except OSError:
            pass
        self.close_connection = True

    def answer_other(self, name, content):
        self.answer_good(name, bytes(255 - byte for byte in content))

    def answer_changed(self, name, content):
        """First a third of another version; then, to whoever asks for the rest of that, the whole of this one."""
        if self.count() == 1:
            other = bytes(255 - byte for byte in content)
            self.send_head(other, 0, '"v0"')
            self.wfile.write(other[:len(other) // 3])
            self.end_connection()
        else:
            self.answer_good(name, content)

    def answer_range_lies(self, name, content):
        if self.count() == 1:
            return self.answer_cut(name, content)
        start = self.get_start(content, '"v1"')
        if start:
            self.send_response(206)
            self.send_header("Content-Range", f"bytes 1-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - 1))
            self.end_headers()
            self.wfile.write(content[1:])
        else:
            self.answer_norange(name, content)

    def answer_page(self, name, content):
        self.send_page(200)

    def answer_redirect(self, name, content):
        self.send_response(302)
        self.send_header("Location", f"/good/{name}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer_loop(self, name, content):
        self.send_response(301)
        self.send_header("Location", self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer_away(self, name, content):
        self.send_response(302)
        self.send_header("Location", "file:///etc/passwd")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer_missing(self, name, content):
        self.send_page(404)

    def answer_busy(self, name, content):
        self.send_page(503)

    def answer_refused(self, name, content):
        self.send_page(403)


class Server(http.server.ThreadingHTTPServer):
    """Serves @files, of bytes by name, or the files of the folder @folder."""
    daemon_threads = True

    def __init__(self, files=None, folder=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.folder = files or {}, folder
        self.requests = []
        self.stopped = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """Whoever asked may hang up."""

    def content(self, name):
        if self.folder is None:
            return self.files.get(name)
        try:
            with open(os.path.join(self.folder, os.path.basename(name)), "rb") as file:
                return file.read()
        except OSError:
            return None

    def address(self, manner, name):
        return f"http://127.0.0.1:{self.server_address[1]}/{manner}/{name}"

    def stop(self):
        self.stopped.set()
        self.shutdown()
        self.server_close()


if __name__ == "__main__":
    # For programs: the port is said, and it ends when its standard input does.
    server = Server(folder=sys.argv[1])
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    server.stop()
