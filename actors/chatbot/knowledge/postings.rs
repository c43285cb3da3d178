//! Which chunks hold a term, and how often.

/// The number of a term in its index.
pub(super) type TermId = u32;

/// The number of a chunk in its index.
pub type ChunkNumber = u32;

/// How often a term occurs, in quarters of an occurrence, so that a title's term can count for less than one
/// of the body. Saturates; BM25 hardly tells 40 occurrences from more.
pub(super) type Quarters = u8;

/// One occurrence in a body.
pub(super) const BODY: Quarters = 4;
/// One occurrence in a title.
pub(super) const TITLE: Quarters = 1;

/// All postings lists, end to end: five bytes a posting, chunks ascending within a term.
#[derive(Debug, Default)]
pub(super) struct Postings {
    /// Where each term's list begins; one more than there are terms.
    starts: Vec<usize>,
    chunks: Vec<ChunkNumber>,
    quarters: Vec<Quarters>,
}

impl Postings {
    /// Lays the lists of all terms, by term id, end to end.
    pub(super) fn pack(lists: Vec<Vec<(ChunkNumber, Quarters)>>) -> Self {
        let total = lists.iter().map(Vec::len).sum();
        let mut packed = Self {
            starts: Vec::with_capacity(lists.len() + 1),
            chunks: Vec::with_capacity(total),
            quarters: Vec::with_capacity(total),
        };
        packed.starts.push(0);
        for list in lists {
            packed.chunks.extend(list.iter().map(|(chunk, _)| *chunk));
            packed.quarters.extend(list.iter().map(|(_, quarters)| *quarters));
            packed.starts.push(packed.chunks.len());
        }
        packed
    }

    /// The chunks that hold the term, ascending, with how often.
    pub(super) fn of(&self, term: TermId) -> impl Iterator<Item = (ChunkNumber, Quarters)> + '_ {
        let (chunks, quarters) = self.list(term);
        chunks.iter().copied().zip(quarters.iter().copied())
    }

    /// How many chunks hold the term.
    pub(super) fn frequency(&self, term: TermId) -> usize {
        self.list(term).0.len()
    }

    /// Whether the chunk holds the term, in its body or its title.
    pub(super) fn holds(&self, term: TermId, chunk: ChunkNumber) -> bool {
        self.list(term).0.binary_search(&chunk).is_ok()
    }

    fn list(&self, term: TermId) -> (&[ChunkNumber], &[Quarters]) {
        let bound = |at: usize| self.starts.get(at).copied().unwrap_or_default();
        let range = bound(term as usize)..bound(term as usize + 1);
        (self.chunks.get(range.clone()).unwrap_or_default(), self.quarters.get(range).unwrap_or_default())
    }
}
