//! Gathers a policy and everything that it pulls in, directly or through others. Knows chains: what is pulled in twice is
//! loaded once, and what leads in a circle, too deep or out of the root is a mistake.

use super::extensions::{self, Extend, Extensions};
use super::{Broken, PolicySource};
use crate::document::fields::Reading;
use crate::document::mistake::{MOST, Mistake, nearest};
use crate::document::yaml::{self, MAX_BYTES, Node, Value};
use crate::span::Span;

/// The longest chain of policies that pull in one another, the root's not counted.
const DEEPEST: usize = 8;

/// At most so many policies are put together.
const MOST_SOURCES: usize = 256;

/// All of them together hold at most so many bytes.
const MOST_BYTES: usize = 4 << 20;

/// One policy of those that belong together.
pub(super) struct Sheet {
    pub source: PolicySource,
    /// What its rules are called by; the root's have no prefix.
    pub id: Option<String>,
    /// Which sheet asked for it first, and where.
    pub asked: Option<(usize, Span)>,
    tree: Option<Node>,
    mistakes: Vec<Mistake>,
    untold: usize,
}

impl Sheet {
    fn new(source: PolicySource, extend: Option<&Extend>, asked: Option<(usize, Span)>) -> Self {
        let mut mistakes = Vec::new();
        let mut tree = None;
        if source.text().len() > MAX_BYTES {
            mistakes.push(too_long(source.text().len() as u64));
        } else {
            tree = yaml::parse(source.text(), &mut mistakes);
        }
        Self { source, id: extend.map(Extend::id), asked, tree, mistakes, untold: 0 }
    }

    /// Reads the whole document; mistakes stay with it. `None` when nothing of it could be parsed.
    pub(super) fn read<T>(&mut self, read: impl FnOnce(Option<&Node>, &mut Reading<'_>) -> T) -> T {
        let source = self.source.clone();
        let mistakes = std::mem::take(&mut self.mistakes);
        let mut reading = Reading { text: source.text(), mistakes, untold: self.untold };
        let result = read(self.tree.as_ref(), &mut reading);
        self.mistakes = reading.mistakes;
        self.untold = reading.untold;
        result
    }

    /// The value of a key at the top, before anybody has looked at the others.
    pub(super) fn peek<T>(&mut self, key: &str, read: impl FnOnce(&Node, &mut Reading<'_>) -> T) -> Option<T> {
        self.read(|tree, reading| match tree.map(|tree| &tree.value) {
            Some(Value::Map(pairs)) => {
                pairs.iter().find(|(name, _)| name.text == key).map(|(_, node)| read(node, reading))
            }
            _ => None,
        })
    }

    /// Its mistakes, in the order of the text.
    pub(super) fn broken(self) -> Broken {
        let Self { source, mut mistakes, untold, .. } = self;
        mistakes.sort_by_key(|mistake| mistake.span);
        mistakes.dedup();
        let untold = untold + mistakes.len().saturating_sub(MOST);
        mistakes.truncate(MOST);
        if untold > 0 {
            let last = mistakes.last().map(|mistake| mistake.span).unwrap_or_default();
            let message = format!("and {untold} more mistakes of this kind or another");
            mistakes.push(Mistake::new(last, message, "mend those above first; the others are told then"));
        }
        Broken { source, mistakes }
    }
}

/// The mistake of a file that is too long to be a policy.
#[must_use]
pub fn too_long(bytes: u64) -> Mistake {
    let message = format!("the policy has {bytes} bytes; more than {MAX_BYTES} are not read");
    Mistake::new(Span::default(), message, "this is probably not a policy; name another file with `--policy`")
}

/// The root's policy first, then what it pulls in, each once, in the order in which they are named.
pub(super) fn gather(root: PolicySource, extensions: &dyn Extensions) -> Vec<Sheet> {
    let is_outside = root.path.as_bytes().starts_with(b"/") || root.path.as_bytes().get(1) == Some(&b':');
    let mut gathering = Gathering {
        known: vec![Extend::File((*root.path).clone())],
        sheets: vec![Sheet::new(root, None, None)],
        edges: Vec::new(),
        is_outside,
        extensions,
    };
    if gathering.run() {
        gathering.measure();
    }
    gathering.sheets
}

struct Gathering<'e> {
    sheets: Vec<Sheet>,
    /// What each sheet was asked for as.
    known: Vec<Extend>,
    /// Who pulls in whom, and where.
    edges: Vec<(usize, usize, Span)>,
    is_outside: bool,
    extensions: &'e dyn Extensions,
}

impl Gathering<'_> {
    /// Loads everything; whether no chain leads in a circle.
    fn run(&mut self) -> bool {
        let mut is_straight = true;
        // The chain at hand: sheets with what they still have to pull in.
        let mut chain = vec![(0, self.extends_of(0).into_iter())];
        while let Some((at, rest)) = chain.last_mut() {
            let at = *at;
            let Some((extend, span)) = rest.next() else {
                chain.pop();
                continue;
            };
            if let Some(known) = self.known.iter().position(|known| *known == extend) {
                self.edges.push((at, known, span));
                if let Some(from) = chain.iter().position(|(open, _)| *open == known) {
                    is_straight = false;
                    let circle = chain.iter().skip(from).map(|(open, _)| *open).chain([known]);
                    let names: Vec<String> =
                        circle.filter_map(|at| self.sheets.get(at)).map(|s| format!("`{}`", s.source.path)).collect();
                    let message = format!("this leads in a circle: {}", names.join(" -> "));
                    self.wrong(at, span, message, "remove one of these entries");
                }
                continue;
            }
            if let Some(new) = self.load(at, &extend, span) {
                self.edges.push((at, new, span));
                let extends = self.extends_of(new);
                chain.push((new, extends.into_iter()));
            }
        }
        is_straight
    }

    fn extends_of(&mut self, at: usize) -> Vec<(Extend, Span)> {
        let extensions = self.extensions;
        let is_outside = self.is_outside;
        let Some(sheet) = self.sheets.get_mut(at) else { return Vec::new() };
        let path = sheet.source.path.clone();
        let from = (!(sheet.source.is_pack || (at == 0 && is_outside))).then_some(&*path);
        sheet.peek("extends", |node, reading| extensions::read(node, from, extensions, reading)).unwrap_or_default()
    }

    fn load(&mut self, at: usize, extend: &Extend, span: Span) -> Option<usize> {
        if self.sheets.len() > MOST_SOURCES {
            let message = format!("more than {MOST_SOURCES} policies are pulled in");
            self.wrong(at, span, message, "put rules that belong together into one file");
            return None;
        }
        let text = match extend {
            Extend::Pack(name) => self.extensions.pack(name).unwrap_or_default().to_owned(),
            Extend::File(path) => match self.extensions.file(path) {
                Ok(text) => text,
                Err(why) => {
                    let packs = self.extensions.packs();
                    let help = match nearest(&extend.id(), packs) {
                        Some(near) => format!(
                            "correct the path, which starts from this policy's folder; or is the pack meant: `pack:{near}`?"
                        ),
                        None => "correct the path, which starts from this policy's folder".to_owned(),
                    };
                    self.wrong(at, span, format!("`{path}` {why}"), help);
                    return None;
                }
            },
        };
        let bytes: usize = self.sheets.iter().map(|sheet| sheet.source.text().len()).sum();
        if bytes + text.len() > MOST_BYTES {
            let message = format!("the policies that are put together are longer than {} MiB", MOST_BYTES >> 20);
            self.wrong(at, span, message, "pull in fewer, or shorter ones");
            return None;
        }
        let source = extend.source(&text);
        let id = extend.id();
        let is_id = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if !is_id || id == "policy" {
            let why = if is_id {
                "`policy/` is reserved for built-in findings"
            } else {
                "an id consists of letters, digits, `-`, `_` and `.`"
            };
            let message = format!("the rules of `{}` would be called `{id}/...`, but {why}", source.path);
            self.wrong(at, span, message, "rename the file");
            return None;
        }
        if let Some(other) = self.sheets.iter().find(|sheet| sheet.id.as_deref() == Some(id.as_str())) {
            let message =
                format!("the rules of `{}` and `{}` would both be called `{id}/...`", other.source.path, source.path);
            self.wrong(at, span, message, "rename one of the two files");
            return None;
        }
        self.sheets.push(Sheet::new(source, Some(extend), Some((at, span))));
        self.known.push(extend.clone());
        Some(self.sheets.len() - 1)
    }

    /// Tells where the longest chain gets too long, whatever the order in which files are named.
    fn measure(&mut self) {
        let mut depths = vec![0_usize; self.sheets.len()];
        let mut told = Vec::new();
        for round in 1..=DEEPEST + 1 {
            let reached: Vec<(usize, usize, Span)> = self
                .edges
                .iter()
                .filter(|(from, _, _)| depths.get(*from).copied() == Some(round - 1))
                .copied()
                .collect();
            for (from, to, span) in reached {
                if let Some(depth) = depths.get_mut(to) {
                    *depth = round;
                }
                if round > DEEPEST {
                    told.push((from, span));
                }
            }
        }
        for (from, span) in told {
            let message = format!("this chain of extended policies is longer than {DEEPEST}");
            self.wrong(from, span, message, "pull it in nearer to the root's policy");
        }
    }

    fn wrong(&mut self, at: usize, span: Span, message: String, help: impl Into<std::borrow::Cow<'static, str>>) {
        if let Some(sheet) = self.sheets.get_mut(at) {
            sheet.read(|_, reading| reading.wrong(span, message, help));
        }
    }
}
