//! Comments and baselines let old findings rest, never new ones: not by a swap, not by a copy, not by a move, and not
//! by a comment that nobody is told of.

use super::repository::{FOUND, LEGACY, Repo, judge, notebook};

const WEAKENED: &str = "error[policy/policy-weakened] app/new.py";

#[test]
fn a_new_suppression_is_told() {
    judge(&[
        ("behind the import", FOUND, WEAKENED, |r| new(r, "import requests  # policy: allow(http) -- needed\n")),
        ("above the import", FOUND, WEAKENED, |r| new(r, "# policy: allow(http) -- needed\nimport requests\n")),
        ("behind another comment", FOUND, WEAKENED, |r| {
            new(r, "import requests  # noqa # policy: allow(http) -- needed\n");
        }),
        ("on an inner line", FOUND, WEAKENED, |r| {
            new(r, "from requests import (\n    Session,  # policy: allow(http) -- needed\n)\n");
        }),
        ("for the whole file", FOUND, WEAKENED, |r| new(r, "# policy: allow-file(http) -- needed\nimport requests\n")),
        ("until a day far away", FOUND, WEAKENED, |r| {
            new(r, "import requests  # policy: allow(http) until=2999-12-31 -- needed\n");
        }),
        ("of several rules", FOUND, WEAKENED, |r| {
            new(r, "import pytz, requests  # policy: allow(clock, http) -- needed\n");
        }),
        ("of itself, too", FOUND, WEAKENED, |r| {
            new(r, "# policy: allow-file(http, policy/policy-weakened) -- needed\nimport requests\n");
        }),
        ("in a stub", FOUND, "error[policy/policy-weakened]", |r| {
            r.write("app/new.pyi", "import requests  # policy: allow(http) -- needed\n");
        }),
        ("in a notebook", FOUND, "error[policy/policy-weakened]", |r| {
            r.write("app/new.ipynb", notebook("import requests  # policy: allow(http) -- needed"));
        }),
        ("where another rule was suppressed", FOUND, "error[policy/policy-weakened]", |r| {
            r.before(allowed);
            r.edit(
                "app/allowed.py",
                "import pytz  # policy: allow(clock)",
                "import pytz, requests  # policy: allow(clock, http)",
            );
        }),
        ("wider than it was", FOUND, "error[policy/", |r| {
            r.before(allowed);
            r.write(
                "app/allowed.py",
                "# policy: allow-file(clock) -- old contracts\nimport pytz\nimport pytz.exceptions\n",
            );
        }),
        ("instead of one that was elsewhere", FOUND, WEAKENED, |r| {
            r.before(allowed);
            r.write("app/allowed.py", "import os\n");
            new(r, "import pytz  # policy: allow(clock) -- old contracts\n");
        }),
    ]);
}

#[test]
fn a_suppression_that_does_not_hold_hides_nothing() {
    judge(&[
        ("a protected rule", FOUND, "error[payments]", |r| {
            new(r, "import stripe  # policy: allow(payments) -- needed\n");
        }),
        ("a protected rule, for the whole file", FOUND, "error[payments]", |r| {
            new(r, "# policy: allow-file(payments) -- needed\nimport stripe\n");
        }),
        ("a protected rule beside one that is not", FOUND, "error[payments]", |r| {
            new(r, "import requests, stripe  # policy: allow(http, payments) -- needed\n");
        }),
        ("without a reason", FOUND, "error[http]", |r| new(r, "import requests  # policy: allow(http)\n")),
        ("with an empty reason", FOUND, "error[http]", |r| new(r, "import requests  # policy: allow(http) --  \n")),
        ("without a rule", FOUND, "error[http]", |r| new(r, "import requests  # policy: allow() -- needed\n")),
        ("of every rule", FOUND, "error[http]", |r| new(r, "import requests  # policy: allow(*) -- needed\n")),
        ("of another rule", FOUND, "error[http]", |r| new(r, "import requests  # policy: allow(clock) -- needed\n")),
        ("past its day", FOUND, "error[http]", |r| {
            new(r, "import requests  # policy: allow(http) until=2020-01-01 -- needed\n");
        }),
        ("on no day of the calendar", FOUND, "error[http]", |r| {
            new(r, "import requests  # policy: allow(http) until=2999-02-31 -- needed\n");
        }),
        ("in a string", FOUND, "error[http]", |r| new(r, "import requests; \"# policy: allow(http) -- needed\"\n")),
        ("in a string of several lines", FOUND, "error[http]", |r| {
            new(r, "\"\"\"\n# policy: allow-file(http) -- needed\n\"\"\"\nimport requests\n");
        }),
        ("for the file, but not at its beginning", FOUND, "error[http]", |r| {
            new(r, "import os\n# policy: allow-file(http) -- needed\n\nimport requests\n");
        }),
        ("on the next statement", FOUND, "error[http]", |r| {
            new(r, "import requests\nimport os  # policy: allow(http) -- needed\n");
        }),
        ("on the last line of a statement", FOUND, "error[http]", |r| {
            new(r, "from requests import (\n    Session,\n)  # policy: allow(http) -- needed\n");
        }),
        ("of other tools", FOUND, "error[http]", |r| new(r, "import requests  # noqa  # type: ignore  # nosec\n")),
        ("more often than agreed", FOUND, "error[policy/", |r| {
            r.before(allowed);
            new(r, "import pytz  # policy: allow(clock) -- one more\n");
        }),
        ("behind what was suppressed", FOUND, "error[http]", |r| {
            r.before(allowed);
            r.edit("app/allowed.py", "import pytz  #", "import pytz, requests  #");
        }),
    ]);
}

#[test]
fn old_findings_are_no_ticket_for_new_ones() {
    const NEW: &str = "error[http] app/new.py";
    const OLD: &str = "error[http] old/legacy.py";
    judge(&[
        ("one mended, one new in another function", FOUND, OLD, |r| {
            mended(r);
            r.append("old/legacy.py", &function("drop"));
        }),
        ("one mended, one new in a method of the same name", FOUND, OLD, |r| {
            mended(r);
            r.append("old/legacy.py", "\n\nclass Client:\n    def load(self):\n        import requests\n");
        }),
        ("one mended, one new at the top", FOUND, OLD, |r| {
            mended(r);
            r.append("old/legacy.py", "\n\nimport requests\n");
        }),
        ("one mended, one new in another file", FOUND, NEW, |r| {
            mended(r);
            r.violate();
        }),
        ("one mended, one new in a function of the same name", FOUND, NEW, |r| {
            mended(r);
            r.write("app/new.py", function("load"));
        }),
        ("one mended, the other twice", FOUND, OLD, |r| {
            mended(r);
            r.append("old/legacy.py", "    import requests\n");
        }),
        ("another name of the library", FOUND, OLD, |r| {
            r.edit("old/legacy.py", "    import requests\n", "    from requests import Session\n");
        }),
        ("a third beside the two", FOUND, OLD, |r| {
            r.edit("old/legacy.py", "url)\n\n\ndef", "url)\n\n    import requests\n\n\ndef");
        }),
        ("the same statement twice on one line", FOUND, OLD, |r| {
            r.edit("old/legacy.py", "import requests\n", "import requests; import requests\n");
        }),
        ("a copy", FOUND, NEW, |r| r.write("app/new.py", LEGACY)),
        ("a copy in the same folder", FOUND, "error[http] old/legacy2.py", |r| r.write("old/legacy2.py", LEGACY)),
        ("a move, and one more", FOUND, NEW, |r| {
            r.git(&["mv", "old/legacy.py", "app/new.py"]);
            r.append("app/new.py", &function("drop"));
        }),
        ("a move, and what is left behind", FOUND, "error[http]", |r| {
            r.git(&["mv", "old/legacy.py", "app/new.py"]);
            r.write("old/legacy.py", function("load"));
        }),
        ("a move in two", FOUND, "error[http]", |r| {
            r.git(&["mv", "old/legacy.py", "app/new.py"]);
            r.write("app/newer.py", LEGACY);
        }),
        ("a removal, and something else elsewhere", FOUND, NEW, |r| {
            r.remove("old/legacy.py");
            r.write(
                "app/new.py",
                "import os\n\nimport requests\n\nprint(os.name, requests.get(\"https://example.org\"))\n",
            );
        }),
        ("a removal, and other functions elsewhere", FOUND, NEW, |r| {
            r.remove("old/legacy.py");
            r.write("app/new.py", format!("{}{}", function("drop"), function("list")));
        }),
        ("an entry for a file that is long gone", FOUND, NEW, |r| {
            r.before(|r| r.edit("policy.baseline", "http\told", "http\tapp/new.py\t\trequests\t0\nhttp\told"));
            r.violate();
        }),
        ("an entry for what was mended long ago", FOUND, OLD, |r| {
            r.before(mended);
            r.edit("old/legacy.py", "    return url\n", "    import requests\n\n    return requests.get(url)\n");
        }),
    ]);
}

fn new(r: &Repo, text: &str) {
    r.write("app/new.py", text);
}

/// The one suppression that the base agrees to.
fn allowed(r: &Repo) {
    r.write("app/allowed.py", "import pytz  # policy: allow(clock) -- old contracts\n");
}

fn mended(r: &Repo) {
    r.edit("old/legacy.py", "    import requests\n\n    return requests.get(url)\n", "    return url\n");
}

fn function(name: &str) -> String {
    format!("\n\ndef {name}(url):\n    import requests\n\n    return requests.head(url)\n")
}
