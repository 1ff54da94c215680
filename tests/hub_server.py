"""A loopback server that speaks as much of the Hub's API as pushing and loading a dataset takes, with faults to plant.

    with Hub() as hub:
        hub.plant("POST", "/commit/", status=500)     # the next such request, once
        ...                                            # clients run with **hub.environment(home)
        hub.files("me/data")["README.md"]              # bytes of the branch main

`mode` is what the Hub says of Parquet files: "regular" puts them into the commit itself, "lfs" makes the client send
them first, by their hash (with HF_HUB_DISABLE_XET: the Xet protocol is not spoken here). All else is regular.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN, READER, OWNER = "hf_loopback", "hf_reader", "me"  # a token that may write, one that may not


@dataclass
class Commit:
    sha: str
    message: str
    files: dict[str, bytes]


@dataclass
class Repo:
    private: bool
    branches: dict[str, list[Commit]] = field(default_factory=dict)

    def commit(self, branch: str, message: str, files: dict[str, bytes]) -> Commit:
        made = self.branches.setdefault(branch, [])
        text = f"{branch}\n{len(made)}\n{message}\n" + "\n".join(f"{p} {_oid(c)}" for p, c in sorted(files.items()))
        made.append(Commit(sha1(text.encode()).hexdigest(), message, files))
        return made[-1]

    def at(self, revision: str) -> Commit | None:
        """The commit of a branch's name or of a hash."""
        if revision in self.branches:
            return self.branches[revision][-1]
        return next((c for commits in self.branches.values() for c in commits if c.sha == revision), None)


@dataclass
class Fault:
    """What happens to the next `times` requests of a method whose path holds `part`."""

    method: str
    part: str
    status: int  # 0: the connection is cut when half of the body is read; -1: when all was done, before the answer
    times: int


class Hub:
    """The server, in a thread of this process; its state is public to the tests."""

    def __init__(self, mode: str = "regular") -> None:
        self.mode, self.repos, self.blobs = mode, dict[str, Repo](), dict[str, bytes]()
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str]] = []  # method and path of all that came
        self.agents: set[str] = set()  # User-Agent headers
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Hub:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def environment(self, home: Path, token: str = TOKEN) -> dict[str, str]:
        """What a client's environment must hold. `token` "" is none; the home has its cache and stored tokens."""
        return {"HF_ENDPOINT": self.url, "HF_HOME": str(home), "HF_TOKEN": token, "HF_HUB_OFFLINE": "0",
                "HF_HUB_DISABLE_XET": "1" if self.mode == "lfs" else "0", "NO_PROXY": "127.0.0.1"}

    def plant(self, method: str, part: str, *, status: int, times: int = 1) -> None:
        self.faults.append(Fault(method, part, status, times))

    def fault_of(self, method: str, path: str) -> int | None:
        with self.lock:
            self.requests.append((method, path))
            for fault in self.faults:
                if fault.times and fault.method == method and fault.part in path:
                    fault.times -= 1
                    return fault.status
        return None

    def commits(self, repo: str, branch: str = "main") -> list[Commit]:
        """The commits of a branch, without the first, which making the repository made."""
        return self.repos[repo].branches[branch][1:]

    def files(self, repo: str, branch: str = "main") -> dict[str, bytes]:
        return self.repos[repo].branches[branch][-1].files


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Handler(BaseHTTPRequestHandler):
    """One connection. A method `_<name>` of `ROUTES` gives the JSON of its answer, or sends it itself (None)."""

    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def _any(self) -> None:
        where = urlsplit(self.path)
        self.query, fault = parse_qs(where.query), self.hub.fault_of(self.command, where.path)
        self.hub.agents.add(self.headers.get("User-Agent", ""))
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length // 2 if fault == 0 else length)
        if fault == 0:
            self._cut()
            return
        if fault is not None and fault > 0:
            self._answer(fault, {"error": "planted"})
            return
        try:
            found = self._routed(unquote(where.path), cut=fault == -1)
        except Refused as refused:
            self._answer(refused.status, {"error": str(refused)}, {"X-Error-Code": refused.code,
                                                                   "X-Error-Message": str(refused)})
        else:
            if found is not None:
                self._answer(200, found)

    do_GET = do_HEAD = do_POST = do_PUT = _any  # noqa: N815  (names of http.server)

    def _routed(self, path: str, cut: bool) -> Any:
        for method, pattern, name in ROUTES:
            if self.command in method.split() and (match := re.fullmatch(pattern, path)):
                with self.hub.lock:
                    found = getattr(self, name)(**match.groupdict())
                if cut:
                    self._cut()
                    return None
                return found
        raise Refused(404, f"no such page: {self.command} {path}")

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _answer(self, status: int, data: Any, headers: Mapping[str, str] | None = None) -> None:
        raw = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(raw)),
                            **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(raw)

    # --- who may do what ----------------------------------------------------------------------------------------------

    def _token(self) -> str:
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if given not in (TOKEN, READER):
            raise Refused(401, "Invalid username or password.")
        return given

    def _writer(self, repo: str) -> None:
        if self._token() != TOKEN or repo.partition("/")[0] != OWNER:
            raise Refused(403, f"You don't have the rights to write to {repo}")

    def _repo(self, repo: str) -> Repo:
        if repo not in self.hub.repos or (self.hub.repos[repo].private and not self.headers.get("Authorization")):
            raise Refused(401 if not self.headers.get("Authorization") else 404, "Repository not found", "RepoNotFound")
        return self.hub.repos[repo]

    def _at(self, repo: str, revision: str) -> Commit:
        if (found := self._repo(repo).at(revision)) is None:
            raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return found

    # --- the pages ----------------------------------------------------------------------------------------------------

    def _whoami(self) -> Any:
        self._token()
        return {"type": "user", "name": OWNER, "orgs": []}

    def _create(self) -> Any:
        asked = json.loads(self.body)
        repo = f"{asked['organization'] or OWNER}/{asked['name']}"
        url = f"{self.hub.url}/datasets/{repo}"
        self._writer(repo)
        if repo in self.hub.repos:
            self._answer(409, {"error": "You already created this dataset repo", "url": url})
            return None
        private = asked.get("visibility") == "private" or bool(asked.get("private"))
        self.hub.repos[repo] = Repo(private)
        self.hub.repos[repo].commit("main", "initial commit", {".gitattributes": b"*.parquet filter=lfs\n"})
        return {"url": url}

    def _info(self, repo: str, revision: str | None = None) -> Any:
        commit = self._at(repo, revision or "main")
        return {"id": repo, "sha": commit.sha, "private": self.hub.repos[repo].private, "tags": [], "downloads": 0,
                "siblings": [{"rfilename": path} for path in sorted(commit.files)]}

    def _branch(self, repo: str, branch: str) -> Any:
        self._writer(repo)
        if branch in self._repo(repo).branches:
            raise Refused(409, "Reference already exists")
        self.hub.repos[repo].commit(branch, "branch", dict(self._at(repo, "main").files))
        return {}

    def _validate(self) -> Any:
        """Whether there is YAML at all; what is in it, the tests read with a YAML parser."""
        content = json.loads(self.body)["content"]
        if not re.match(r"---\n.+?\n---\n", content, re.DOTALL):
            self._answer(400, {"errors": [{"message": "no YAML"}], "warnings": []})
            return None
        return {"errors": [], "warnings": []}

    def _preupload(self, repo: str, revision: str) -> Any:
        self._writer(repo)
        held = self._at(repo, revision).files
        answers = []
        for file in json.loads(self.body)["files"]:
            lfs = self.hub.mode == "lfs" and file["path"].endswith(".parquet")
            content = held.get(file["path"])
            oid = None if content is None else sha256(content).hexdigest() if lfs else _oid(content)
            answers.append({"path": file["path"], "uploadMode": "lfs" if lfs else "regular", "shouldIgnore": False,
                            "oid": oid})
        return {"files": answers, "commitOid": self._at(repo, revision).sha}

    def _commit(self, repo: str, revision: str) -> Any:
        self._writer(repo)
        files, message = dict(self._at(repo, revision).files), ""
        for line in map(json.loads, self.body.splitlines()):
            value = line["value"]
            if line["key"] == "header":
                message = value["summary"]
            elif line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                if value["oid"] not in self.hub.blobs:
                    raise Refused(400, f"{value['path']}: the object was not uploaded")
                files[value["path"]] = self.hub.blobs[value["oid"]]
            elif line["key"] == "deletedFile":
                files.pop(value["path"], None)
        made = self.hub.repos[repo].commit(revision, message, files)
        return {"commitUrl": f"{self.hub.url}/datasets/{repo}/commit/{made.sha}", "commitOid": made.sha}

    def _batch(self, repo: str) -> Any:
        self._writer(repo)
        objects = []
        for asked in json.loads(self.body)["objects"]:
            there = asked["oid"] in self.hub.blobs
            href = {"href": f"{self.hub.url}/lfs/{asked['oid']}"}
            objects.append({**asked, **({} if there else {"actions": {"upload": href}})})
        return {"transfer": "basic", "objects": objects}

    def _put(self, oid: str) -> Any:
        if sha256(self.body).hexdigest() != oid:
            raise Refused(400, "not the object of that hash")
        self.hub.blobs[oid] = self.body
        return {}

    def _tree(self, repo: str, revision: str, path: str | None = None) -> Any:
        files, under = self._at(repo, revision).files, f"{path}/" if path else ""
        deep = self.query.get("recursive", ["false"])[0].lower() in ("true", "1")
        listed = {name: _entry(name, content) for name, content in files.items()
                  if name.startswith(under) and (deep or "/" not in name[len(under):])}
        for name in files:
            parts = name.split("/")[:-1]
            for end in range(1, len(parts) + 1):
                folder = "/".join(parts[:end])
                if folder.startswith(under) and (deep or "/" not in folder[len(under):]):
                    listed[folder] = {"type": "directory", "path": folder, "size": 0, "oid": sha1(b"").hexdigest()}
        if not listed:
            raise Refused(404, f"{path} is not in the repository", "EntryNotFound")
        return [listed[name] for name in sorted(listed)]

    def _paths(self, repo: str, revision: str) -> Any:
        sent = self.body.decode()
        asked = json.loads(sent)["paths"] if sent.startswith("{") else parse_qs(sent).get("paths", [])
        files = self._at(repo, revision).files
        found = [_entry(path, files[path]) for path in asked if path in files]
        return found + [{"type": "directory", "path": path, "size": 0, "oid": sha1(b"").hexdigest()} for path in asked
                        if any(name.startswith(f"{path}/") for name in files)]

    def _resolve(self, repo: str, revision: str, path: str) -> None:
        commit = self._at(repo, revision)
        if path not in commit.files:
            raise Refused(404, "Entry not found", "EntryNotFound")
        content, status = commit.files[path], 200
        headers = {"ETag": f'"{_oid(content)}"', "X-Repo-Commit": commit.sha, "Accept-Ranges": "bytes",
                   "Content-Type": "application/octet-stream"}
        if match := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            first, last = int(match[1]), min(int(match[2] or len(content)), len(content) - 1)
            headers["Content-Range"], status = f"bytes {first}-{last}/{len(content)}", 206
            content = content[first:last + 1]
        self._answer(status, content, headers)


def _entry(path: str, content: bytes) -> dict[str, Any]:
    return {"type": "file", "path": path, "size": len(content), "oid": _oid(content)}


def _oid(content: bytes) -> str:
    """The hash that git has of a file."""
    return sha1(b"blob %d\0" % len(content) + content).hexdigest()


_REPO = r"(?P<repo>[^/]+/[^/]+)"
ROUTES = (  # methods, path, method of Handler
    ("GET", "/api/whoami-v2", "_whoami"),
    ("POST", "/api/repos/create", "_create"),
    ("POST", "/api/validate-yaml", "_validate"),
    ("GET", f"/api/datasets/{_REPO}", "_info"),
    ("GET", f"/api/datasets/{_REPO}/revision/(?P<revision>.+)", "_info"),
    ("POST", f"/api/datasets/{_REPO}/branch/(?P<branch>.+)", "_branch"),
    ("POST", f"/api/datasets/{_REPO}/preupload/(?P<revision>.+)", "_preupload"),
    ("POST", f"/api/datasets/{_REPO}/commit/(?P<revision>.+)", "_commit"),
    ("GET", rf"/api/datasets/{_REPO}/tree/(?P<revision>[^/]+)/?(?P<path>.+)?", "_tree"),
    ("POST", f"/api/datasets/{_REPO}/paths-info/(?P<revision>.+)", "_paths"),
    ("POST", rf"/datasets/{_REPO}\.git/info/lfs/objects/batch", "_batch"),
    ("PUT", "/lfs/(?P<oid>[0-9a-f]{64})", "_put"),
    ("GET HEAD", f"/datasets/{_REPO}/resolve/(?P<revision>[^/]+)/(?P<path>.+)", "_resolve"),
)
