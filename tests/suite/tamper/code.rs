//! The library comes in through code, through other modules and through manifests; however it is written, it is found,
//! also where the change lies in another file than the finding.

use super::repository::{EITHER, FOUND, Repo, STOPPED, judge, notebook};

const NEW: &str = "error[http] app/new.py";

#[test]
fn python_can_be_written_in_many_ways() {
    judge(&[
        ("under another name", FOUND, NEW, |r| new(r, "import requests as json\n")),
        ("a part of it", FOUND, NEW, |r| new(r, "from requests.adapters import HTTPAdapter as A\n")),
        ("all of it", FOUND, NEW, |r| new(r, "from requests import *\n")),
        ("behind a semicolon", FOUND, NEW, |r| new(r, "x = 1; import requests\n")),
        ("over several lines", FOUND, NEW, |r| new(r, "import \\\n  os, \\\n  requests\n")),
        ("in a function", FOUND, NEW, |r| new(r, "def f():\n    import requests\n")),
        ("in a class", FOUND, NEW, |r| new(r, "class A:\n    import requests as http\n")),
        ("where it may be missing", FOUND, NEW, |r| {
            new(r, "try:\n    import requests\nexcept ImportError:\n    requests = None\n");
        }),
        ("for types only, so it says", FOUND, NEW, |r| {
            new(r, "TYPE_CHECKING = True\nif TYPE_CHECKING:\n    import requests\n");
        }),
        ("for types only, then rebound", FOUND, NEW, |r| {
            new(r, "from typing import TYPE_CHECKING\nTYPE_CHECKING = 1\nif TYPE_CHECKING:\n    import requests\n");
        }),
        ("for types only", FOUND, NEW, |r| {
            new(r, "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import requests\n");
        }),
        ("never, so it says", FOUND, NEW, |r| new(r, "if False:\n    import requests\n")),
        ("for an old Python", FOUND, NEW, |r| {
            new(r, "import sys\nif sys.version_info < (3, 0):\n    import requests\n");
        }),
        ("later", FOUND, NEW, |r| new(r, "lazy import requests\n")),
        ("in Python 2", FOUND, NEW, |r| new(r, "print 'x'\nimport requests\n")),
        ("by a call", FOUND, NEW, |r| new(r, "import importlib\nimportlib.import_module(\"requests\")\n")),
        ("by a call under another name", FOUND, NEW, |r| {
            new(r, "from importlib import import_module as m\nm('requests')\n");
        }),
        ("by the builtin", FOUND, NEW, |r| new(r, "__import__('requests')\n")),
        ("by pieces", FOUND, NEW, |r| new(r, "__import__('re' 'qu' + 'ests')\n")),
        ("by a constant", FOUND, NEW, |r| {
            new(r, "import importlib\nNAME = 'requests'\nimportlib.import_module(NAME)\n");
        }),
        ("by escapes", FOUND, NEW, |r| new(r, "__import__('\\x72equests')\n")),
        ("by code in a string", FOUND, NEW, |r| new(r, "exec('import requests')\n")),
        ("from the table of modules", FOUND, NEW, |r| new(r, "import sys\nsys.modules['requests']\n")),
        ("behind a lone carriage return", FOUND, NEW, |r| new(r, "# x\rimport requests\n")),
        ("behind a form feed", FOUND, NEW, |r| new(r, "\x0cimport requests\n")),
        ("in letters that Python folds", FOUND, NEW, |r| new(r, "import \u{ff52}equest\u{17f}\n")),
        ("behind a mark of its encoding", FOUND, NEW, |r| new(r, "\u{feff}import requests\n")),
        ("in Latin 1", FOUND, NEW, |r| r.write("app/new.py", b"# coding: latin-1\n# caf\xe9\nimport requests\n")),
        ("in UTF-7", STOPPED, "app/new.py", |r| new(r, "# coding: utf-7\n+AGkAbQBwAG8AcgB0- requests\n")),
        ("in an encoding that it does not name", STOPPED, "app/new.py", |r| {
            r.write("app/new.py", b"import os # caf\xe9\nimport requests\n");
        }),
        ("in UTF-16", STOPPED, "app/new.py", |r| {
            r.write("app/new.py", b"\xff\xfei\0m\0p\0o\0r\0t\0 \0r\0e\0q\0u\0e\0s\0t\0s\0\n\0");
        }),
        ("behind a NUL", STOPPED, "app/new.py", |r| new(r, "import os\n\0\nimport requests\n")),
        ("in an encoding that nobody knows", STOPPED, "app/new.py", |r| new(r, "# coding: rot13\nvzcbeg erdhrfgf\n")),
        ("behind what cannot be parsed", EITHER, "app/new.py", |r| new(r, "def (:\n  ]]\nimport requests\n")),
        ("behind very many brackets", EITHER, "app/new.py", |r| {
            new(r, &format!("x = {}\nimport requests\n", "(".repeat(100_000)));
        }),
        ("as an empty statement of its own", FOUND, NEW, |r| new(r, "import requests")),
    ]);
}

#[test]
fn modules_hand_nothing_on() {
    judge(&[
        ("the wrapper gives the library", FOUND, NEW, |r| {
            r.append("wrapper/__init__.py", "import requests\n");
            new(r, "from wrapper import requests\n");
        }),
        ("the wrapper gives a part under another name", FOUND, NEW, |r| {
            r.append("wrapper/__init__.py", "from requests import get as fetch\n");
            new(r, "from wrapper import fetch\n");
        }),
        ("the wrapper gives everything", FOUND, NEW, |r| {
            r.append("wrapper/__init__.py", "from requests import *\n");
            new(r, "from wrapper import *\n\nget(\"https://example.org\")\n");
        }),
        ("the client gives what it imports", FOUND, NEW, |r| new(r, "from wrapper.client import requests\n")),
        ("the client is asked for what it imports", FOUND, NEW, |r| {
            new(r, "import wrapper.client\n\nwrapper.client.requests.get(\"https://example.org\")\n");
        }),
        ("over two modules", FOUND, NEW, |r| {
            r.write("app/hub.py", "from wrapper.client import requests as r\n");
            new(r, "from .hub import r\n");
        }),
        ("the wrapper alone is changed", FOUND, "error[http] app/uses.py", |r| {
            r.write("wrapper/__init__.py", "from requests import get as http\n");
        }),
        ("a module between is changed", FOUND, "error[http] app/uses.py", |r| {
            r.before(|r| {
                r.write("wrapper/inner.py", "from .client import http\n");
                r.write("wrapper/__init__.py", "from .inner import http\n");
            });
            r.write("wrapper/inner.py", "import requests\n\nhttp = requests.get\n");
        }),
        ("a star lets it through", FOUND, "error[http] app/star.py", |r| {
            r.before(|r| r.write("app/star.py", "from wrapper import *\n\nfetch(\"https://example.org\")\n"));
            r.append("wrapper/__init__.py", "from requests import get as fetch\n");
        }),
        ("a new package stands in front of the wrapper", FOUND, "error[http] app/uses.py", |r| {
            r.git(&["mv", "wrapper/client.py", "wrapper/http.py"]);
            r.write("wrapper/__init__.py", "from requests import api as http\n");
        }),
        ("a library that is not there", FOUND, "error[http] app/clean.py", |r| {
            r.write("app/clean.py", "from requests import nothing_of_that_name\n");
        }),
    ]);
}

#[test]
fn manifests_bring_nothing_in() {
    judge(&[
        ("a requirement", FOUND, "error[http] requirements.txt", |r| r.append("requirements.txt", "requests\n")),
        ("a requirement with extras", FOUND, "error[http]", |r| {
            r.append("requirements.txt", "Requests[socks]>=2 ; python_version > '3'\n");
        }),
        ("a requirement over two lines", FOUND, "error[http]", |r| {
            r.append("requirements.txt", "requ\\\nests==2.32.0\n");
        }),
        ("a requirement with an address", FOUND, "error[http]", |r| {
            r.append("requirements.txt", "requests @ https://example.org/r.whl\n");
        }),
        ("a file of requirements of another name", FOUND, "error[http] deps/more.txt", |r| {
            r.write("deps/more.txt", "requests\n");
            r.append("requirements.txt", "-r deps/more.txt\n");
        }),
        ("a file that was there is now one of requirements", FOUND, "error[http] data/notes.txt", |r| {
            r.before(|r| r.write("data/notes.txt", "requests\n"));
            r.append("requirements.txt", "-r data/notes.txt\n");
        }),
        ("a file of requirements that is not there", STOPPED, "requirements.txt", |r| {
            r.append("requirements.txt", "-r gone.txt\n");
        }),
        ("a file of requirements outside", STOPPED, "requirements.txt", |r| {
            r.append("requirements.txt", "-r ../more.txt\n");
        }),
        ("in UTF-16", FOUND, "error[http] requirements.txt", |r| {
            r.write("requirements.txt", b"\xff\xfer\0e\0q\0u\0e\0s\0t\0s\0\n\0");
        }),
        ("the project file", FOUND, "error[http] pyproject.toml", |r| {
            r.write(
                "pyproject.toml",
                "[project]\nname = \"x\"\nversion = \"1\"\ndependencies = [\"\\u0072equests\"]\n",
            );
        }),
        ("a group of dependencies", FOUND, "error[http] pyproject.toml", |r| {
            r.write("pyproject.toml", "[dependency-groups]\ndev = [\"requests\"]\n");
        }),
        ("the setup script", FOUND, "error[http] setup.py", |r| {
            r.write("setup.py", "from setuptools import setup\n\nsetup(name=\"x\", install_requires=[\"requests\"])\n");
        }),
        ("a lock file", FOUND, "error[http] poetry.lock", |r| {
            r.write("poetry.lock", "[[package]]\nname = \"requests\"\nversion = \"2.32.0\"\n");
        }),
        ("a container", FOUND, "error[http] Dockerfile", |r| {
            r.write("Dockerfile", "FROM python:3.12\nRUN pip install --no-cache-dir \\\n    \"requests==2.32.0\"\n");
        }),
        ("a workflow", FOUND, "error[http] .github/workflows/ci.yml", |r| {
            r.write(
                ".github/workflows/ci.yml",
                "on: push\njobs:\n  t:\n    steps:\n      - run: pip install requests\n",
            );
        }),
        ("a makefile", FOUND, "error[http] Makefile", |r| r.write("Makefile", "install:\n\tpip install requests\n")),
        ("a command in a notebook", FOUND, "error[http] app/new.ipynb", |r| {
            r.write("app/new.ipynb", notebook("!pip install requests"));
        }),
        ("a project file that nobody can read", EITHER, "pyproject.toml", |r| {
            r.write("pyproject.toml", "[project\ndependencies = [\"requests\"]\n");
        }),
        ("a script of its own", FOUND, NEW, |r| {
            new(r, "# /// script\n# dependencies = [\"requests\"]\n# ///\nprint()\n");
        }),
        ("a wider requirement beside one that was there", FOUND, "error[payments] requirements.txt", |r| {
            r.before(|r| r.append("requirements.txt", "requests==2.32.0\n"));
            r.append("requirements.txt", "stripe\n");
        }),
    ]);
}

fn new(r: &Repo, text: &str) {
    r.write("app/new.py", text);
}
