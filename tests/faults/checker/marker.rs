//! The mark in every question and answer by which it is known whose it is.

use std::fmt;

/// Whose question, and which. Written `#tenant.visitor.number#`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marker {
    /// Whose chatbot was asked.
    pub tenant: usize,
    /// Who asked.
    pub visitor: usize,
    /// The visitor's how-manieth question.
    pub number: usize,
}

impl Marker {
    /// All marks in a text, in order.
    pub fn all(text: &str) -> impl Iterator<Item = Self> {
        text.split('#').filter_map(Self::parse)
    }

    /// What a visitor asks.
    pub fn question(self) -> String {
        format!("What colour is the pump? {self}")
    }

    /// What the model says to it, as the words it comes in.
    pub fn answer(self) -> String {
        format!("The colour of the pump is blue, as the manual says, and this is for {self} alone.")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|number| number.parse().ok());
        let marker = Self { tenant: numbers.next()??, visitor: numbers.next()??, number: numbers.next()?? };
        numbers.next().is_none().then_some(marker)
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}.{}.{}#", self.tenant, self.visitor, self.number)
    }
}
