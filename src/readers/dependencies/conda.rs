//! Conda's match specifications (CEP 29): `name=1.2`, `channel::name >=1,<2 build`, `name[version=">=1"]`. Knows their
//! spelling and which versions they accept.

use super::manifest::{Manifest, Meant};
use crate::accepts::Accepts;
use crate::dependency::{Dependency, Origin};
use crate::distribution::{is_distribution, normalise};
use crate::excerpt::Excerpt;
use crate::span::Span;

static NAMES: &str = include_str!("../../data/conda.txt");

/// Takes one specification; what is none, but a file or an address, is passed over.
pub(in crate::readers) fn require(text: &Excerpt<'_>, statement: Span, meant: Meant<'_>, manifest: &mut Manifest) {
    let content = text.text();
    let end = content.find(" #").unwrap_or(content.len());
    let content = content.get(..end).unwrap_or_default();
    let is_file = content.starts_with(['.', '/', '@']) || (content.contains("://") && !content.contains("::"));
    if is_file || content.trim().is_empty() {
        return;
    }
    if super::manifest::is_open(content) {
        manifest.open(text.whole(), statement, meant);
        return;
    }
    let start = content.rfind("::").map_or(0, |at| at + 2);
    let start = start + content.get(start..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    let rest = content.get(start..).unwrap_or_default();
    let len = rest.find([' ', '\t', '=', '<', '>', '!', '~', '[', '(']).unwrap_or(rest.len());
    let name = rest.get(..len).unwrap_or_default();
    // Unlike those of an index, names may begin with an underscore.
    if !is_distribution(name.trim_start_matches('_')) {
        manifest.unread(text.whole(), "this is no package specification");
        return;
    }
    if name == "python" {
        return;
    }
    let behind = rest.get(len..).unwrap_or_default();
    let (behind, bracket) = match behind.find('[') {
        Some(at) => (behind.get(..at).unwrap_or_default(), behind.get(at..).unwrap_or_default()),
        None => (behind, ""),
    };
    let version = in_brackets(bracket).unwrap_or(behind).trim();
    let specifier = (!version.is_empty()).then(|| {
        let at = content.find(version).unwrap_or(start + len);
        (version.to_owned(), text.span(at..at + version.len()))
    });
    let accepts = if bracket.is_empty() { positional(behind) } else { accepts(version) };
    let written_end = start + rest.trim_end().len();
    let dependency = Dependency {
        name: called(&normalise(name)),
        written: content.get(start..written_end).unwrap_or_default().to_owned(),
        name_span: text.span(start..start + len),
        specifier,
        accepts,
        origin: Origin::Conda,
        standing: meant.standing,
        group: meant.group.map(str::to_owned),
        ..Dependency::default()
    };
    manifest.push(text.span(start..written_end), statement, dependency);
}

/// What an index calls a package of conda; a package that is none of Python keeps a name that no distribution has.
pub(super) fn called(name: &str) -> String {
    let told = NAMES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' '));
    match told.into_iter().find(|(own, _)| *own == name) {
        Some((_, "-")) => format!("conda:{name}"),
        Some((_, distribution)) => distribution.to_owned(),
        None => name.to_owned(),
    }
}

fn in_brackets(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?.trim_end_matches(']');
    let at = inner.find("version=")? + "version=".len();
    let value = inner.get(at..)?;
    match value.chars().next()? {
        quote @ ('\'' | '"') => value.get(1..)?.split(quote).next(),
        _ => value.split([',', ' ']).next(),
    }
}

/// What stands behind a name: a version, and maybe a build.
fn positional(text: &str) -> Accepts {
    // `name=1.2` means every 1.2; with a build, and behind a space, exactly 1.2.
    let is_glued = text.starts_with('=') && !text.starts_with("==");
    if is_glued {
        let rest = text.get(1..).unwrap_or_default();
        let (version, build) =
            rest.split_once(['=', ' ']).map_or((rest, None), |(version, build)| (version, Some(build)));
        let is_fuzzy = build.is_none() || version.ends_with('*');
        return if is_fuzzy { accepts(&format!("={version}")) } else { accepts(version) };
    }
    let trimmed = text.trim();
    let mut version = String::new();
    for word in trimmed.split_whitespace() {
        let goes_on = version.is_empty()
            || version.ends_with([',', '|', '<', '>', '=', '!', '~'])
            || word.starts_with([',', '|', '<', '>', '!', '~']);
        if !goes_on {
            break;
        }
        version.push_str(word);
    }
    // `name 1.2=build` and `name==1.2=build`.
    let after = version.trim_start_matches(|c| "<>=!~".contains(c));
    let operator = version.len() - after.len();
    if let Some((own, _)) = after.split_once('=').filter(|(own, _)| !own.ends_with(['<', '>', '!', '~', '=', ','])) {
        version = format!("{}{own}", version.get(..operator).unwrap_or_default());
    }
    accepts(&version)
}

/// Which versions an expression accepts: `,` binds tighter than `|`.
pub(in crate::readers) fn accepts(text: &str) -> Accepts {
    let text = text.trim();
    if text.is_empty() || text == "*" {
        return Accepts::Any;
    }
    if text.contains(['(', '^']) {
        return Accepts::Unknown;
    }
    let mut any: Option<Accepts> = None;
    for alternative in text.split('|') {
        let all = alternative.split(',').map(one).fold(Accepts::Any, Accepts::and);
        any = Some(match any {
            Some(other) => other.or(all),
            None => all,
        });
    }
    any.unwrap_or_default()
}

fn one(text: &str) -> Accepts {
    let text = text.trim();
    let version = text.trim_start_matches(|c| "<>=!~".contains(c));
    let operator = text.get(..text.len() - version.len()).unwrap_or_default();
    let version = version.trim();
    let stem = version.trim_end_matches('*').trim_end_matches('.');
    let has_star = stem.len() < version.len();
    match (operator, has_star) {
        (_, true) if stem.is_empty() => Accepts::Any,
        ("" | "=" | "==", true) | ("=", false) => Accepts::parse(&format!("=={stem}.*")),
        ("" | "==", false) => Accepts::one(version),
        ("!=", true) => Accepts::parse(&format!("!={stem}.*")),
        (">" | ">=" | "<" | "<=" | "!=" | "~=", _) => Accepts::parse(&format!("{operator}{stem}")),
        _ => Accepts::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_behind_a_name() {
        for (written, pep440) in [
            ("=1.8", "==1.8.*"),
            (" 1.8", "==1.8"),
            (" 1.8.*", "==1.8.*"),
            ("==1.8", "==1.8"),
            ("=1.8=py_0", "==1.8"),
            (" 1.8 py_0", "==1.8"),
            (">=1,<2", ">=1,<2"),
            (" >=1, <2", ">=1,<2"),
            ("~=0.5.3", "~=0.5.3"),
            ("!=1.2.*", "!=1.2.*"),
            (">=1.2.*", ">=1.2"),
        ] {
            assert_eq!(positional(written), Accepts::parse(pep440), "{written}");
        }
        assert_eq!(
            (called("pytorch"), called("redis"), called("numpy")),
            ("torch".into(), "conda:redis".into(), "numpy".into())
        );
        assert_eq!(positional(""), Accepts::Any);
        assert_eq!(accepts(">=1,<2|3.*"), Accepts::parse(">=1,<2").or(Accepts::parse("==3.*")));
    }
}
