//! What code does with a library: every spelling is seen, nothing else of a file matters, and hazards end in time.

use super::harness::{folder, run, write};
use policy::engine::{Mode, try_spellings};
use policy::fact::{Fact, Role};
use policy::readers::quoted::Quoted;
use policy::readers::wanted::{Asked, Tops};
use policy::readers::{Detail, Sink, Unread, Wanted, by_name};
use policy::repo_path::RepoPath;
use policy::source::Source;
use policy::text::Positions;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::time::Duration;

const RULES: &str = "version: 1
rules:
  library: { forbid: [requests] }
  members: { forbid: { name: [requests.get, acmelib.sub.Thing] } }
  mild: { forbid: [requests], level: note, contexts: { function: none, dynamic: error } }
  moved: { moved: { requests.get: acme.http.get } }
";

#[test]
fn every_spelling_has_its_verdict() {
    let policy = super::packs::loaded(RULES);
    let today = jiff::civil::date(2026, 1, 1);
    for rule in &policy.rules {
        let tried = try_spellings(&policy, rule, today);
        let wrong: Vec<String> = tried
            .iter()
            .filter_map(|one| Some(format!("{} `{}` {:?}: {}", one.id, one.name, one.mode, one.wrong.as_ref()?)))
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", rule.id);
        assert!(tried.len() > 200, "{} of {}", tried.len(), rule.id);
    }
    let members = policy.rules.iter().find(|rule| &*rule.id == "members").unwrap();
    let tried = try_spellings(&policy, members, today);
    let of = |mode, must| tried.iter().filter(|one| one.mode == mode && one.must == must).count();
    assert!(of(Mode::Member, true) > 150 && of(Mode::Member, false) > 40, "{}", tried.len());
}

#[test]
fn a_rule_that_sees_less_fails_its_spellings() {
    // `import` covers statements and dynamic imports only; a table that it passed would prove nothing.
    let tree = folder(&[(
        "policy.yaml",
        "version: 1\nrules:\n  half: { forbid: { name: [requests.get], except: [requests.get.raw] }, python: \"<3.9\" }\n  only: { forbid: { import: [requests] } }\n",
    )]);
    let told = run(tree.path(), &["test", "--spellings", "half"]);
    assert_eq!(told.code, 0, "{}", told.stdout);
    let told = run(tree.path(), &["test", "--spellings", "only"]);
    assert_eq!(told.code, 2, "{}", told.stdout);
    assert!(told.stderr.contains("forbids nothing by name in every spelling"), "{}", told.stderr);
    let told = run(tree.path(), &["test", "--spellings", "hlaf"]);
    assert!(told.stderr.contains("did you mean `half`?"), "{}", told.stderr);
}

type Seen = (Role, String, u32, u32, u32, Option<String>);

#[derive(Default)]
struct Collect(Vec<Seen>);

impl Sink for Collect {
    fn fact(&mut self, _: &mut Positions<'_>, fact: &Fact<'_>) {
        if fact.role == Role::Use || fact.role == Role::Call {
            let bound = fact.bound.map(|bound| format!("{}@{}", bound.name, bound.scope));
            self.0.push((fact.role, fact.name.to_owned(), fact.level, fact.span.start, fact.span.end, bound));
        }
    }

    fn unread(&mut self, _: &mut Positions<'_>, _: Unread) {}
}

/// Asks for one library.
struct Only(&'static str);

impl Asked for Only {
    fn top(&self, top: &str) -> bool {
        top == self.0
    }
    fn name(&self, name: &str) -> bool {
        self.uses(name, 0)
    }
    fn uses(&self, name: &str, level: u32) -> bool {
        level == 0 && name.strip_prefix(self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

fn uses(text: &str, wanted: &Wanted<'_>) -> Vec<Seen> {
    let (reader, surface) = by_name(b"", b"a.py").unwrap();
    let mut collect = Collect::default();
    reader.read(
        &Source { path: RepoPath::root(), bytes: text.as_bytes() },
        surface,
        wanted,
        Detail::Whole,
        &mut collect,
    );
    collect.0.sort();
    collect.0
}

const SCRAPS: &[&str] = &[
    "import requests\n",
    "import requests as r, os as o\n",
    "from requests import get, Session as S\n",
    "from os import path\n",
    "requests.get(1)\n",
    "r.get(o.x, requests.x)\n",
    "get(S)\n",
    "o.path.join(r)\n",
    "def f(requests, a=r.get) -> 'requests.X':\n",
    "class C(S):\n",
    "  requests.post()\n",
    "  return r.get\n",
    "  import requests\n",
    "  global r\n",
    "  r = o\n",
    "if r.x:\n",
    "else: requests.y()\n",
    "try: r.z()\n",
    "except requests.E as r: r.w\n",
    "[requests.a for requests in r.b if requests]\n",
    "x = lambda requests=r: requests.c\n",
    "q = r\n",
    "q.d()\n",
    "a, b = r.e, o.f\n",
    "a()\n",
    "del r\n",
    "# requests.get\n",
    "'''requests.get\n'''\n",
    "f'{requests.g} {r!r}'\n",
    "x: 'list[requests.H]' = None\n",
    "match r.i:\n",
    "  case requests.J(r=k): k\n",
    "with r.k() as requests: pass\n",
    "for r in requests.l: r\n",
    "(\n requests\n .m)\n",
    "x = (\n",
    "\\\n",
    "@requests.n\n",
    "type T = requests.O\n",
    "print requests.p\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, rng_seed: RngSeed::Fixed(4), ..ProptestConfig::default() })]

    /// Skeleton == whole: what is told of one library does not depend on what else is read of a file.
    #[test]
    fn one_library_is_everything_chosen(scraps in prop::collection::vec(prop::sample::select(SCRAPS.to_vec()), 0..24)) {
        let text = scraps.concat();
        let all = Wanted { uses: true, ..Wanted::IMPORTS };
        let only = Only("requests");
        let some = Wanted { tops: Tops::Asked(&only), uses: true, ..Wanted::IMPORTS };
        let chosen: Vec<Seen> = uses(&text, &all).into_iter().filter(|seen| only.uses(&seen.1, seen.2)).collect();
        prop_assert_eq!(uses(&text, &some), chosen, "{}", text);
    }

    /// Few names are looked for as many are.
    #[test]
    fn the_fast_way_to_strings_is_the_slow_one(text in "['\"redisaiohtp._ ]{0,60}") {
        let tops = || ["redis", "aiohttp", "re"].map(str::to_owned);
        let fast: Vec<usize> = Quoted::of(tops()).places(text.as_bytes()).collect();
        let slow: Vec<usize> = Quoted::of(tops()).slowly().places(text.as_bytes()).collect();
        prop_assert_eq!(fast, slow);
    }
}

#[test]
fn a_part_of_the_tree_gives_what_the_whole_gives() {
    let tree = folder(&[
        ("policy.yaml", "version: 1\nrules:\n  r: { forbid: { name: [requests.get] } }\n"),
        ("app/__init__.py", "from .http import *\n"),
        ("app/http.py", "import requests\nfrom requests import get as fetch\nsend = requests.get\n"),
        ("app/api.py", "from . import http\nfrom .http import fetch as f\nhttp.send(1); f(2)\n"),
        ("app/ring.py", "from .gnir import x\nfrom .api import f\n"),
        ("app/gnir.py", "from .ring import x, f\n"),
        ("main.py", "import app\nfrom app import fetch\nfrom app.gnir import f\napp.http.send()\nfetch(); f()\n"),
        ("clean.py", "from app import http\nhttp.other()\n"),
        ("pkg/__init__.py", "from pkg.core import http\nfrom .get import get\n"),
        ("pkg/core/__init__.py", ""),
        ("pkg/core/http.py", "import requests\n"),
        ("pkg/get.py", "from requests import get\n"),
        ("all.py", "from requests import *\n"),
        (
            "far.py",
            "from pkg import http, get\nimport all\nhttp.requests.get(); all.get()\nimport importlib\nimportlib.import_module('app.http').send()\n",
        ),
    ]);
    let whole = run(tree.path(), &["check", "--format", "concise"]);
    assert_eq!(whole.code, 1, "{}", whole.stderr);
    let mut parts = String::new();
    for file in [
        "app/__init__.py",
        "app/api.py",
        "app/gnir.py",
        "app/http.py",
        "app/ring.py",
        "clean.py",
        "main.py",
        "far.py",
        "all.py",
        "pkg/__init__.py",
        "pkg/get.py",
    ] {
        parts.push_str(&run(tree.path(), &["check", "--format", "concise", file]).stdout);
    }
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&whole.stdout), sorted(&parts));
    for place in
        ["main.py:2:", "main.py:4:", "app/gnir.py:1:", "far.py:1:23", "far.py:3:1:", "far.py:3:22", "far.py:5:"]
    {
        assert!(whole.stdout.contains(place), "{place} is missing:\n{}", whole.stdout);
    }
    let one = run(tree.path(), &["check", "--format", "jsonl", "--threads", "1"]);
    let two = run(tree.path(), &["check", "--format", "jsonl", "--threads", "2"]);
    assert_eq!(one.stdout, two.stdout);
}

/// Name, and code in front of a use.
type Hazard = (&'static str, fn() -> String);

const HAZARDS: &[Hazard] = &[
    ("511 nested indents with a string", || {
        (0..511).map(|i| format!("{}if x:\n", " ".repeat(i))).collect::<String>() + &" ".repeat(511) + "'s'\n"
    }),
    ("64,000 comment lines", || format!("if 1:\n  pass\n{}", "# c\n".repeat(64_000))),
    ("`,not ` 200,000 times", || format!("{}\n", ",not ".repeat(200_000))),
    ("`,not ` 200,000 times beside the name", || format!("x = (requests {})\n", ",not ".repeat(200_000))),
    ("`,not ` 10,000 times beside the name", || format!("x = (requests {})\n", ",not ".repeat(10_000))),
    ("20,000 chained attributes", || format!("x = requests{}\n", ".a".repeat(20_000))),
    ("1,000 nested f-strings", || {
        (0..1_000)
            .fold("x = requests.x".to_owned(), |inner, _| format!("f\"{{{}}}\"", inner.trim_start_matches("x = ")))
            + "\n"
    }),
    ("100,000 brackets around the name", || format!("x = {}requests{}\n", "(".repeat(100_000), ")".repeat(100_000))),
    ("2,000 names in a row", || {
        "a0 = requests\n".to_owned() + &(0..2_000).map(|i| format!("a{} = a{i}\n", i + 1)).collect::<String>()
    }),
    ("50,000 choices", || format!("x = ({}requests).a()\n", "requests or ".repeat(50_000))),
    ("20,000 lambdas", || format!("x = {}requests.a\n", "lambda requests: ".repeat(20_000))),
    ("3,000 comprehensions", || format!("x = {}requests.a{}\n", "[".repeat(3_000), " for a in b]".repeat(3_000))),
    ("100,000 adjacent strings", || format!("x = {}\n", "'requests.' ".repeat(100_000))),
];

#[test]
fn hazards_before_a_use_end_in_time_and_hide_nothing() {
    let limit = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });
    for (name, text) in HAZARDS {
        let tree = folder(&[("policy.yaml", "version: 1\nrules:\n  r: { forbid: { name: [requests.get] } }\n")]);
        write(tree.path(), "a.py", format!("import requests\n{}requests.get('last')\n", text()).as_bytes());
        let told = run(tree.path(), &["check", "--format", "json"]);
        let last = format!("\"line\": {}", text().matches('\n').count() + 2);
        assert!(told.stdout.contains("\"name\": \"requests.get\"") && told.stdout.contains(&last), "{name}: lost");
        let has_problem = told.stdout.contains("\"kind\": \"limit\"") || told.stdout.contains("\"kind\": \"syntax\"");
        assert_eq!(told.code, if has_problem { 2 } else { 1 }, "{name}: {}", told.stderr);
        assert!(told.elapsed < limit, "{name} took {:?}", told.elapsed);
    }
}

#[test]
fn broken_statements_lose_nothing_beside_them() {
    for (broken, is_told) in [
        ("requests.get(]\n", true),
        ("requests.x(]\n", false),
        ("def f(:\n", true),
        ("print 'a' %% requests.get, \n", true),
        ("x = = 1\n", false),
        ("'open\n", false),
        ("import requests.\n", false),
    ] {
        let tree = folder(&[("policy.yaml", "version: 1\nrules:\n  r: { forbid: { name: [requests.get] } }\n")]);
        let text =
            format!("import requests\nrequests.get(1)\n{broken}requests.get(2)\ndef g():\n  return requests.get\n");
        write(tree.path(), "a.py", text.as_bytes());
        let told = run(tree.path(), &["check", "--format", "concise"]);
        for line in [2, 4, 6] {
            assert!(told.stdout.contains(&format!("a.py:{line}:")), "{broken}: {}", told.stdout);
        }
        assert_eq!(told.code, if is_told { 2 } else { 1 }, "{broken}: {}", told.stderr);
    }
}
