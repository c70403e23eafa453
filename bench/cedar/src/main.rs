//! Decides the same requests by the same policies, once with Cenote's evaluator and once with `cedar-policy`.
//!
//! Documents, entities and what is known of a request are read before the clock starts, for both. Every decision is
//! made anew. The two must agree on every request, else the figures would compare different things.

mod asked;
mod callers;
mod cedar;
mod cenote;

use std::collections::HashSet;
use std::hint::black_box;
use std::time::Instant;

use asked::{Asked, REQUESTS_PER_CALLER};
use callers::CALLERS;

/// How often all requests are decided by each, one after the other.
const TURNS: usize = 15;

/// What the median decision must keep to: nanoseconds, and how many times as fast as Cedar's it is.
const LONGEST: f64 = 5_000.0;
const LEAST_RATIO: f64 = 2.0;

fn main() {
    let requests = asked::all();
    assert_eq!(requests.iter().collect::<HashSet<_>>().len(), requests.len(), "all requests differ");
    assert!(requests.len() >= 10_000);
    let (ours, theirs) = (cenote::Evaluator::read(), cedar::Evaluator::read());
    let (known, prepared) = (cenote::known(&requests), theirs.prepare(&requests));

    let decide_ours = |at: usize| ours.allows(&requests[at], &known[at]);
    let decide_theirs = |at: usize| theirs.allows(&prepared[at]);
    let allowed = agree(&requests, decide_ours, decide_theirs);

    let mut turns = Vec::new();
    for _ in 0..TURNS {
        turns.push([turn(requests.len(), decide_ours), turn(requests.len(), decide_theirs)]);
    }
    show(&requests, &allowed, &turns);
    if !holds(&turns) {
        eprintln!("the bounds are {LONGEST} ns and a ratio of {LEAST_RATIO}");
        std::process::exit(1);
    }
}

/// Holds both decisions of every request against each other; gives which requests are allowed.
fn agree(requests: &[Asked], ours: impl Fn(usize) -> bool, theirs: impl Fn(usize) -> bool) -> Vec<bool> {
    let decided = (0..requests.len()).map(|at| (ours(at), theirs(at)));
    let differ: Vec<_> = decided
        .clone()
        .zip(requests)
        .filter(|((ours, theirs), _)| ours != theirs)
        .map(|((ours, theirs), asked)| format!("cenote {ours}, cedar {theirs}: {asked:?}"))
        .collect();
    assert!(differ.is_empty(), "{} differ\n{}", differ.len(), differ[..differ.len().min(5)].join("\n"));
    decided.map(|(ours, _)| ours).collect()
}

/// Decides all requests once, and gives the nanoseconds that each took.
fn turn(requests: usize, decide: impl Fn(usize) -> bool) -> Vec<f64> {
    let each = |at| {
        let begun = Instant::now();
        black_box(decide(black_box(at)));
        begun.elapsed().as_nanos() as f64
    };
    (0..requests).map(each).collect()
}

/// The median over turns of a figure that each turn has.
fn over_turns(turns: &[[Vec<f64>; 2]], figure: impl Fn(&[Vec<f64>; 2]) -> f64) -> f64 {
    quantile(turns.iter().map(figure).collect(), 0.5)
}

fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * part) as usize]
}

fn holds(turns: &[[Vec<f64>; 2]]) -> bool {
    let ours = over_turns(turns, |[ours, _]| quantile(ours.clone(), 0.5));
    let ratio =
        over_turns(turns, |[ours, theirs]| quantile(theirs.clone(), 0.5) / quantile(ours.clone(), 0.5));
    ours <= LONGEST && ratio >= LEAST_RATIO
}

fn show(requests: &[Asked], allowed: &[bool], turns: &[[Vec<f64>; 2]]) {
    println!(
        "{} policies, {} requests, {TURNS} paired turns, medians over the turns, one core",
        callers::names().len(),
        requests.len(),
    );
    println!(
        "{:<22} {:>8} {:>8} {:>10} {:>10} {:>7}",
        "median decision", "policies", "allowed", "cenote ns", "cedar ns", "ratio"
    );
    let line = |name: &str, policies: usize, of: &dyn Fn(usize) -> bool, part: f64| {
        let chosen: Vec<usize> = (0..requests.len()).filter(|at| of(*at)).collect();
        let of_turn = |times: &[f64]| quantile(chosen.iter().map(|at| times[*at]).collect(), part);
        let [ours, theirs] = [0, 1].map(|side| over_turns(turns, |turn| of_turn(&turn[side])));
        let ratio = over_turns(turns, |[ours, theirs]| of_turn(theirs) / of_turn(ours));
        let allowed = chosen.iter().filter(|at| allowed[**at]).count() * 100 / chosen.len();
        println!("{name:<22} {policies:>8} {allowed:>7}% {ours:>10.0} {theirs:>10.0} {ratio:>7.1}");
    };
    for (at, caller) in CALLERS.iter().enumerate() {
        line(caller.name, caller.policies().count(), &|request| requests[request].caller == at, 0.5);
    }
    let all = callers::names().len();
    line("all", all, &|_| true, 0.5);
    line("all, 99th percentile", all, &|_| true, 0.99);
    let empty = quantile(turn(REQUESTS_PER_CALLER, |at| at > 0), 0.5);
    println!("of each figure, about {empty:.0} ns are the clock's");
}
