//! Dependencies that Python files declare: the arguments of `setup()`, the sessions of nox, and script blocks (PEP 723).
//! Knows these three; expressions are read elsewhere.

use super::dependency_values::{Module, Piece};
use super::tree::parse;
use super::uses::syntax::{Field, Id, Kind, Syntax};
use crate::distribution::normalise;
use crate::excerpt::Excerpt;
use crate::readers::commands::installs;
use crate::readers::commands::words::Word;
use crate::readers::dependencies::manifest::{Manifest, Meant};
use crate::readers::dependencies::script_block;
use crate::readers::{Sink, Wanted};
use crate::source::Source;
use crate::surface::Surface;
use crate::text::Text;

/// Arguments of `setup()` with the group of what they hold; that of extras is their key.
const ARGUMENTS: [(&str, &str); 5] = [
    ("install_requires", "runtime"),
    ("requires", "runtime"),
    ("setup_requires", "build"),
    ("tests_require", "group:test"),
    ("extras_require", "extra"),
];

/// Takes what a file declares besides being code.
pub(super) fn read(source: &Source<'_>, text: &Text<'_>, wanted: &Wanted<'_>, sink: &mut dyn Sink) {
    let name = source.path.file_name();
    let mut manifest = Manifest::new(Surface::Dependencies);
    if matches!(name, b"setup.py" | b"noxfile.py") {
        match parse(text.content().as_bytes()) {
            Ok(tree) => {
                let syntax = Syntax::new(&tree, 0);
                let module = Module::new(text.content(), &syntax);
                for id in syntax.ids() {
                    if name == b"setup.py" {
                        argument(&module, id, &mut manifest);
                    } else {
                        session(&module, id, &mut manifest);
                    }
                }
            }
            Err(refusal) => manifest.limit(crate::span::Span::empty(0), refusal.message().to_owned()),
        }
    }
    script_block::read(text.content(), &mut manifest);
    manifest.hand_over(text, wanted, sink);
}

/// Takes what a script block declares.
pub(super) fn read_block(text: &Text<'_>, wanted: &Wanted<'_>, sink: &mut dyn Sink) {
    let mut manifest = Manifest::new(Surface::Dependencies);
    script_block::read(text.content(), &mut manifest);
    manifest.hand_over(text, wanted, sink);
}

/// `install_requires=[...]` and `"install_requires": [...]`, wherever they stand in the file.
fn argument(module: &Module<'_>, id: Id, manifest: &mut Manifest) {
    let syntax = module.syntax;
    let (name, value) = match syntax.kind(id) {
        Kind::KeywordArgument => (syntax.child(id, Field::Name), syntax.child(id, Field::Value)),
        Kind::Pair => (syntax.child(id, Field::Key), syntax.child(id, Field::Value)),
        // `arguments["install_requires"] = [...]`
        Kind::Assignment => {
            let left = syntax.child(id, Field::Left).filter(|left| syntax.kind(*left) == Kind::Subscript);
            (left.and_then(|left| syntax.child(left, Field::Subscript)), syntax.child(id, Field::Right))
        }
        _ => return,
    };
    let (Some(name), Some(value)) = (name.and_then(|name| module.slice(name)), value) else { return };
    let name = name.trim_matches(['"', '\'']);
    let Some((_, group)) = ARGUMENTS.iter().find(|(own, _)| *own == name) else { return };
    let is_extras = *group == "extra";
    let mut group = if is_extras { "extra:".to_owned() } else { (*group).to_owned() };
    for piece in module.pieces(value) {
        match piece {
            Piece::Key(key) if is_extras => {
                // `name:marker` is an extra under a condition; without a name there is only that.
                let own = key.split(':').next().unwrap_or_default();
                group = if own.is_empty() && !key.is_empty() {
                    "runtime".to_owned()
                } else {
                    format!("extra:{}", normalise(own))
                };
            }
            Piece::Key(_) => {}
            // Several requirements may stand in one text, a line each.
            Piece::Text(text) => {
                for line in requirements(&text) {
                    manifest.require(&line, Meant::declared(&group));
                }
            }
            Piece::Half(text) => {
                for line in requirements(&text) {
                    if line.text().contains(['{', '%']) || text.lines().count() == 1 {
                        manifest.half_open(&line, line.whole(), Meant::declared(&group));
                    } else {
                        manifest.require(&line, Meant::declared(&group));
                    }
                }
            }
            Piece::Open(span) => {
                manifest.open(span, span, Meant::declared(&group));
            }
        }
    }
}

/// The lines of a text that say something.
fn requirements(text: &Excerpt<'static>) -> Vec<Excerpt<'static>> {
    let lines = text.lines().map(|line| line.trim());
    lines.filter(|line| !line.is_empty() && !line.text().starts_with('#')).collect()
}

/// `session.install("a>=1", "-r", "b.txt")` and its like.
fn session(module: &Module<'_>, id: Id, manifest: &mut Manifest) {
    let syntax = module.syntax;
    if syntax.kind(id) != Kind::Call {
        return;
    }
    let Some(function) = syntax.child(id, Field::Function).filter(|function| syntax.kind(*function) == Kind::Attribute)
    else {
        return;
    };
    let method = syntax.child(function, Field::Attribute).and_then(|id| module.slice(id)).unwrap_or_default();
    let prefix: &[&str] = match method {
        "install" => &["pip", "install"],
        "conda_install" => &["conda", "install"],
        "run" | "run_always" | "run_install" => &[],
        _ => return,
    };
    let span = module.span(id);
    let mut words: Vec<Word> = prefix.iter().map(|word| stands_for(word, span, false)).collect();
    let arguments = syntax.child(id, Field::Arguments).into_iter().flat_map(|arguments| syntax.children(arguments));
    for argument in arguments.filter(|argument| syntax.kind(*argument) != Kind::KeywordArgument) {
        for piece in module.pieces(argument) {
            match piece {
                Piece::Text(text) => words.push(Word { text, open: false }),
                Piece::Half(text) => words.push(Word { text, open: true }),
                Piece::Open(place) => words.push(stands_for("$", place, true)),
                Piece::Key(_) => {}
            }
        }
    }
    installs::words(words, span, manifest);
}

fn stands_for(text: &str, span: crate::span::Span, open: bool) -> Word {
    let mut own = Excerpt::default();
    own.push_for(text, span);
    Word { text: own, open }
}
