//! Where strings are resolved to modules and objects: the table in `data/string_places.txt`. Knows names of functions,
//! settings and keys; must not know syntax.

use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::LazyLock;

/// What a dynamic import gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loads {
    /// The module or object itself.
    Module,
    /// Its top-level package.
    Top,
}

/// An argument, by position or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// Without a name, counted from 0.
    Index(usize),
    /// With a name.
    Name(&'static str),
    /// Every argument without a name.
    All,
}

/// What the strings handed to a function are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// Dotted names of objects, of two or more segments.
    Objects,
    /// Modules that are imported: one segment is enough.
    Modules,
}

/// A function to which strings are handed.
#[derive(Debug)]
pub(super) struct Function {
    /// What its strings are.
    pub names: Names,
    /// Which arguments.
    pub positions: Vec<Position>,
}

#[derive(Default)]
struct Table {
    calls: FxHashMap<&'static str, Function>,
    /// By their last segment, with the whole spelling.
    methods: FxHashMap<&'static str, Vec<(&'static str, Function)>>,
    attributes: FxHashMap<&'static str, (usize, usize)>,
    settings: FxHashSet<&'static str>,
    setting_keys: FxHashSet<&'static str>,
    keys: FxHashSet<&'static str>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../../data/string_places.txt")));

fn read(text: &'static str) -> Table {
    let mut table = Table::default();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let (Some(kind), Some(name)) = (words.next(), words.next()) else { continue };
        let positions: Vec<Position> = words
            .map(|word| match word.parse() {
                Ok(index) => Position::Index(index),
                Err(_) if word == "*" => Position::All,
                Err(_) => Position::Name(word),
            })
            .collect();
        let function = |names| Function { names, positions: positions.clone() };
        match kind {
            "call" | "reference" => {
                table.calls.insert(name, function(Names::Objects));
            }
            "module" => {
                table.calls.insert(name, function(Names::Modules));
            }
            "method" => {
                table.methods.entry(last(name)).or_default().push((name, function(Names::Objects)));
            }
            "attribute" => {
                if let [Position::Index(object), Position::Index(attribute)] = positions.as_slice() {
                    table.attributes.insert(name, (*object, *attribute));
                }
            }
            "setting" => {
                table.settings.insert(name);
            }
            "setting-keys" => {
                table.setting_keys.insert(name);
            }
            "key" => {
                table.keys.insert(name);
            }
            _ => {}
        }
    }
    table
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The function that is called by a name, as it is spelt or as its import says.
pub(super) fn function(callee: &str) -> Option<&'static Function> {
    let table = &*TABLE;
    let is_method = |spelt: &str| callee == spelt || callee.strip_suffix(spelt).is_some_and(|head| head.ends_with('.'));
    table.calls.get(callee).or_else(|| {
        let methods = table.methods.get(last(callee))?;
        methods.iter().find(|(spelt, _)| is_method(spelt)).map(|(_, function)| function)
    })
}

/// Which arguments of a function are an object and the name of an attribute of it.
pub(super) fn attribute_positions(callee: &str) -> Option<(usize, usize)> {
    TABLE.attributes.get(callee).copied()
}

/// What a function gives that imports the module it is handed.
pub(super) fn loads(callee: &str) -> Option<Loads> {
    let function = TABLE.calls.get(callee).filter(|function| function.names == Names::Modules)?;
    let first = matches!(function.positions.first(), Some(Position::Index(0)));
    match last(callee) {
        "__import__" if first => Some(Loads::Top),
        "import_module" | "importorskip" | "resolve_name" | "locate" | "import_string" if first => Some(Loads::Module),
        _ => None,
    }
}

/// Whether the values of a setting, an argument or a key of this name are dotted names.
pub(super) fn is_setting(name: &str) -> bool {
    TABLE.settings.contains(name)
}

/// Whether the keys of a setting are dotted names.
pub(super) fn has_keys(name: &str) -> bool {
    TABLE.setting_keys.contains(name)
}

/// Whether the value of a key in a dictionary is a dotted name.
pub(super) fn is_key(name: &str) -> bool {
    TABLE.keys.contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let text = include_str!("../../../data/string_places.txt");
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).count();
        let table = &*TABLE;
        let methods: usize = table.methods.values().map(Vec::len).sum();
        let sets = table.settings.len() + table.setting_keys.len() + table.keys.len();
        assert_eq!(lines, table.calls.len() + methods + table.attributes.len() + sets);
    }

    #[test]
    fn functions_go_by_their_whole_name() {
        assert!(function("unittest.mock.patch").is_some());
        assert!(function("self.monkeypatch.setattr").is_some());
        assert!(function("monkeypatch.setattr").is_some());
        assert!(function("acme.patch").is_none());
        assert!(function("logging.getLogger").is_none());
        assert_eq!(loads("__import__"), Some(Loads::Top));
        assert_eq!(loads("importlib.import_module"), Some(Loads::Module));
    }
}
