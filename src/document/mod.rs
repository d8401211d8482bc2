//! Policy text as a tree with spans, and the mistakes in it. Knows YAML and how to read fields of a map; must not
//! know what any key means.

pub mod fields;
pub mod mistake;
pub mod shape;
mod traps;
pub mod yaml;
