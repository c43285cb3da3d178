//! Whoever makes things go wrong, one after the other, and waits each time until they go right again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::cast::{Cast, Node, Store};
use super::plan::{Counts, Fault, Plan};
use super::proxy::Proxy;
use super::seed::Dice;
use super::tamper::{Syncs, Tamper};
use super::visitor::Ground;

/// Chance of the nemesis: a number that no other part of the run uses.
const PART: u64 = 2;
/// The longest pause between two faults, in milliseconds.
const PAUSE_MS_MAX: u64 = 250;
/// How long something is stopped or stalled, in milliseconds. The longest is longer than the journal's patience.
const STOP_MS: std::ops::Range<u64> = 200..2_600;
/// How long a node is stopped that shares its conversations with others, in milliseconds: longer than its lease.
const PAUSED_OWNER_MS: std::ops::Range<u64> = 4_000..6_000;
/// How long a clock is wrong, in milliseconds: longer than the server takes to notice.
const JUMP_MS: std::ops::Range<u64> = 5_500..7_000;
/// How long PostgreSQL stays away, in milliseconds: longer than the journal tries again.
const AWAY_MS: std::ops::Range<u64> = 3_000..5_000;

/// After how many faults it is told how far the run is.
const TELL_EVERY: usize = 50;

/// What happened.
#[derive(Debug, Default)]
pub struct Deeds {
    /// Faults that were injected.
    pub injected: Counts,
    /// From the beginning of each fault until, after its end, a question was answered that was sent since.
    pub felt: BTreeMap<Fault, Vec<Duration>>,
    /// From each death of a node until it said that it takes work.
    pub ready: Vec<Duration>,
}

/// The nemesis.
#[derive(Debug)]
pub struct Nemesis {
    cast: Cast,
    ground: Arc<Ground>,
    dice: Dice,
    deeds: Deeds,
}

impl Nemesis {
    /// One for these.
    pub fn new(cast: Cast, ground: Arc<Ground>, plan: &Plan) -> Self {
        Self { cast, ground, dice: plan.dice(PART), deeds: Deeds::default() }
    }

    /// Injects all faults of the plan that come in turn, as far as there is what they break. Gives the cast back whole.
    pub async fn works_through(mut self, plan: &Plan) -> (Cast, Deeds) {
        // Everybody is there before anything breaks.
        self.ground.pulse.next(self.ground.began).await;
        self.cast.store.settles();
        for (turn, fault) in plan.turns.iter().enumerate() {
            let began = Instant::now();
            if !self.injects(*fault).await {
                eprintln!("fault {turn} ({fault:?}) can't be injected: there is nothing that it breaks");
                continue;
            }
            *self.deeds.injected.entry(*fault).or_default() += 1;
            let felt = self.ground.pulse.next(began).await;
            let felt =
                felt.unwrap_or_else(|| panic!("after fault {turn} ({fault:?}) nobody is answered any more"));
            self.deeds.felt.entry(*fault).or_default().push(felt);
            self.pauses(0..PAUSE_MS_MAX).await;
            if (turn + 1) % TELL_EVERY == 0 {
                eprintln!("  {} of {} faults", turn + 1, plan.turns.len());
            }
        }
        (self.cast, self.deeds)
    }

    /// Injects a fault and takes it back. Says whether there was anything to break.
    async fn injects(&mut self, fault: Fault) -> bool {
        let node = self.dice.below(self.cast.nodes.len() as u64) as usize;
        match fault {
            Fault::NodeKill => self.kills_node(node).await,
            Fault::NodeKillInStall => {
                let Some(network) = &self.cast.nodes[node].store else { return false };
                network.stall();
                pauses(&mut self.dice, 100..400).await;
                network.flow();
                self.cast.nodes[node].server.kill();
                self.kills_node(node).await;
            }
            Fault::NodeFreeze => {
                self.cast.nodes[node].server.signal("STOP");
                // Where there are others, long enough for them to take over what it owns.
                let others = self.cast.nodes.len() > 1;
                self.pauses(if others { PAUSED_OWNER_MS } else { STOP_MS }).await;
                self.cast.nodes[node].server.signal("CONT");
            }
            Fault::SocketStall => stalls(&self.cast.nodes[node].door, &mut self.dice, STOP_MS).await,
            Fault::DatabaseStall | Fault::DatabaseCut | Fault::RedisStall => {
                return self.breaks_network(fault, node).await;
            }
            Fault::DiskError => return self.tampers(Syncs::Fail).await,
            Fault::DiskSlow => return self.tampers(Syncs::AreSlow).await,
            Fault::PowerLoss => return self.cuts_power().await,
            Fault::SchemaStep => return self.cast.store.grows(self.so_far(fault)).await,
            Fault::ClockJump => {
                let Some(clock) = &self.cast.clock else { return false };
                clock.jumps(self.so_far(fault) as u64);
                pauses(&mut self.dice, JUMP_MS).await;
                clock.goes_right();
            }
            Fault::DatabaseKill
            | Fault::DatabaseOutage
            | Fault::DatabaseBackendKill
            | Fault::DatabaseRestart
            | Fault::DatabaseFreeze => {
                return self.breaks_postgres(fault).await;
            }
            Fault::DiskFull => {
                let Store::SmallDisk(disk) = &self.cast.store else { return false };
                disk.fill();
                pauses(&mut self.dice, STOP_MS).await;
                disk.free();
            }
            Fault::RedisKill
            | Fault::RedisFlush
            | Fault::RedisFreeze
            | Fault::RedisPause
            | Fault::RedisFull => return self.breaks_redis(fault).await,
            Fault::SocketCut | Fault::ModelTrouble | Fault::TakeOver => return false,
        }
        true
    }

    /// Breaks the network between a node and what it rests on.
    async fn breaks_network(&mut self, fault: Fault, node: usize) -> bool {
        let alone = self.cast.nodes.len() == 1;
        let Node { store, redis, .. } = &self.cast.nodes[node];
        let Some(network) = (if fault == Fault::RedisStall { redis } else { store }) else { return false };
        match fault {
            Fault::DatabaseCut => drop(network.cut_all()),
            Fault::RedisStall if !alone => stalls(network, &mut self.dice, PAUSED_OWNER_MS).await,
            _ => stalls(network, &mut self.dice, STOP_MS).await,
        }
        true
    }

    /// How often this went wrong before.
    fn so_far(&self, fault: Fault) -> usize {
        self.deeds.injected.get(&fault).copied().unwrap_or_default()
    }

    async fn kills_node(&mut self, node: usize) {
        let died = Instant::now();
        self.cast.nodes[node].server.restart().await;
        self.deeds.ready.push(died.elapsed());
    }

    async fn breaks_postgres(&mut self, fault: Fault) -> bool {
        let Store::Own(postgres) = &mut self.cast.store else { return false };
        match fault {
            Fault::DatabaseKill => postgres.is_killed_for(Duration::ZERO).await,
            Fault::DatabaseOutage => {
                let away = self.dice.below(AWAY_MS.end - AWAY_MS.start) + AWAY_MS.start;
                postgres.is_killed_for(Duration::from_millis(away)).await;
            }
            Fault::DatabaseRestart => postgres.restarted().await,
            Fault::DatabaseBackendKill => postgres.loses_a_backend(&mut self.dice).await,
            _ => {
                postgres.stops();
                pauses(&mut self.dice, STOP_MS).await;
                postgres.goes_on();
            }
        }
        true
    }

    /// Has whoever keeps the history wait for its disk in vain.
    async fn tampers(&mut self, syncs: Syncs) -> bool {
        let processes = match &self.cast.store {
            Store::Own(postgres) => postgres.family(),
            Store::Shared { .. } => return false,
            _ => vec![self.cast.nodes[0].server.process_id()],
        };
        let Some(tamper) = Tamper::with(&processes, syncs).await else { return false };
        pauses(&mut self.dice, STOP_MS).await;
        drop(tamper);
        if let Store::Own(postgres) = &mut self.cast.store {
            postgres.is_up_again().await;
        }
        true
    }

    async fn cuts_power(&mut self) -> bool {
        match &mut self.cast.store {
            Store::Own(postgres) => postgres.loses_power().await,
            Store::WeakPower(power) => {
                self.cast.nodes[0].server.kill();
                power.fails();
                self.kills_node(0).await;
                true
            }
            _ => false,
        }
    }

    async fn breaks_redis(&mut self, fault: Fault) -> bool {
        let Some(redis) = &mut self.cast.redis else { return false };
        match fault {
            Fault::RedisKill => redis.killed().await,
            Fault::RedisFlush => redis.does("FLUSHALL").await,
            Fault::RedisPause => redis.does("CLIENT PAUSE 2000").await,
            Fault::RedisFull => {
                redis.does("CONFIG SET maxmemory 1").await;
                pauses(&mut self.dice, STOP_MS).await;
                redis.does("CONFIG SET maxmemory 0").await;
            }
            _ => {
                redis.stops();
                pauses(&mut self.dice, STOP_MS).await;
                redis.goes_on();
            }
        }
        true
    }

    async fn pauses(&mut self, ms: std::ops::Range<u64>) {
        pauses(&mut self.dice, ms).await;
    }
}

async fn pauses(dice: &mut Dice, ms: std::ops::Range<u64>) {
    tokio::time::sleep(Duration::from_millis(ms.start + dice.below(ms.end - ms.start))).await;
}

async fn stalls(network: &Proxy, dice: &mut Dice, ms: std::ops::Range<u64>) {
    network.stall();
    pauses(dice, ms).await;
    network.flow();
}
