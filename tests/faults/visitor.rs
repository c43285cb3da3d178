//! A visitor who will not be put off: sends until it is acknowledged, comes back until it is answered, and writes down
//! everything.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::checker::{Answering, Conversation, Event, Trouble};
use super::line::{Line, NoLine};
use super::pulse::Pulse;
use super::seed::Dice;
use super::talk::{News, Talk};

/// Where a visitor goes.
#[derive(Debug, Clone)]
pub struct Place {
    /// The doors that lead there; a visitor who is turned away tries the next one.
    pub doors: Vec<String>,
    /// The chatbot.
    pub chatbot: String,
    /// Who pays for it.
    pub account: String,
    /// The number of that account in the run.
    pub tenant: usize,
    /// How it answers.
    pub answering: Answering,
}

/// What all visitors share.
#[derive(Debug)]
pub struct Ground {
    /// Signs of life.
    pub pulse: Pulse,
    /// When the run began.
    pub began: Instant,
    /// A connection on which a reply is due and nothing comes for so long is given up.
    silence_max: Duration,
    /// Whether it is time to come to an end.
    pub ending: watch::Sender<bool>,
    /// What visitors noticed.
    pub troubles: Mutex<Vec<Trouble>>,
}

impl Ground {
    /// A new run, in which visitors wait for so long on a silent connection.
    pub fn new(silence_max: Duration) -> Self {
        let (pulse, ending) = (Pulse::new(), watch::Sender::new(false));
        Self { pulse, began: Instant::now(), silence_max, ending, troubles: Mutex::default() }
    }
}

/// Questions of one conversation; then the visitor begins another one.
const QUESTIONS_MAX: usize = 120;
/// Questions that wait for their answers at once.
const OPEN_MAX: usize = 3;
/// Of a hundred questions, so many are followed by one that was asked before.
const REPEAT_PERCENT: u64 = 15;
/// The longest pause before the next question, and before the next attempt to connect, in milliseconds.
const THINK_MS_MAX: u64 = 60;
const AGAIN_MS_MAX: u64 = 150;
/// How long a visitor stays on for what is missing when the run comes to its end.
const FAREWELL: Duration = Duration::from_secs(45);

/// The visitor.
#[derive(Debug)]
pub struct Visitor {
    number: usize,
    place: Place,
    dice: Dice,
    ground: Arc<Ground>,
    talk: Talk,
    door: usize,
    next_question: Instant,
    finished: Vec<Conversation>,
}

impl Visitor {
    /// One who has not come yet.
    pub fn new(number: usize, place: Place, dice: Dice, ground: Arc<Ground>) -> Self {
        let talk = Talk::new(place.tenant, number, place.answering);
        let (door, next_question) = (number % place.doors.len(), Instant::now());
        Self { number, place, dice, ground, talk, door, next_question, finished: Vec::new() }
    }

    /// Talks until the run ends and nothing is missing. Gives what was written down.
    pub async fn stays(mut self) -> Vec<Conversation> {
        let mut leaves_at = None;
        loop {
            let ending = *self.ground.ending.borrow();
            if ending && leaves_at.is_none() {
                leaves_at = Some(Instant::now() + FAREWELL);
            }
            let late = leaves_at.is_some_and(|at| at <= Instant::now());
            if late || (ending && self.talk.open() == 0) {
                break;
            }
            if self.talk.asked() >= QUESTIONS_MAX && self.talk.open() == 0 {
                self.begins_anew();
            }
            self.visits(leaves_at).await;
            self.pauses(AGAIN_MS_MAX).await;
        }
        self.begins_anew();
        self.finished
    }

    fn begins_anew(&mut self) {
        let talk = Talk::new(self.place.tenant, self.number, self.place.answering);
        let said = std::mem::replace(&mut self.talk, talk).conversation;
        if !said.session.is_empty() {
            self.finished.push(said);
        }
    }

    /// One connection, from its beginning to its end.
    async fn visits(&mut self, leaves_at: Option<Instant>) {
        let path = format!("/v1/chatbots/{}/socket", self.place.chatbot);
        match Line::open(&self.place.doors[self.door], &path).await {
            Ok(line) => {
                if let Some(why) = self.talks(line, leaves_at).await {
                    self.notices(why);
                    self.tries_another_door();
                }
            }
            Err(no_line) => {
                if let NoLine::Refused(status) = no_line
                    && !matches!(status, 429 | 503)
                {
                    let why = format!("the upgrade was refused with {status}");
                    self.talk.conversation.events.push(Event::TurnedAway { why });
                }
                self.notices(format!("{no_line:?}"));
                self.tries_another_door();
            }
        }
        self.talk.loses();
    }

    fn tries_another_door(&mut self) {
        self.door = (self.door + 1) % self.place.doors.len();
    }

    /// Talks until the connection ends, and says why, where that was not the visitor's own wish.
    async fn talks(&mut self, mut line: Line, leaves_at: Option<Instant>) -> Option<String> {
        let hello = self.talk.enters();
        if line.says(&hello).await.is_none() {
            return Some("the socket ended".to_owned());
        }
        let (mut connected, mut heard_at) = (false, Instant::now());
        loop {
            let ending = *self.ground.ending.borrow();
            let done = self.talk.asked() >= QUESTIONS_MAX || ending;
            if connected && done && self.talk.open() == 0 && !self.talk.is_owed() {
                return None;
            }
            if leaves_at.is_some_and(|at| at <= Instant::now()) {
                return None;
            }
            if connected && self.speaks(&mut line, done).await.is_none() {
                return Some("the socket ended".to_owned());
            }
            match tokio::time::timeout(Duration::from_millis(20), line.hears()).await {
                Ok(Some(frame)) => {
                    heard_at = Instant::now();
                    for news in self.talk.hears(&frame) {
                        match news {
                            News::Connected => connected = true,
                            News::NotNow => return Some("not now".to_owned()),
                            News::Expired => {
                                self.begins_anew();
                                return Some("the token has expired".to_owned());
                            }
                            News::Ping => line.says(&serde_json::json!({})).await.unwrap_or_default(),
                            News::Refused => self.is_refused(),
                            News::Answered(asked) => self.ground.pulse.answered(asked),
                            News::Nothing => {}
                        }
                    }
                }
                Ok(None) => return Some("the socket ended".to_owned()),
                Err(_) if self.talk.is_owed() && heard_at.elapsed() > self.ground.silence_max => {
                    return Some("silence".to_owned());
                }
                Err(_) => {}
            }
        }
    }

    /// Says what is due now.
    async fn speaks(&mut self, line: &mut Line, done: bool) -> Option<()> {
        if self.next_question > Instant::now() {
            return Some(());
        }
        if !done && self.talk.open() < OPEN_MAX {
            self.talk.asks();
            self.next_question = Instant::now() + Duration::from_millis(self.dice.below(THINK_MS_MAX));
            if self.dice.percent(REPEAT_PERCENT)
                && let Some(repeated) = self.talk.repeats(self.dice.clone().roll())
            {
                line.says(&repeated).await?;
            }
        }
        while let Some(command) = self.talk.says() {
            line.says(&command).await?;
        }
        Some(())
    }

    fn is_refused(&mut self) {
        let refusal = self.talk.conversation.events.last();
        let what = format!("{refusal:?}");
        self.notices(what);
        self.next_question = Instant::now() + Duration::from_millis(AGAIN_MS_MAX);
    }

    fn notices(&self, what: String) {
        let trouble = Trouble {
            session: self.talk.conversation.session.clone(),
            chatbot: self.place.chatbot.clone(),
            account: self.place.account.clone(),
            at: self.ground.began.elapsed(),
            what,
        };
        self.ground.troubles.lock().unwrap_or_else(PoisonError::into_inner).push(trouble);
    }

    async fn pauses(&mut self, ms_max: u64) {
        tokio::time::sleep(Duration::from_millis(self.dice.below(ms_max))).await;
    }
}
