//! The mutant that the fault harness asks for. Part of no release.

use std::env;

use aihio_actors::kernel::mutant::{Mutant, UnknownMutant};

/// Which mutant the process runs; none leaves it sane.
const VARIABLE: &str = "AIHIO_MUTANT";

/// Makes the process run the mutant that the environment names.
///
/// # Errors
/// When there is none of that name.
pub fn choose() -> Result<(), UnknownMutant> {
    #[expect(clippy::disallowed_methods, reason = "settings alone read the environment, and this is one")]
    if let Ok(name) = env::var(VARIABLE) {
        name.parse::<Mutant>()?.choose();
    }
    Ok(())
}
