//! Where strings and dynamic imports may name what is wanted, by the bytes of a file alone. Knows what such strings look
//! like; must not know which of these places are code.

use super::candidates::Candidate;
use crate::name::is_identifier_byte;

/// Words of which one must stand in a file that imports or patches what a string of one word names.
const LOADERS: [&[u8]; 10] = [
    b"patch",
    b"importlib",
    b"__import__",
    b"importorskip",
    b"import_string",
    b"resolve_name",
    b"find_spec",
    b"find_loader",
    b"run_module",
    b"sys.modules",
];

/// Whether a statement imports what installs distributions: its entry points name modules in the midst of strings.
pub(super) fn imports_setup(bytes: &[u8], candidate: &Candidate) -> bool {
    let module = bytes.get(candidate.from.map_or(candidate.keyword + 7, |from| from + 5)..).unwrap_or_default();
    module.starts_with(b"setuptools") || module.starts_with(b"distutils")
}

/// Whether a quote stands in front of an `import`, or of the `from a` to its left.
fn begins_literal(before: &[u8]) -> bool {
    let near = before.get(before.len().saturating_sub(200)..).unwrap_or_default();
    let Some(quote) = memchr::memrchr2(b'"', b'\'', near) else { return false };
    let between = near.get(quote + 1..).unwrap_or_default();
    between.is_empty() || (between.starts_with(b"from ") && memchr::memchr(b'\n', between).is_none())
}

/// Places of strings and dynamic imports, by their bytes alone.
#[derive(Default)]
pub(super) struct Places {
    /// All of them, in any order.
    pub found: Vec<usize>,
    /// Imports that stand in strings.
    pub in_literals: Vec<usize>,
}

impl Places {
    /// Takes note of quotes in front of wanted names, where what follows may be a name as a whole.
    pub(super) fn take_quoted(&mut self, bytes: &[u8], quotes: impl Iterator<Item = usize>) {
        let mut has_loader = None;
        for quote in quotes {
            let rest = bytes.get(quote + 1..).unwrap_or_default();
            let len =
                rest.iter().position(|b| !is_identifier_byte(*b) && !matches!(b, b'.' | b':')).unwrap_or(rest.len());
            let is_whole = match rest.get(len) {
                Some(end @ (b'"' | b'\'')) => bytes.get(quote) == Some(end),
                // What goes on at run time.
                Some(b'{' | b'%' | b'\\') => true,
                _ => false,
            };
            let text = rest.get(..len).unwrap_or_default();
            let is_word = rest.get(len) != Some(&b'\\') && memchr::memchr2(b'.', b':', text).is_none();
            let mut can_load = || {
                *has_loader
                    .get_or_insert_with(|| LOADERS.iter().any(|word| memchr::memmem::find(bytes, word).is_some()))
            };
            if is_whole && (!is_word || can_load()) {
                self.found.push(quote);
            }
        }
    }

    /// Takes note of an `import` that begins no statement: part of a function that imports, or of a text.
    pub(super) fn note(&mut self, bytes: &[u8], at: usize) {
        let rest = bytes.get(at..).unwrap_or_default();
        let before = bytes.get(..at).unwrap_or_default();
        let is_function = rest.starts_with(b"import_module")
            || rest.starts_with(b"importorskip")
            || (rest.starts_with(b"import__") && before.ends_with(b"__"));
        if is_function {
            self.found.push(at);
        } else if matches!(rest.get(6), Some(b' ' | b'\t' | b'(' | b'\\')) && begins_literal(before) {
            self.in_literals.push(at);
        }
    }

    /// All of them; imports in strings only where strings are run.
    pub(super) fn of_code(mut self, bytes: &[u8]) -> Vec<usize> {
        if !self.in_literals.is_empty() && memchr::memmem::find(bytes, b"exec").is_some() {
            self.found.append(&mut self.in_literals);
        }
        self.found
    }
}
