//! What people at a terminal see. A terminal that has gone away is no failure of the command.

use std::io::{self, Write};

use super::failure::Failure;

/// A line of the command's result, on standard output.
pub(super) fn say(line: &str) {
    writeln!(io::stdout().lock(), "{line}").ok();
}

/// A piece of a line that goes on, on standard output, at once.
pub(super) fn continue_line(piece: &str) {
    let mut output = io::stdout().lock();
    write!(output, "{piece}").and_then(|()| output.flush()).ok();
}

/// A line about the command's work, on standard error.
pub(super) fn note(line: &str) {
    writeln!(io::stderr().lock(), "{line}").ok();
}

/// Why the command failed, on standard error.
pub(super) fn complain(failure: &Failure) {
    note(&failure.to_string());
}

/// Text from elsewhere without the control characters by which it could move the cursor or change the title.
pub(super) fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_elsewhere_can_not_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\u{7}\r\n\tc\u{9b}"), "a[2Jb\n\tc");
    }
}
