//! Office Open XML (ECMA-376): Word documents and PowerPoint presentations. Workbooks have a library of their own.

mod numbering;
mod presentation;
mod properties;
mod relationships;
mod styles;
mod word;

pub(super) use presentation::read as read_presentation;
pub(super) use properties::title;
pub(super) use word::read as read_word;
