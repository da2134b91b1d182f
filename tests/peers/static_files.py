#!/usr/bin/env python3
"""The answers of nginx and of files.so to the same requests, side by side.

    static_files.py APPSERVER PLUGINS_FOLDER [NGINX]

Both serve the same folder on ports of their own. Compared are the status, the fields that
speak of the file, and the body. A row that differs must be explained in EXPLAINED below; one
that is not, or an explanation that is no longer needed, fails the run.
"""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

FIELDS = ["content-type", "content-length", "content-range", "content-encoding",
          "last-modified", "accept-ranges", "vary", "location", "allow", "cache-control"]
MODIFIED = 784111777
DATE, OLDER, NEWER = (f"Sun, 06 Nov 1994 08:49:{s} GMT" for s in (37, 36, 38))
# Where etags stand in a request, each server gets its own.
ROWS = [
    ("whole file", "GET", "/a.txt", {}),
    ("head", "HEAD", "/a.txt", {}),
    ("empty file", "GET", "/empty.txt", {}),
    ("large file", "GET", "/large.bin", {}),
    ("index", "GET", "/", {}),
    ("index of a folder", "GET", "/dir/", {}),
    ("unknown type", "GET", "/README", {}),
    ("query is ignored", "GET", "/a.txt?x=1", {}),
    ("missing", "GET", "/none", {}),
    ("folder without slash", "GET", "/dir", {}),
    ("folder without slash, query", "GET", "/dir?a=b", {}),
    ("two slashes, folder", "GET", "//dir", {}),
    ("two slashes, file", "GET", "//a.txt", {}),
    ("folder without index", "GET", "/bare/", {}),
    ("folder without index or slash", "GET", "/bare", {}),
    ("first bytes", "GET", "/a.txt", {"range": "bytes=0-9"}),
    ("from an offset", "GET", "/a.txt", {"range": "bytes=990-"}),
    ("suffix", "GET", "/a.txt", {"range": "bytes=-5"}),
    ("suffix longer than the file", "GET", "/a.txt", {"range": "bytes=-5000"}),
    ("suffix of nothing", "GET", "/a.txt", {"range": "bytes=-0"}),
    ("past the end", "GET", "/a.txt", {"range": "bytes=1000-"}),
    ("end past the end", "GET", "/a.txt", {"range": "bytes=998-5000"}),
    ("backwards", "GET", "/a.txt", {"range": "bytes=9-0"}),
    ("overflow", "GET", "/a.txt", {"range": "bytes=0-99999999999999999999"}),
    ("unknown unit", "GET", "/a.txt", {"range": "lines=0-9"}),
    ("broken syntax", "GET", "/a.txt", {"range": "bytes=abc"}),
    ("two ranges", "GET", "/a.txt", {"range": "bytes=0-4,10-14"}),
    ("two that overlap", "GET", "/a.txt", {"range": "bytes=0-9,5-14"}),
    ("one good, one past the end", "GET", "/a.txt", {"range": "bytes=0-4,2000-"}),
    ("range of an empty file", "GET", "/empty.txt", {"range": "bytes=0-"}),
    ("range with HEAD", "HEAD", "/a.txt", {"range": "bytes=0-9"}),
    ("range of a large file", "GET", "/large.bin", {"range": "bytes=100-199999"}),
    ("if-range, tag", "GET", "/a.txt", {"range": "bytes=0-9", "if-range": "ETAG"}),
    ("if-range, other tag", "GET", "/a.txt", {"range": "bytes=0-9", "if-range": '"x"'}),
    ("if-range, date", "GET", "/a.txt", {"range": "bytes=0-9", "if-range": DATE}),
    ("if-range, other date", "GET", "/a.txt", {"range": "bytes=0-9", "if-range": NEWER}),
    ("same tag", "GET", "/a.txt", {"if-none-match": "ETAG"}),
    ("same tag, weak", "GET", "/a.txt", {"if-none-match": "W/ETAG"}),
    ("any tag", "GET", "/a.txt", {"if-none-match": "*"}),
    ("list of tags", "GET", "/a.txt", {"if-none-match": '"x", ETAG'}),
    ("other tag, same date", "GET", "/a.txt",
     {"if-none-match": '"x"', "if-modified-since": DATE}),
    ("same date", "GET", "/a.txt", {"if-modified-since": DATE}),
    ("older date", "GET", "/a.txt", {"if-modified-since": OLDER}),
    ("newer date", "GET", "/a.txt", {"if-modified-since": NEWER}),
    ("must match, does not", "GET", "/a.txt", {"if-match": '"x"'}),
    ("must match, weak tag", "GET", "/a.txt", {"if-match": "W/ETAG"}),
    ("must be unmodified, is not", "GET", "/a.txt", {"if-unmodified-since": OLDER}),
    ("gzip is wanted", "GET", "/z.txt", {"accept-encoding": "br, gzip"}),
    ("gzip is refused", "GET", "/z.txt", {"accept-encoding": "gzip;q=0"}),
    ("anything is wanted", "GET", "/z.txt", {"accept-encoding": "*"}),
    ("up and out", "GET", "/../secret", {}),
    ("up and out, encoded", "GET", "/dir/%2e%2e/%2e%2e/secret", {}),
    ("up and in again", "GET", "/dir/../a.txt", {}),
    ("encoded slash", "GET", "/dir%2Findex.html", {}),
    ("not UTF-8", "GET", "/%FF%20b.txt", {}),
    ("encoded NUL", "GET", "/a.txt%00", {}),
    ("slash behind a file", "GET", "/a.txt/", {}),
    ("dot file", "GET", "/.secret", {}),
    ("link inside", "GET", "/inside", {}),
    ("link outside", "GET", "/outside", {}),
    ("pipe", "GET", "/pipe", {}),
    ("name of 300 bytes", "GET", "/" + "x" * 300, {}),
    ("post", "POST", "/a.txt", {"content-length": "0"}),
    ("options", "OPTIONS", "/a.txt", {}),
]
# Differences in every such answer, which are therefore not compared:
EVERYWHERE = """\
- pages of errors and redirects: a line of text here, HTML there; here 404 has cache-control
- accept-ranges: in every answer with a file here, there not in 206 and not in gzip's
- last-modified in 304: there; RFC 9110 §15.4.5 wants only what etag does not say already"""
RELATIVE = "location is relative to the host (RFC 9110 §10.2.2): it needs no trust in Host"
NO_INDEX = "a folder without index is not there, so that try_files and the next app go on"
BROKEN = "a Range that is no Range is ignored (RFC 9110 §14.2); nginx calls it unsatisfiable"
SAFER = "safer by default: dot_files and symlinks open it"
EXPLAINED = {
    "folder without slash": RELATIVE,
    "folder without slash, query": RELATIVE,
    "two slashes, folder": RELATIVE,
    "folder without index": NO_INDEX,
    "folder without index or slash": NO_INDEX,
    "backwards": BROKEN,
    "broken syntax": BROKEN,
    "overflow": "a position that is too large for a number is past the end, as any other",
    "two that overlap": "joined to one (RFC 9110 §15.3.7.2); nginx sends the bytes twice",
    "range with HEAD": "Range is defined for GET alone (RFC 9110 §14.2)",
    "newer date": "not modified since then (RFC 9110 §13.1.3); nginx wants the very date, "
                  "unless if_modified_since is `before`",
    "anything is wanted": "* takes gzip, too (RFC 9110 §12.5.3)",
    "up and in again": "the server refuses dot segments before any app sees them",
    "dot file": SAFER,
    "link outside": SAFER,
    "post": "405 says which methods there are (RFC 9110 §15.5.6 demands it)",
    "options": "answered (RFC 9110 §9.3.7)",
}


def put(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    os.utime(path, (MODIFIED, MODIFIED))


def make_site(root):
    text = bytes(97 + i % 26 for i in range(1000))
    put(f"{root}/a.txt", text)
    put(f"{root}/empty.txt", b"")
    put(f"{root}/large.bin", bytes(i % 251 for i in range(300000)))
    put(f"{root}/index.html", b"<h1>root</h1>\n")
    put(f"{root}/dir/index.html", b"<h1>dir</h1>\n")
    put(f"{root}/bare/c.txt", b"c")
    put(f"{root}/README", b"unknown")
    put(f"{root}/z.txt", text)
    put(f"{root}/z.txt.gz", b"\x1f\x8bnot really")
    put(f"{root}/.secret", b"dot")
    put(f"{root}/../secret", b"outside")
    put(f"{root}".encode() + b"/\xff b.txt", b"odd")
    os.symlink("a.txt", f"{root}/inside")
    os.symlink("../secret", f"{root}/outside")
    os.mkfifo(f"{root}/pipe")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_nginx(nginx, work, root, port):
    conf = f"""
daemon off; worker_processes 1; pid {work}/nginx.pid; error_log {work}/nginx.log;
events {{ worker_connections 64; }}
http {{
  types {{ text/html html; text/plain txt; }} default_type application/octet-stream;
  charset utf-8; access_log off; gzip_vary on; server_tokens off;
  client_body_temp_path {work}/t1; proxy_temp_path {work}/t2; fastcgi_temp_path {work}/t3;
  uwsgi_temp_path {work}/t4; scgi_temp_path {work}/t5;
  server {{ listen 127.0.0.1:{port}; root {root}; gzip_static on; }}
}}"""
    with open(f"{work}/nginx.conf", "w") as file:
        file.write(conf)
    return subprocess.Popen([nginx, "-e", f"{work}/nginx.log", "-c", f"{work}/nginx.conf"])


def start_ours(appserver, plugins, work, root, port):
    with open(f"{work}/site.yaml", "w") as file:
        file.write(f"""
bind: 127.0.0.1:{port}
workers: 1
accesslog: off
mounts:
  - path: /
    app: {plugins}/files.so:app
    config: {{root: {root}, precompressed: [gzip]}}
""")
    return subprocess.Popen([appserver, "-c", f"{work}/site.yaml"],
                            stderr=open(f"{work}/ours.log", "w"))


def await_port(port, process):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)  # until it listens
    raise SystemExit("a server does not listen")


def ask(port, method, target, fields):
    head = f"{method} {target} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall((head + "\r\n").encode("latin1"))
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin1").split("\r\n")
    found = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        found[name.lower()] = value.strip()
    return lines[0].split(" ")[1], found, body


def normalised(answer, port):
    """What is compared: boundaries and letters in names do not matter."""
    status, fields, body = answer
    shown = [status]
    boundary = re.search(r"boundary=(\S+)", fields.get("content-type", ""))
    if boundary:
        body = body.replace(boundary.group(1).encode(), b"BOUNDARY")
        body = re.sub(rb"(?mi)^content-[a-z]+:", lambda m: m.group(0).lower(), body)
        fields = {**fields, "content-type": "multipart/byteranges; BOUNDARY"}
        fields["content-length"] = "of " + str(len(body))
    without = {"206": ["accept-ranges"], "304": ["last-modified"]}.get(status, [])
    if fields.get("content-encoding"):
        without = ["accept-ranges"]
    if int(status) >= 300 and status != "304":
        without = ["content-type", "content-length", "cache-control"]
        body = b""
    for name in FIELDS:
        if name in fields and name not in without:
            shown.append(f"{name}: {fields[name].lower()}".replace(str(port), "PORT"))
    shown.append(f"body: {len(body)} bytes, {hash(body) & 0xffff:04x}")
    return shown


def main():
    appserver, plugins = (os.path.abspath(path) for path in sys.argv[1:3])
    nginx = sys.argv[3] if len(sys.argv) > 3 else "/usr/sbin/nginx"
    unexplained = stale = 0
    with tempfile.TemporaryDirectory() as work:
        os.chmod(work, 0o755)
        root = f"{work}/site/root"
        make_site(root)
        ports = [free_port(), free_port()]
        servers = [start_nginx(nginx, work, root, ports[0]),
                   start_ours(appserver, plugins, work, root, ports[1])]
        try:
            for port, server in zip(ports, servers):
                await_port(port, server)
            tags = [ask(port, "GET", "/a.txt", {})[1]["etag"] for port in ports]
            for name, method, target, fields in ROWS:
                sides = []
                for port, tag in zip(ports, tags):
                    own = {k: v.replace("ETAG", tag) for k, v in fields.items()}
                    sides.append(normalised(ask(port, method, target, own), port))
                same, why = sides[0] == sides[1], EXPLAINED.get(name)
                unexplained += not same and why is None
                stale += same and why is not None
                word = "same" if same else "differs" if why else "DIFFERS"
                print(f"{word:8}{name}: {method} {target[:60]} {fields or ''}")
                if same:
                    print(f"          {'; '.join(sides[0])}")
                else:
                    print(f"   nginx  {'; '.join(sides[0])}\n   files  {'; '.join(sides[1])}")
                    print(f"   why    {why}")
        finally:
            for server in servers:
                server.send_signal(signal.SIGTERM)
            for server in servers:
                server.wait(20)
    print(f"Not compared, for it differs always:\n{EVERYWHERE}")
    print(f"{len(ROWS)} requests, {unexplained} differences without explanation, "
          f"{stale} explanations without difference")
    sys.exit(1 if unexplained or stale else 0)


if __name__ == "__main__":
    main()
