//! Laws: no fast path has a meaning of its own.

use super::readers::SCRAPS;
use policy::fact::Fact;
use policy::name::is_private;
use policy::readers::python::tree;
use policy::readers::wanted::{Asked, Tops};
use policy::readers::{Detail, Sink, Unread, Wanted, by_name};
use policy::repo_path::RepoPath;
use policy::source::Source;
use policy::text::{Position, Positions};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

type Seen = (String, Option<String>, u32, Position, Position, Vec<&'static str>, String);

#[derive(Default)]
struct Collect {
    facts: Vec<Seen>,
    unread: Vec<(Position, String)>,
}

impl Sink for Collect {
    fn fact(&mut self, positions: &mut Positions<'_>, fact: &Fact<'_>) {
        self.facts.push((
            fact.name.to_owned(),
            fact.alias.map(str::to_owned),
            fact.level,
            positions.at(fact.span.start),
            positions.at(fact.span.end),
            fact.contexts.names().collect(),
            fact.scope.to_owned(),
        ));
    }

    fn unread(&mut self, positions: &mut Positions<'_>, unread: Unread) {
        self.unread.push((positions.at(unread.span.start), unread.message.into_owned()));
    }
}

fn read(text: &str, wanted: &Wanted<'_>, detail: Detail) -> Collect {
    let (reader, surface) = by_name(b"", b"a.py").unwrap();
    let mut collect = Collect::default();
    reader.read(&Source { path: RepoPath::root(), bytes: text.as_bytes() }, surface, wanted, detail, &mut collect);
    collect
}

/// Asks for a few top-level names.
struct Named<'n>(&'n [&'n str]);

impl Asked for Named<'_> {
    fn top(&self, top: &str) -> bool {
        self.0.contains(&top)
    }

    fn name(&self, name: &str) -> bool {
        self.top(name.split('.').next().unwrap_or_default())
    }
}

/// Whether a fact is among what was asked for by these names.
fn is_asked(fact: &Seen, statement_mates: &[Seen], names: &[&str]) -> bool {
    let own = |fact: &Seen| fact.2 > 0 || names.contains(&fact.0.split('.').next().unwrap_or_default());
    own(fact) || statement_mates.iter().any(|mate| own(mate) && mate == fact)
}

fn programs() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(SCRAPS.to_vec()), 0..40).prop_map(|scraps| scraps.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6000, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    /// Tier 1 on == off: asking for some names gives exactly what asking for all gives of them.
    #[test]
    fn asking_for_names_is_asking_for_all_and_choosing(text in programs()) {
        let names = ["requests", "aiohttp"];
        let all = read(&text, &Wanted::IMPORTS, Detail::Whole);
        let wanted = Wanted { tops: Tops::Asked(&Named(&names)), stars: false, private: false, ..Wanted::IMPORTS };
        let some = read(&text, &wanted, Detail::Whole);
        let chosen: Vec<&Seen> = all.facts.iter().filter(|fact| is_asked(fact, &[], &names)).collect();
        // Names that share a statement with an asked one come along; they are judged by nobody.
        let asked: Vec<&Seen> = some.facts.iter().filter(|fact| is_asked(fact, &[], &names)).collect();
        prop_assert_eq!(chosen, asked);
    }

    /// The same for forms: asking for stars and private names is asking for all and choosing.
    #[test]
    fn asking_for_forms_is_asking_for_all_and_choosing(text in programs()) {
        let wanted = Wanted { tops: Tops::Asked(&Named(&[])), relative: None, ..Wanted::IMPORTS };
        let is_chosen = |fact: &&Seen| fact.0 == "*" || fact.0.ends_with(".*") || is_private(&fact.0);
        let (all, some) = (read(&text, &Wanted::IMPORTS, Detail::Whole), read(&text, &wanted, Detail::Whole));
        let chosen: Vec<&Seen> = all.facts.iter().filter(is_chosen).collect();
        let asked: Vec<&Seen> = some.facts.iter().filter(is_chosen).collect();
        prop_assert_eq!(chosen, asked);
    }

    /// The prefix that is lexed decides as the whole file does: what follows the last import changes nothing, as long
    /// as it is on lines of its own.
    #[test]
    fn what_follows_changes_nothing(text in programs(), tail in programs()) {
        // A tail with quotes or braces could close what the text left open; then the two are different programs.
        let tail = tail.replace("import", "port").replace("except", "expect").replace(['"', '\'', '{', '}'], "");
        let whole = format!("{text}\npass\n{tail}");
        let (a, b) = (read(&format!("{text}\npass\n"), &Wanted::IMPORTS, Detail::Names), read(&whole, &Wanted::IMPORTS, Detail::Names));
        if a.unread.is_empty() && b.unread.is_empty() {
            prop_assert_eq!(a.facts, b.facts);
        }
    }

    /// Contexts and scopes are extra: without them, names and places are the same.
    #[test]
    fn detail_changes_no_name_and_no_place(text in programs()) {
        let names = |detail| -> Vec<_> {
            read(&text, &Wanted::IMPORTS, detail).facts.into_iter().map(|f| (f.0, f.1, f.2, f.3, f.4)).collect()
        };
        prop_assert_eq!(names(Detail::Names), names(Detail::Whole));
    }
}

/// Where the tree has no error, the lexer and the tree find the same imports.
#[test]
fn the_lexer_and_the_tree_agree_on_our_own_python() {
    let root = super::harness::project().join("tests/projects/maily");
    let mut open = vec![root];
    let mut compared = 0;
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|suffix| suffix == "py") {
                let text = std::fs::read_to_string(&path).unwrap();
                let parsed = tree::parse(text.as_bytes()).unwrap();
                assert!(!parsed.root_node().has_error(), "{}", path.display());
                let mut starts = Vec::new();
                let mut nodes = vec![parsed.root_node()];
                while let Some(node) = nodes.pop() {
                    let mut cursor = node.walk();
                    if matches!(node.kind(), "import_statement" | "import_from_statement" | "future_import_statement") {
                        starts.push(node.children_by_field_name("name", &mut cursor).count());
                    } else {
                        nodes.extend(node.children(&mut cursor));
                    }
                }
                let ours = read(&text, &Wanted::IMPORTS, Detail::Names).facts.len();
                let theirs: usize = starts.iter().sum();
                assert_eq!(ours, theirs, "{}", path.display());
                compared += ours;
            }
        }
    }
    assert!(compared > 30);
}
