//! What strings name: dotted names, modules to be imported, code to be run. Knows their spellings; must not know where they
//! stand.

use super::Use;
use super::harvest::Spot;
use super::lines::CodeLine;
use super::literals::Text;
use super::resolve::{Resolver, Value};
use super::string_places::Names;
use super::tell::{context, statement};
use crate::fact::{Confidence, Role};
use crate::name::{is_dotted, top};
use crate::readers::Wanted;
use crate::readers::python::candidates::candidates;
use crate::readers::python::statement::Statement;

/// Tells what a string names, as far as anybody asks.
pub(super) fn tell(spot: &Spot, resolver: &Resolver<'_>, wanted: &Wanted<'_>, lines: &[CodeLine], uses: &mut Vec<Use>) {
    let mut add = |role: Role, name: String, open: bool| {
        if let Some(notes) = wanted.notes.filter(|notes| notes.is_noted(top(&name))) {
            notes.note(&name, 0, None);
        }
        let is_wanted = if name.is_empty() {
            open && wanted.open
        } else {
            wanted.absolute(top(&name)) && (wanted.name(&name) || wanted.uses(&name, 0)) || (open && wanted.open)
        };
        if is_wanted {
            uses.push(Use {
                role,
                name,
                level: 0,
                span: spot.at.span,
                statement: statement(lines, spot.at),
                in_header: spot.at.in_header,
                contexts: context(role),
                confidence: Confidence::Certain,
                origin: None,
                hops: Vec::new(),
                bound: None,
                call: None,
                open,
            });
        }
    };
    let role = if spot.names == Names::Modules { Role::Import } else { Role::String };
    match &spot.text {
        Ok(text) if spot.is_code => {
            for name in imported_by(&text.head) {
                add(role, name, false);
            }
        }
        Ok(text) => {
            if let Some((name, open)) = named(text, spot.names) {
                add(role, name, open);
            }
        }
        Err(shape) => {
            let values = resolver.follow(shape);
            let mut is_known = false;
            for value in values {
                if let Value::Text(head) = value {
                    is_known = true;
                    if let Some((name, open)) = named(&Text { head, open: false }, spot.names) {
                        add(role, name, open);
                    }
                }
            }
            if !is_known && role == Role::Import {
                add(role, String::new(), true);
            }
        }
    }
}

/// The dotted name in a text, and whether it goes on: `a.b`, `a.b:c`, `script = a.b:c [extra]`, `a.b:c()`.
fn named(text: &Text, names: Names) -> Option<(String, bool)> {
    if text.open {
        // Only whole segments are known.
        let known = text.head.rfind(['.', ':']).map_or("", |end| text.head.get(..end).unwrap_or_default());
        let name = known.replace(':', ".");
        let is_known = is_dotted(&name);
        return (is_known || names == Names::Modules).then_some((if is_known { name } else { String::new() }, true));
    }
    let head = text.head.trim();
    let value = head.split_once('=').map_or(head, |(_, value)| value.trim());
    let value = value.split_once('[').map_or(value, |(value, _)| value.trim_end());
    let value = value.strip_suffix("()").unwrap_or(value);
    let name = value.replacen(':', ".", 1);
    let is_enough = names == Names::Modules || name.contains('.');
    (is_dotted(&name) && is_enough).then_some((name, false))
}

/// What code in a string imports.
fn imported_by(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut statement = Statement::default();
    for candidate in candidates(code.as_bytes()) {
        statement.read(code, &candidate);
        if statement.level > 0 {
            continue;
        }
        for alias in &statement.aliases {
            let own = statement.name(alias);
            names.push(if statement.is_from { format!("{}.{own}", statement.module()) } else { own.to_owned() });
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str, names: Names) -> Option<String> {
        named(&Text { head: text.to_owned(), open: false }, names).map(|(name, _)| name)
    }

    #[test]
    fn whole_names_only() {
        for (text, expected) in [
            ("requests.get", Some("requests.get")),
            ("x = requests.cli:main [extra]", Some("requests.cli.main")),
            ("requests.app:create()", Some("requests.app.create")),
            ("requests", None),
            ("requests.get fails", None),
            ("see requests.get", None),
            ("https://requests.org", None),
            ("requests-mock.get", None),
        ] {
            assert_eq!(name(text, Names::Objects).as_deref(), expected, "{text}");
        }
        assert_eq!(name("requests", Names::Modules).as_deref(), Some("requests"));
        let open = |head: &str| named(&Text { head: head.to_owned(), open: true }, Names::Modules);
        assert_eq!(open("requests."), Some(("requests".to_owned(), true)));
        assert_eq!(open("requests"), Some((String::new(), true)));
    }
}
