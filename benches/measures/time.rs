//! What the recommended set costs: against the training that a spec describes, and in seconds. On the
//! CPU, where nothing but the work counts.

use std::time::Instant;

use nn_test::device::Devices;
use nn_test::experiment::{Experiment, Laboratory, median};
use nn_test::spec::Spec;

/// How often each is measured. The least counts: whatever else runs on the machine only adds.
const REPEATS: usize = 3;
const SEEDS: u64 = 3;

/// What one spec costs, in milliseconds.
struct Cost {
    /// A training of the steps that the spec declares, with loading and drawing weights.
    bare: f64,
    steps: usize,
    /// A training of as many steps as the experiments take.
    same: f64,
    same_steps: usize,
    /// Each experiment that the recommended set needs.
    experiments: Vec<(Experiment, f64)>,
    /// All of it, with loading, drawing weights and judging.
    recommended: f64,
}

/// Prints the table and what is asked of it.
pub fn report(specs: &[Spec], cpu: &Devices) {
    println!(
        "spec | bare training (ms) | its steps | of as many steps as the set takes (ms) | steps | \
         recommended set (ms) | ratio | to as many steps | of which experiments (ms)"
    );
    let (mut ratios, mut to_same) = (Vec::new(), Vec::new());
    let mut seconds = Vec::new();
    for spec in specs {
        let costs: Vec<Cost> = (0..REPEATS).map(|_| cost(spec, cpu)).collect();
        let least = |of: &dyn Fn(&Cost) -> f64| costs.iter().map(of).fold(f64::INFINITY, f64::min);
        let (bare, recommended) = (least(&|cost| cost.bare), least(&|cost| cost.recommended));
        let same = least(&|cost| cost.same);
        let (ratio, of_same) = (recommended / bare, recommended / same);
        let experiments = costs[0].experiments.iter().enumerate();
        let parts: Vec<String> = experiments
            .map(|(at, (experiment, _))| {
                format!("{experiment:?} {:.0}", least(&|cost| cost.experiments[at].1))
            })
            .collect();
        println!(
            "{} | {bare:.0} | {} | {same:.0} | {} | {recommended:.0} | {ratio:.1} | {of_same:.1} | {}",
            *spec.name,
            costs[0].steps,
            costs[0].same_steps,
            parts.join(", ")
        );
        ratios.push(ratio);
        to_same.push(of_same);
        seconds.push(three_seeds(spec, cpu));
    }
    println!("median ratio {:.1}", median(ratios));
    println!("median ratio to as many steps {:.1} (asked: at most 3)", median(to_same));
    println!(
        "median time of the recommended set with {SEEDS} seeds {:.2} s (asked: at most 2 s)\n",
        median(seconds)
    );
}

fn cost(spec: &Spec, cpu: &Devices) -> Cost {
    let begin = Instant::now();
    let laboratory = super::laboratory(spec, cpu);
    let steps = laboratory.train_bare(None).expect("shipped specs train").len();
    let bare = since(begin);

    let begin = Instant::now();
    let mut laboratory = super::laboratory(spec, cpu);
    let mut experiments: Vec<(Experiment, f64)> = Vec::new();
    for need in spec.expectations.iter().flat_map(|expectation| expectation.property.needs) {
        if experiments.iter().all(|(known, _)| known != need) {
            let begin = Instant::now();
            laboratory.require(*need, &mut |_, _, _, _| ()).expect("experiments succeed");
            experiments.push((*need, since(begin)));
        }
    }
    judge(spec, &mut laboratory);
    let recommended = since(begin);

    let evidence = laboratory.evidence();
    let attempts = evidence.overfit.iter().flat_map(|found| &found.attempts);
    let trained = evidence.training.iter().map(|training| training.steps);
    let same_steps = attempts.map(|attempt| attempt.steps).chain(trained).sum();
    let begin = Instant::now();
    super::laboratory(spec, cpu).train_bare(Some(same_steps)).expect("shipped specs train");
    Cost { bare, steps, same: since(begin), same_steps, experiments, recommended }
}

fn judge(spec: &Spec, laboratory: &mut Laboratory) {
    for expectation in &spec.expectations {
        laboratory.judge(expectation, &mut |_, _, _, _| ()).expect("experiments succeed");
    }
}

/// Seconds for the recommended set with several seeds.
fn three_seeds(spec: &Spec, cpu: &Devices) -> f64 {
    let begin = Instant::now();
    for seed in 1..=SEEDS {
        let mut seeded = spec.clone();
        seeded.training.seed = seed;
        judge(&seeded, &mut super::laboratory(&seeded, cpu));
    }
    begin.elapsed().as_secs_f64()
}

/// Milliseconds.
fn since(begin: Instant) -> f64 {
    1e3 * begin.elapsed().as_secs_f64()
}
