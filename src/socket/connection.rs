//! What a line from a client asks for, as a plain function of how far the connection is.

use aihio_actors::engine::Command;
use aihio_actors::model::{Refusal, RefusalCode};

use super::close::Disconnect;
use super::greeting::Greeting;
use super::protocol::{self, CommandLine};

/// How far a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// The connect command has not come yet.
    Silent,
    /// It is being answered.
    Greeting,
    /// It was answered.
    Greeted,
}

/// What a line asks for.
#[derive(Debug)]
pub(super) enum Step {
    /// Nothing: it was a pong.
    Pong,
    /// Answer the connect command.
    Greet(u32, Box<Greeting>),
    /// Pass a command on to the session.
    Pass(u32, Box<Command>),
    /// Say this.
    Say(String),
    /// Renew what the token proves.
    Refresh(u32, String),
    /// End the connection.
    End(Disconnect),
}

/// Reads one line.
pub(super) fn read(text: &str, progress: Progress) -> Step {
    // A list would be taken for the fields in their order.
    let object = Some(text).filter(|text| text.trim_start().starts_with('{'));
    let Some(Ok(line)) = object.map(serde_json::from_str::<CommandLine<'_>>) else {
        return Step::End(Disconnect::BadRequest);
    };
    if let Some(connect) = line.connect {
        // A second greeting, or one that wants no reply, is no client's doing.
        if progress != Progress::Silent || line.id == 0 {
            return Step::End(Disconnect::BadRequest);
        }
        return Step::Greet(line.id, Box::new(Greeting::from(connect)));
    }
    if line.id == 0 {
        return if text.trim() == "{}" && progress != Progress::Silent {
            Step::Pong
        } else {
            Step::End(Disconnect::BadRequest)
        };
    }
    if progress == Progress::Silent {
        return Step::End(Disconnect::BadRequest);
    }
    if let Some(rpc) = line.rpc {
        return match protocol::command(&rpc) {
            Ok(command) => Step::Pass(line.id, Box::new(command)),
            Err(refusal) => Step::Say(protocol::error(line.id, &refusal)),
        };
    }
    if line.ping.is_some() {
        return Step::Say(protocol::reply(line.id, "ping", &serde_json::Map::new()));
    }
    match line.refresh {
        Some(refresh) => Step::Refresh(line.id, refresh.token.into_owned()),
        None => Step::Say(protocol::error(line.id, &not_offered())),
    }
}

fn not_offered() -> Refusal {
    let message = "This server offers `connect`, `rpc`, `ping` and `refresh`; the session's channel is subscribed by the server.";
    Refusal::new(RefusalCode::NotAvailable, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(line: &str, progress: Progress) -> Option<Disconnect> {
        match read(line, progress) {
            Step::End(disconnect) => Some(disconnect),
            _ => None,
        }
    }

    #[test]
    fn whoever_does_not_greet_first_is_sent_away() {
        let send = r#"{"id":1,"rpc":{"method":"message.send","data":{"id":"a","text":"x"}}}"#;
        assert_eq!(end(send, Progress::Silent), Some(Disconnect::BadRequest));
        assert_eq!(end("{}", Progress::Silent), Some(Disconnect::BadRequest));
    }

    #[test]
    fn a_second_greeting_ends_the_connection() {
        let connect = r#"{"id":2,"connect":{}}"#;
        assert!(matches!(read(connect, Progress::Silent), Step::Greet(2, _)));
        assert_eq!(end(connect, Progress::Greeting), Some(Disconnect::BadRequest));
        assert_eq!(end(connect, Progress::Greeted), Some(Disconnect::BadRequest));
    }

    #[test]
    fn what_is_not_json_ends_the_connection() {
        for line in ["", "nonsense", "[1]", "{\"id\":", "null"] {
            assert_eq!(end(line, Progress::Greeted), Some(Disconnect::BadRequest), "{line}");
        }
    }

    #[test]
    fn commands_of_the_protocol_that_are_not_offered_are_answered() {
        let Step::Say(line) = read(r#"{"id":3,"subscribe":{"channel":"x"}}"#, Progress::Greeted) else {
            panic!()
        };
        assert!(line.starts_with(r#"{"id":3,"error":{"code":108"#), "{line}");
    }

    #[test]
    fn an_empty_object_is_a_pong_and_a_ping_command_is_answered() {
        assert!(matches!(read("{}", Progress::Greeted), Step::Pong));
        let Step::Say(line) = read(r#"{"id":9,"ping":{}}"#, Progress::Greeted) else { panic!() };
        assert_eq!(line, r#"{"id":9,"ping":{}}"#);
    }
}
