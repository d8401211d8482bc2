//! What of a manifest could not be read, and what may hide there. Knows when that has to be told; must not know any format.

use crate::problem::ProblemKind;
use crate::readers::wanted::Distributions;
use crate::readers::{Sink, Unread};
use crate::span::Span;
use crate::text::{Positions, Text};
use std::borrow::Cow;
use std::cell::OnceCell;

/// So many problems of one file are told; one more stands for the rest.
const MOST_PROBLEMS: usize = 1_000;
const HELP: &str = "correct it, or list the file under `unanalysed` with a reason";

/// What something that could not be read may hide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hides {
    /// Only what stands in its own place.
    Own,
    /// Only what stands in this text.
    Text(String),
    /// Whatever stands in the file.
    File,
    /// Anything.
    Anything,
}

/// Places that could not be read.
#[derive(Default)]
pub(super) struct Unreadable(Vec<(Unread, Hides)>);

impl Unreadable {
    pub(super) fn push(&mut self, span: Span, message: Cow<'static, str>, hides: Hides) {
        let kind = if hides == Hides::Anything { ProblemKind::Limit } else { ProblemKind::Syntax };
        self.0.push((Unread { span, kind, message, help: HELP }, hides));
    }

    /// Hands over what may hide something that is asked about.
    pub(super) fn hand_over(
        mut self,
        text: &Text<'_>,
        asked: &dyn Distributions,
        positions: &mut Positions<'_>,
        sink: &mut dyn Sink,
    ) {
        let content = text.content();
        let whole = OnceCell::new();
        let may_hide = |span: Span, hides: &Hides| match hides {
            Hides::Anything => true,
            _ if asked.all() => true,
            Hides::Text(own) => asked.may_stand_in(own.as_bytes()),
            // An escape may spell a name.
            Hides::File => *whole.get_or_init(|| {
                memchr::memchr(b'\\', content.as_bytes()).is_some() || asked.may_stand_in(content.as_bytes())
            }),
            Hides::Own => content.get(span.range()).is_some_and(|own| asked.may_stand_in(own.as_bytes())),
        };
        self.0.sort_by_key(|(unread, _)| unread.span);
        // Of what breaks a line, the first trouble says enough.
        let is_one_line = |from: u32, to: u32| {
            let between = content.as_bytes().get(from as usize..to as usize).unwrap_or_default();
            memchr::memchr(b'\n', between).is_none()
        };
        let mut last = None;
        self.0.retain(|(unread, hides)| {
            let start = unread.span.start;
            let is_again = *hides == Hides::File && last.is_some_and(|last| is_one_line(last, start));
            last = Some(start);
            !is_again
        });
        let mut told = 0;
        for (unread, hides) in self.0 {
            if told > MOST_PROBLEMS || !may_hide(unread.span, &hides) {
                continue;
            }
            told += 1;
            if told > MOST_PROBLEMS {
                let message = "more places than these cannot be read".into();
                sink.unread(positions, Unread { kind: ProblemKind::Limit, message, ..unread });
            } else {
                sink.unread(positions, unread);
            }
        }
    }
}
