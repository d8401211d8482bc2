//! What reading the lines of a file gives: bindings, loads of names, and places of strings. Plain data; knows no syntax.

use super::lines::Frame;
use super::literals::Text;
use super::names::NameId;
use super::scopes::{Binding, ScopeId, Scopes};
use super::shapes::{Root, Shape};
use super::string_places::Names as StringNames;
use crate::call::Call;
use crate::span::Span;

/// Where something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    /// In the original text.
    pub span: Span,
    /// Its line, by number among those that were read.
    pub line: usize,
    /// Whether it stands in a header, outside of what that opens.
    pub in_header: bool,
}

/// A name that is read.
#[derive(Clone, Debug)]
pub(super) struct Load {
    /// The scope that reads it.
    pub scope: ScopeId,
    /// The name.
    pub root: Root,
    /// The attributes taken of it, each with its dot.
    pub suffix: String,
    /// From the name to the last attribute.
    pub at: At,
    /// What is handed over, if it is called.
    pub call: Option<Call>,
    /// Whether something else may be meant where it stands.
    pub is_choice: bool,
    /// Whether it stands in the broken part of a statement.
    pub is_broken: bool,
}

/// `self.http = ...`
#[derive(Clone, Debug)]
pub(super) struct AttributeBinding {
    /// The name in front.
    pub object: String,
    /// The attribute.
    pub attribute: String,
    /// The scope it stands in.
    pub scope: ScopeId,
    /// What it is.
    pub shapes: Vec<Shape>,
}

/// A name that is assigned something of interest, but is not of interest itself yet.
#[derive(Clone, Debug)]
pub(super) struct Heir {
    /// The name.
    pub name: String,
    /// The scope it is bound in.
    pub scope: ScopeId,
    /// What it is.
    pub shapes: Vec<Shape>,
}

/// A string where names are resolved.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    /// What it says; a name that may stand for it otherwise.
    pub text: Result<Text, Shape>,
    /// Whether it is imported or looked up.
    pub names: StringNames,
    /// The string.
    pub at: At,
    /// Whether it is code to be run.
    pub is_code: bool,
}

/// Everything.
pub(super) struct Harvest {
    pub frames: Vec<Frame>,
    pub scopes: Scopes,
    pub bindings: Vec<Binding>,
    pub attribute_bindings: Vec<AttributeBinding>,
    pub heirs: Vec<Heir>,
    pub loads: Vec<Load>,
    /// Calls of methods that are asked for by name.
    pub methods: Vec<(NameId, Load)>,
    /// Strings in places where names are resolved.
    pub spots: Vec<Spot>,
    /// The names of the bases of a class, by its scope.
    pub bases: Vec<(ScopeId, String)>,
    /// Names that names of interest are assigned from.
    pub roots: Vec<String>,
    /// Lines that could not be parsed.
    pub broken: Vec<(usize, Option<super::parse::Outcome>)>,
}
