//! Burn's learning-rate schedules, from the spec's words for them.

use burn::lr_scheduler::{
    LrSchedulerConfig,
    composed::{ComposedLrSchedulerConfig, SchedulerReduction},
    cosine::CosineAnnealingLrSchedulerConfig,
    exponential::ExponentialLrSchedulerConfig,
    linear::LinearLrSchedulerConfig,
    module_lr_scheduler::{ModuleLrScheduler, ModuleLrSchedulerConfig},
    noam::NoamLrSchedulerConfig,
    sequential::SequentialLrSchedulerConfig,
    step::StepLrSchedulerConfig,
};
use burn::module::Module;

use super::optimizer::matrices;
use crate::spec::{OptimizerSpec, Reduction, Schedule, ScheduleSpec};

/// The learning rates of a recipe of so many steps, for each tensor of a module.
pub(super) fn scheduler<M: Module>(
    schedule: &ScheduleSpec,
    optimizer: &OptimizerSpec,
    steps: usize,
    module: &M,
) -> ModuleLrScheduler {
    let of = |optimizer: &OptimizerSpec| config(schedule, *optimizer.learning_rate, steps);
    let rates = match &optimizer.others {
        None => ModuleLrSchedulerConfig::new(of(optimizer)),
        Some(others) => {
            ModuleLrSchedulerConfig::new(of(others)).with_group(matrices(module), of(optimizer))
        }
    };
    rates.init().expect("the language admits only what Burn's schedules take")
}

/// The same rate in every step.
pub(super) fn constant(rate: f64) -> ModuleLrScheduler {
    ModuleLrScheduler::new(rate)
}

/// The schedule of one rate, behind its warm-up.
fn config(schedule: &ScheduleSpec, rate: f64, steps: usize) -> LrSchedulerConfig {
    let warm_up = *schedule.warm_up;
    let rest = steps.saturating_sub(warm_up).max(1);
    let main = main(&schedule.kind, rate, rest);
    if warm_up == 0 {
        return main;
    }
    let first = (rate / (warm_up as f64 + 1.0)).max(f64::MIN_POSITIVE);
    let rise = LinearLrSchedulerConfig::new(first, rate, iterations(warm_up)).into();
    SequentialLrSchedulerConfig::new(vec![rise, main], vec![warm_up]).into()
}

fn main(schedule: &Schedule, rate: f64, rest: usize) -> LrSchedulerConfig {
    let until = |given: &Option<usize>| iterations(given.unwrap_or(rest));
    match schedule {
        Schedule::Constant => rate.into(),
        Schedule::Linear { final_lr, num_iters } => {
            LinearLrSchedulerConfig::new(rate, *final_lr, until(num_iters)).into()
        }
        Schedule::Cosine { min_lr, num_iters } => {
            CosineAnnealingLrSchedulerConfig::new(rate, until(num_iters))
                .with_min_lr(*min_lr)
                .into()
        }
        // Burn starts at rate / gamma, which must stay a number.
        Schedule::Exponential { gamma } => {
            ExponentialLrSchedulerConfig::new(rate, gamma.max(SMALLEST_GAMMA)).into()
        }
        Schedule::Step { step_size, gamma } => {
            StepLrSchedulerConfig::new(rate, *step_size).with_gamma(*gamma).into()
        }
        Schedule::Noam { warmup_steps, model_size } => NoamLrSchedulerConfig::new(rate)
            .with_warmup_steps(*warmup_steps)
            .with_model_size(*model_size)
            .into(),
        Schedule::Composed { schedules, reduction } => {
            let parts = schedules.iter().enumerate();
            let parts = parts
                .map(|(position, part)| main(part, reduction.start(position, rate), rest))
                .collect();
            ComposedLrSchedulerConfig::new()
                .with_schedulers(parts)
                .with_reduction(match reduction {
                    Reduction::Prod => SchedulerReduction::Prod,
                    Reduction::Avg => SchedulerReduction::Avg,
                    Reduction::Sum => SchedulerReduction::Sum,
                })
                .into()
        }
    }
}

/// Any rate divided by it is finite.
const SMALLEST_GAMMA: f64 = 1e-300;

/// More steps than any run has; Burn counts one further.
fn iterations(steps: usize) -> usize {
    steps.min(i32::MAX as usize)
}
