//! `relative`: which relative imports may stand. Knows the two answers and what to write instead.

use super::{Asks, Complaint, Judge, Kind, View};
use crate::document::fields::Reading;
use crate::document::shape::{self, Shape};
use crate::document::yaml::Node;
use crate::name::is_dotted;
use crate::project::libraries::Libraries;
use crate::span::Span;

/// The verb.
pub(super) static KIND: Kind = Kind {
    key: "relative",
    about: "which relative imports may stand: `none`, or `no-parents`",
    example: "relative: no-parents",
    shape,
    compile,
};

fn shape() -> Shape {
    shape::words(&CHOICES.map(|(word, may)| (word, may.about())))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum May {
    None,
    NoParents,
}

impl May {
    fn about(self) -> &'static str {
        match self {
            May::None => "no relative import may stand",
            May::NoParents => "none may lead up to a parent package",
        }
    }
}

const CHOICES: [(&str, May); 2] = [("none", May::None), ("no-parents", May::NoParents)];

struct Relative {
    may: May,
    span: Span,
}

fn compile(node: &Node, reading: &mut Reading<'_>, _: &Libraries) -> Option<Box<dyn Judge>> {
    let may = reading.choice(node, "`relative`", &CHOICES)?;
    Some(Box::new(Relative { may, span: node.span }))
}

impl Relative {
    /// How many dots are too many.
    fn least(&self) -> u32 {
        if self.may == May::None { 1 } else { 2 }
    }

    fn word(&self) -> &'static str {
        CHOICES.iter().find(|(_, may)| *may == self.may).map_or("", |(word, _)| word)
    }
}

impl Judge for Relative {
    fn asks(&self) -> Asks {
        Asks { relative: Some(self.least()), ..Asks::default() }
    }

    fn judge<'j>(&'j self, view: &View<'_>) -> Option<Complaint<'j>> {
        let complaint =
            Complaint { matched: self.word(), span: self.span, successor: None, possible: false, at_most: None };
        (view.fact.level >= self.least()).then_some(complaint)
    }

    fn entries(&self) -> Vec<String> {
        vec![self.word().to_owned()]
    }

    fn message(&self, view: &View<'_>, _: &Complaint<'_>, _: Option<&str>) -> String {
        let fact = view.fact;
        let mut message = match self.may {
            May::None => "relative imports are forbidden here".to_owned(),
            May::NoParents => format!("`{}` leads up to a parent package", ".".repeat(fact.level as usize)),
        };
        let module = view.reached.strip_suffix(".*").unwrap_or(view.reached);
        if is_dotted(module) {
            message.push_str("; write `");
            message.push_str(module);
            message.push_str("` by its absolute name");
        }
        message
    }
}
