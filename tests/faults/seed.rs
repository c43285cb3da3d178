//! Where a run's chance comes from: one number, printed, that gives the same run again.

/// A generator that is small, quick and the same everywhere (SplitMix64; Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The generator of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 where that is 0.
    pub const fn below(&mut self, end: u64) -> u64 {
        match self.roll().checked_rem(end) {
            Some(number) => number,
            None => 0,
        }
    }

    /// Whether something happens that happens so many times in a hundred.
    pub const fn percent(&mut self, times: u64) -> bool {
        self.below(100) < times
    }

    /// A generator of its own for a part of the run, so that parts don't disturb each other's chance.
    pub const fn part(&self, part: u64) -> Self {
        let mut seeded = Self(self.0 ^ part.wrapping_mul(0xd6e8_feb8_6659_fd93));
        seeded.0 = seeded.roll();
        seeded
    }

    /// Puts a list into another order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.below(last as u64 + 1);
            list.swap(last, other as usize);
        }
    }
}

/// The seed that the environment asks for, or a new one.
pub fn chosen() -> u64 {
    let asked = std::env::var("AIHIO_FAULTS_SEED").ok();
    let asked = asked.map(|text| text.parse().expect("AIHIO_FAULTS_SEED is a number"));
    asked.unwrap_or_else(|| Dice::new(uuid::Uuid::now_v7().as_u128() as u64).roll() >> 16)
}
