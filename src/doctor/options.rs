//! Options of `policy check`: which leave a gate a gate. Knows those that do; every other one is told.

use super::script::Word;

/// Options with a value that take nothing away.
const VALUED: [&str; 13] = [
    "--since",
    "--policy-ref",
    "--format",
    "-f",
    "--report",
    "--output",
    "-o",
    "--dates",
    "--limit",
    "--color",
    "--threads",
    "--group-by",
    "--fail-level",
];
const FLAGS: [&str; 5] = ["--strict", "--stats", "--quiet", "-q", "--"];
/// With these, nothing is judged.
const NOTHING: [&str; 7] = ["--help", "-h", "--version", "-V", "--files", "--add-suppressions", "help"];

/// What an option does to a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Harm {
    /// It passes whatever it finds.
    Certain(String),
    /// Nobody can tell.
    Possible(String),
}

/// What is wrong with the words of a call; the worst one.
pub(super) fn harm(words: &[Word]) -> Option<Harm> {
    let mut possible = None;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let text = word.text.as_str();
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        if NOTHING.contains(&text) {
            return Some(Harm::Certain(format!("with `{text}` it judges nothing, and passes")));
        }
        if FLAGS.contains(&text) {
            continue;
        }
        if VALUED.contains(&name) {
            let value = value.or_else(|| words.get(at).map(|next| next.text.as_str()));
            at += usize::from(!text.contains('='));
            match (name, value) {
                ("--fail-level", Some("never")) => {
                    return Some(Harm::Certain("with `--fail-level never` it passes whatever it finds".to_owned()));
                }
                ("--fail-level", Some("error" | "warn" | "note")) => {}
                ("--fail-level", _) | (_, None) => {
                    possible = possible.or(Some(format!("`{text}` has a value that is not known here")));
                }
                _ => {}
            }
            continue;
        }
        let why = match name {
            _ if word.open && !text.starts_with('-') => format!("`{text}` may be any option"),
            "--rule" => "it judges by one rule only (`--rule`)".to_owned(),
            "--owner" => "it tells the findings of some owners only (`--owner`)".to_owned(),
            "--policy" => "it names its own policy (`--policy`)".to_owned(),
            "--root" => "it names its own root (`--root`)".to_owned(),
            "--today" => "it judges by another day (`--today`)".to_owned(),
            "--baseline" => "it names its own baseline (`--baseline`)".to_owned(),
            "--staged" => "it judges what is staged, which is nothing in a pipeline (`--staged`)".to_owned(),
            _ if text.starts_with('-') => format!("what `{name}` leaves out"),
            _ => format!("it judges `{text}` only"),
        };
        possible = possible.or(Some(why));
    }
    possible.map(Harm::Possible)
}

/// The value of an option: `--since REV`, `--since=REV`.
pub(super) fn option<'w>(words: &'w [Word], name: &str) -> Option<&'w str> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word.text == name {
            return words.next().map(|word| word.text.as_str());
        }
        if let Some(value) = word.text.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<Harm> {
        let word = |text: &str| Word { text: text.to_owned(), open: text.contains('$'), quoted: false };
        harm(&line.split_whitespace().map(word).collect::<Vec<_>>())
    }

    #[test]
    fn only_what_is_known_to_be_good_is_good() {
        for good in [
            "",
            "--since HEAD^1 --policy-ref=HEAD^1 --format github",
            "-f github -o x --report json=x --strict --quiet --stats --dates announce --limit all --color never",
            "--fail-level warn --threads 2 --group-by rule --since $BASE",
        ] {
            assert_eq!(of(good), None, "{good}");
        }
        for never in
            ["--fail-level never", "--fail-level=never", "--help", "-h", "--files", "--add-suppressions --reason x"]
        {
            assert!(matches!(of(never), Some(Harm::Certain(_))), "{never}");
        }
        for unsure in [
            "--rule x",
            "--owner nobody",
            "--today 1990-01-01",
            "--baseline all",
            "--policy lax.yaml",
            "--root docs",
            "docs/",
            "--staged",
            "--files-from0 x",
            "--allow-empty",
            "$ARGS",
            "--fail-level $X",
            "--new-option",
            "--since",
        ] {
            assert!(matches!(of(unsure), Some(Harm::Possible(_))), "{unsure}");
        }
    }
}
