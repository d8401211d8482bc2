//! What git tracks is judged, wherever it lies, whatever it is called and whatever files beside it say; what cannot be
//! read as code is told.

#[cfg(unix)]
use super::repository::Case;
use super::repository::{EITHER, FOUND, Repo, STOPPED, judge, notebook};

const NEW: &str = "error[http] app/new.py";
const OPAQUE: &str = "error[policy/opaque-code]";

#[test]
fn files_beside_it_hide_nothing() {
    judge(&[
        ("ignored", FOUND, NEW, |r| beside(r, ".gitignore", "app/new.py\n")),
        ("ignored by a rule that was there", FOUND, "error[http] generated/new.py", |r| forced(r, "generated/new.py")),
        ("ignored by a pattern that was there", FOUND, "error[http] app/new.tmp.py", |r| forced(r, "app/new.tmp.py")),
        ("ignored in its folder", FOUND, NEW, |r| beside(r, "app/.gitignore", "*\n")),
        ("everything is ignored", FOUND, NEW, |r| beside(r, ".gitignore", "*\n")),
        ("ignored for search tools", FOUND, NEW, |r| beside(r, ".ignore", "app/\n")),
        ("ignored in this clone", FOUND, NEW, |r| beside(r, ".git/info/exclude", "app/\n")),
        ("ignored and broken off", EITHER, "", |r| beside(r, ".gitignore", "[\n\\\n**\0\n")),
        ("left out of archives", FOUND, NEW, |r| attributes(r, "* export-ignore export-subst")),
        ("without a diff", FOUND, NEW, |r| attributes(r, "* -diff")),
        ("binary", FOUND, NEW, |r| attributes(r, "* binary")),
        ("generated", FOUND, NEW, |r| attributes(r, "* linguist-generated linguist-vendored -linguist-detectable")),
        ("merged in another way", FOUND, NEW, |r| attributes(r, "* merge=ours -merge")),
        ("filtered by nobody", FOUND, NEW, |r| attributes(r, "* filter=hidden")),
        ("kept elsewhere", FOUND, NEW, |r| attributes(r, "* filter=lfs diff=lfs merge=lfs -text")),
        ("with identifiers", FOUND, NEW, |r| attributes(r, "* ident eol=crlf text")),
        ("another encoding in the work tree", FOUND, NEW, |r| {
            attributes(r, "new.py working-tree-encoding=UTF-16LE");
            let wide = "import requests\n".encode_utf16().flat_map(u16::to_le_bytes);
            r.write("app/new.py", wide.collect::<Vec<u8>>());
        }),
        ("attributes are a folder", FOUND, NEW, |r| {
            r.write(".gitattributes/app", "new.py -diff\n");
            r.violate();
        }),
        ("the folder looks like an environment", FOUND, NEW, |r| beside(r, "app/pyvenv.cfg", "home = /usr/bin\n")),
        ("the root looks like an environment", FOUND, NEW, |r| beside(r, "pyvenv.cfg", "home = /usr/bin\n")),
        ("the folder looks like a cache", FOUND, NEW, |r| {
            beside(r, "app/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");
        }),
        ("the folder is said to hold a repository", FOUND, NEW, |r| {
            beside(r, ".gitmodules", "[submodule \"app\"]\n\tpath = app\n\turl = ./app\n\tignore = all\n");
        }),
    ]);
}

#[test]
fn folders_and_names_hide_nothing() {
    judge(&[
        ("installed packages", FOUND, "error[http]", |r| forced(r, "app/site-packages/new.py")),
        ("packages of another language", FOUND, "error[http]", |r| forced(r, "node_modules/new.py")),
        ("an environment", FOUND, "error[http]", |r| {
            r.write(".venv/pyvenv.cfg", "home = /usr/bin\n");
            forced(r, ".venv/new.py");
        }),
        ("what a build made", FOUND, "error[http]", |r| forced(r, "build/new.py")),
        ("what is handed out", FOUND, "error[http]", |r| forced(r, "dist/new.py")),
        ("caches", FOUND, "error[http]", |r| forced(r, "app/__pycache__/new.py")),
        ("folders of tools", FOUND, ".tox/new.py .nox/new.py .mypy_cache/new.py .eggs/new.py", |r| {
            all(r, &[".tox/new.py", ".nox/new.py", ".mypy_cache/new.py", ".eggs/new.py"]);
        }),
        ("folders of other version control", FOUND, ".hg/new.py .svn/new.py", |r| {
            all(r, &[".hg/new.py", ".svn/new.py"]);
        }),
        ("a hidden folder", FOUND, "error[http]", |r| forced(r, ".hidden/.new.py")),
        ("a folder called like the exempt one", FOUND, "error[http]", |r| forced(r, "app/wrapper/new.py")),
        ("a folder called almost like the exempt one", FOUND, "error[http]", |r| forced(r, "wrapper2/new.py")),
        ("a very deep folder", FOUND, "error[http]", |r| forced(r, &format!("{}new.py", "a/".repeat(150)))),
        ("a stub", FOUND, "error[http] app/new.pyi", |r| forced(r, "app/new.pyi")),
        ("a program with windows", FOUND, "error[http] app/new.pyw", |r| forced(r, "app/new.pyw")),
        ("capital letters", FOUND, "error[http]", |r| only_in_commit(r, "app/NEW.PY")),
        ("names that differ in case only", FOUND, "error[http] app/Clean.py", |r| only_in_commit(r, "app/Clean.py")),
        ("a program without a suffix", FOUND, "error[http] bin/new", |r| {
            r.write("bin/new", "#!/usr/bin/env python3\nimport requests\n");
        }),
        ("a program with options", FOUND, "error[http] bin/new", |r| {
            r.write("bin/new", "#!/usr/bin/env -S python3 -u\nimport requests\n");
        }),
        ("a program that was a file without code", FOUND, "error[http] bin/tool", |r| {
            r.before(|r| r.write("bin/tool", "import requests\n"));
            r.write("bin/tool", "#!/usr/bin/python3\nimport requests\n");
        }),
        ("a notebook", FOUND, "error[http] app/new.ipynb", |r| r.write("app/new.ipynb", notebook("import requests"))),
        ("another name", FOUND, "error[http] app/new.py", |r| {
            r.before(|r| r.write("app/notes.txt", "import requests\n"));
            r.git(&["mv", "app/notes.txt", "app/new.py"]);
        }),
        ("out of the exempt folder", FOUND, "error[http] app/client.py", |r| {
            r.git(&["mv", "wrapper/client.py", "app/client.py"]);
        }),
        ("the file is called like an option", FOUND, "-h.py --since=main.py --.py", |r| {
            all(r, &["-h.py", "--since=main.py", "--.py", "--help", "-"]);
        }),
        ("a file is called like the base", FOUND, NEW, |r| beside(r, "main", "text\n")),
        ("a file is called like the commit", FOUND, NEW, |r| beside(r, "HEAD", "text\n")),
        ("many files", FOUND, "error[http] app/f777.py", |r| {
            (0..1500).for_each(|n| r.write(&format!("app/f{n}.py"), "import os\n"));
            r.write("app/f777.py", "import requests\n");
        }),
        ("a large file", EITHER, "app/new.py", |r| {
            r.write("app/new.py", format!("{}import requests\n", "x = 1\n".repeat(400_000)));
        }),
        ("a file that never ends a string", STOPPED, "app/new.py", |r| {
            r.write("app/new.py", "x = '''\nimport requests\n");
        }),
    ]);
}

#[test]
fn code_that_nobody_can_read_is_told() {
    judge(&[
        ("a repository inside", FOUND, OPAQUE, |r| gitlink(r, "app/vendored")),
        ("a repository inside, said so", FOUND, OPAQUE, |r| {
            r.write(
                ".gitmodules",
                "[submodule \"app/vendored\"]\n\tpath = app/vendored\n\turl = https://example.org/x\n",
            );
            r.git(&["add", ".gitmodules"]);
            gitlink(r, "app/vendored");
        }),
        ("another commit of a repository inside", FOUND, OPAQUE, |r| {
            r.git(&["checkout", "--quiet", "main"]);
            gitlink(r, "app/vendored");
            r.git(&["checkout", "--quiet", "-B", "pr"]);
            let commit = r.git(&["rev-parse", "main"]);
            r.git(&["update-index", "--cacheinfo", &format!("160000,{commit},app/vendored")]);
            r.commit_index();
        }),
        ("a repository in place of a folder", EITHER, OPAQUE, |r| {
            r.git(&["rm", "--quiet", "-r", "wrapper"]);
            gitlink(r, "wrapper");
        }),
        ("compiled code", FOUND, OPAQUE, |r| forced(r, "app/new.pyc")),
        ("compiled code in its cache", FOUND, OPAQUE, |r| forced(r, "app/__pycache__/new.cpython-312.pyc")),
        ("compiled code, in capital letters", FOUND, OPAQUE, |r| forced(r, "app/new.PYC")),
        ("an extension", FOUND, OPAQUE, |r| forced(r, "app/new.cpython-312-x86_64-linux-gnu.so")),
        ("an extension of another system", FOUND, OPAQUE, |r| forced(r, "app/new.pyd")),
        ("an application in one file", FOUND, OPAQUE, |r| forced(r, "app/new.pyz")),
        ("an egg", FOUND, OPAQUE, |r| forced(r, "app/new.egg")),
        ("lines that run at every start", FOUND, OPAQUE, |r| forced(r, "app/new.pth")),
        ("an extension with other content", FOUND, OPAQUE, |r| {
            r.before(|r| r.write("app/fast.so", "old"));
            r.write("app/fast.so", "new");
        }),
    ]);
}

#[test]
fn a_module_with_the_name_of_a_library_is_told() {
    const SHADOW: &str = "error[policy/shadowed-library]";
    judge(&[
        ("a module", FOUND, SHADOW, |r| r.write("requests.py", "def get(url): ...\n")),
        ("a package", FOUND, SHADOW, |r| r.write("requests/__init__.py", "")),
        ("a package without a beginning", FOUND, SHADOW, |r| r.write("requests/api.py", "def get(url): ...\n")),
        ("a package in another root", FOUND, SHADOW, |r| r.write("src/requests/__init__.py", "")),
        ("a module of a library that nobody forbids", FOUND, SHADOW, |r| r.write("numpy.py", "")),
        ("a module, used at once", FOUND, "error[policy/shadowed-library] error[http] app/new.py", |r| {
            r.write("requests.py", "");
            r.violate();
        }),
        ("a package that is said to be ours", FOUND, SHADOW, |r| {
            r.write("requests/__init__.py", "");
            r.edit("policy.yaml", "version: 1\n", "version: 1\npython: { shadows: [requests] }\n");
        }),
    ]);
}

#[cfg(unix)]
#[test]
fn links_and_odd_names_hide_nothing() {
    judge(UNIX);
}

#[cfg(unix)]
const UNIX: &[Case] = &[
    ("a link to an exempt file", FOUND, NEW, |r| r.link("../wrapper/client.py", "app/new.py")),
    ("a link to a file that is no code", FOUND, NEW, |r| {
        r.write("data/notes.txt", "import requests\n");
        r.link("../data/notes.txt", "app/new.py");
    }),
    ("a link to a link", FOUND, NEW, |r| {
        r.link("../wrapper/client.py", "app/hop.txt");
        r.link("hop.txt", "app/new.py");
    }),
    ("only what a link leads to is changed", FOUND, NEW, |r| {
        r.before(|r| {
            r.write("data/notes.txt", "import os\n");
            r.link("../data/notes.txt", "app/new.py");
        });
        r.write("data/notes.txt", "import requests\n");
    }),
    ("a link leads elsewhere now", FOUND, "error[http] app/clean.py", |r| {
        r.remove("app/clean.py");
        r.link("../wrapper/client.py", "app/clean.py");
    }),
    ("a link leads out of the repository", STOPPED, "app/new.py", |r| {
        std::fs::write(r.outside("new.py"), "import requests\n").expect("a file");
        r.link("../../new.py", "app/new.py");
    }),
    ("a link leads to a whole path", EITHER, "app/new.py", |r| {
        let target = r.folder().join("wrapper/client.py");
        r.link(target.to_str().expect("a name"), "app/new.py");
    }),
    ("a link leads nowhere", STOPPED, "app/new.py", |r| r.link("gone.py", "app/new.py")),
    ("a link leads to itself", STOPPED, "app/new.py", |r| r.link("new.py", "app/new.py")),
    ("a link leads into the repository's own folder", STOPPED, "app/new.py", |r| {
        r.link("../.git/config", "app/new.py");
    }),
    ("the code is where a link leads", EITHER, "", |r| {
        r.stage("120000", "app/new.py", "import requests\n");
        r.commit_index();
    }),
    ("a link is checked out as a file", FOUND, NEW, |r| {
        r.git(&["config", "core.symlinks", "false"]);
        r.stage("120000", "app/new.py", "../wrapper/client.py");
        r.commit_index();
        r.write("app/new.py", "../wrapper/client.py");
    }),
    ("a requirement file is a link", FOUND, "error[http]", |r| {
        r.write("data/notes.txt", "requests==2.32.0\n");
        r.link("data/notes.txt", "requirements-dev.txt");
    }),
    ("a program is made one by its mode", FOUND, NEW, |r| {
        use std::os::unix::fs::PermissionsExt;
        r.violate();
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(r.folder().join("app/new.py"), mode).expect("a mode");
    }),
    ("a line end in its name", FOUND, "error[http]", |r| forced(r, "app/new\nfile.py")),
    ("a tab in its name", FOUND, "error[http]", |r| forced(r, "app/new\tfile.py")),
    ("quotes in its name", FOUND, "error[http]", |r| forced(r, "app/\"new'.py")),
    ("a backslash in its name", FOUND, "error[http]", |r| forced(r, "app\\new.py")),
    ("a space before its name", FOUND, "error[http]", |r| forced(r, " new.py")),
    ("an arrow in its name", FOUND, "error[http]", |r| forced(r, "app/a => b.py")),
    ("a pattern for its name", FOUND, "*.py :(exclude)app.py :!x.py [a].py #.py !.py", |r| {
        all(r, &["*.py", ":(exclude)app.py", ":!x.py", "[a].py", "#.py", "!.py"]);
    }),
    ("a name that looks like a command of the runner", FOUND, "error[http]", |r| forced(r, "::stop-commands::x.py")),
    ("a name in letters that Python folds", FOUND, "error[http]", |r| forced(r, "app/\u{ff4e}ew.py")),
    ("a name that is not UTF-8", FOUND, "error[http]", |r| {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"app/new\xff\n.py");
        std::fs::write(r.folder().join(name), "import requests\n").expect("a file");
    }),
];

/// The violation, and one more file beside it.
#[track_caller]
fn beside(r: &Repo, path: &str, text: &str) {
    r.write(path, text);
    if !path.starts_with(".git/") {
        r.git(&["add", "--force", "--", path]);
    }
    forced(r, "app/new.py");
}

/// The violation, with attributes that hold for it.
#[track_caller]
fn attributes(r: &Repo, line: &str) {
    r.write(".gitattributes", format!("{line}\n"));
    r.write("app/.gitattributes", format!("{line}\n"));
    r.violate();
}

/// The violation at this path, tracked even if ignored.
#[track_caller]
fn forced(r: &Repo, path: &str) {
    r.write(path, "import requests\n");
    r.git(&["--literal-pathspecs", "add", "--force", "--", path]);
}

/// The violation at each of these paths.
#[track_caller]
fn all(r: &Repo, paths: &[&str]) {
    for path in paths {
        forced(r, path);
    }
}

/// A commit of a repository that is not there.
#[track_caller]
fn gitlink(r: &Repo, path: &str) {
    let commit = "1234567890123456789012345678901234567890";
    r.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},{path}")]);
    r.commit_index();
}

/// The violation at this path, where the work tree need not be able to have it.
#[track_caller]
fn only_in_commit(r: &Repo, path: &str) {
    r.stage("100644", path, "import requests\n");
    r.commit_index();
}

/// Folders that were asked for by name must hold what is judged: a change could turn one into a link, or put its files elsewhere.
#[test]
fn a_path_that_leads_elsewhere_is_never_clean() {
    let moved = |repo: &Repo| {
        repo.git(&["mv", "app", "lib"]);
        repo.write("lib/new.py", "import requests\n");
    };
    let gate = |repo: &Repo, path: &str| repo.policy(&["check", path, "--since", "main", "--policy-ref", "main"]);
    let repo = Repo::base();
    moved(&repo);
    repo.commit();
    let gone = gate(&repo, "app");
    assert_eq!(gone.code, 2, "{}{}", gone.stdout, gone.stderr);
    assert!(gone.stderr.contains("was a folder, and is none in what is judged"), "{}", gone.stderr);
    repo.link("lib", "app");
    repo.commit();
    for arguments in [
        &["check", "app", "--since", "main", "--policy-ref", "main"][..],
        &["check", "app", "--since", "main"],
        &["check", "app", "--policy-ref", "main"],
        &["check", "app/new.py", "--policy-ref", "main"],
        &["check", "app", "--staged"],
    ] {
        let linked = repo.policy(arguments);
        assert_eq!(linked.code, 2, "{arguments:?} {}{}", linked.stdout, linked.stderr);
        assert!(linked.stderr.contains("leads through a link"), "{arguments:?} {}", linked.stderr);
    }
    assert_eq!(gate(&repo, "lib").code, 1);
    // A file that is gone is no trouble: nothing of it is left to judge.
    let repo = Repo::base();
    repo.before(|repo| repo.write("app/extra.py", "import os\n"));
    repo.remove("app/extra.py");
    repo.commit();
    assert_eq!(gate(&repo, "app/extra.py").code, 0);
}
