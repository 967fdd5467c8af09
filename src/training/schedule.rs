//! Learning rates, step by step: Burn's schedules, and around and beside them those that Burn leaves
//! out. Burn can combine only its own, so combinations are made here.

mod cyclic;
mod one_cycle;
mod plateau;

use burn::lr_scheduler::{
    LrSchedulerConfig,
    cosine::CosineAnnealingLrSchedulerConfig,
    exponential::ExponentialLrSchedulerConfig,
    linear::LinearLrSchedulerConfig,
    module_lr_scheduler::{ModuleLearningRate, ModuleLrScheduler, ModuleLrSchedulerConfig},
    noam::NoamLrSchedulerConfig,
    step::StepLrSchedulerConfig,
};
use burn::module::{Module, ParamGroup};

use super::faults::StepFaults;
use super::groups;
use super::optimizer::matrices;
use crate::spec::{
    GroupRate, OptimizerSpec, Reduction, Schedule, ScheduleSpec, Spec, TrainingSpec,
};
use plateau::PlateauRate;

/// The learning rates of a run: one for all tensors, and those of groups. Of several groups that hold
/// a tensor the last one counts.
pub(super) struct Rates {
    base: Rate,
    groups: Vec<(ParamGroup, Rate)>,
}

impl Rates {
    /// Those of a recipe of so many steps, for the tensors of a module.
    pub fn of_recipe<M: Module>(recipe: &TrainingSpec, steps: usize, module: &M) -> Self {
        let of = |rate: f64| behind_warm_up(&recipe.schedule, rate, steps);
        let OptimizerSpec { learning_rate, others, .. } = &recipe.optimizer;
        // The rates of all tensors, and then of the matrices.
        let all = rate_of_all(recipe);
        let of_matrices = others.as_ref().map(|_| (matrices(module), **learning_rate));
        let mut rates = Self { base: of(all), groups: Vec::new() };
        if let Some((ids, rate)) = &of_matrices {
            rates.groups.push((ParamGroup::from_ids(ids.clone()), of(*rate)));
        }
        for group in &recipe.groups {
            let ids = groups::ids(group, module);
            match &group.rate {
                GroupRate::Shared => {}
                GroupRate::Own(rate) => {
                    rates.groups.push((ParamGroup::from_ids(ids), of(**rate)));
                }
                GroupRate::Factor(factor) => {
                    let scaled = |rate: f64| Rate::Times(Box::new(of(rate)), *factor);
                    rates.groups.push((ParamGroup::from_ids(ids.clone()), scaled(all)));
                    if let Some((matrices, rate)) = &of_matrices {
                        let inside = ids.into_iter().filter(|id| matrices.contains(id)).collect();
                        rates.groups.push((ParamGroup::from_ids(inside), scaled(*rate)));
                    }
                }
            }
        }
        rates
    }

    /// All of them multiplied.
    pub fn times(self, factor: f64) -> Self {
        let times = |rate| Rate::Times(Box::new(rate), factor);
        let groups = self.groups.into_iter().map(|(group, rate)| (group, times(rate)));
        Self { base: times(self.base), groups: groups.collect() }
    }

    /// The same rate in every step.
    pub fn constant(rate: f64) -> Self {
        Self { base: Rate::Burn(ModuleLrScheduler::new(rate)), groups: Vec::new() }
    }

    /// The rates of the next step.
    pub fn step(&mut self) -> ModuleLearningRate {
        let base = ModuleLrScheduler::new(self.base.step());
        let groups = self.groups.iter_mut();
        let with_group = |rates: ModuleLrScheduler, (group, rate): &mut (ParamGroup, Rate)| {
            rates.with_group(group.clone(), rate.step())
        };
        groups.fold(base, with_group).step()
    }

    /// Tells the loss of an epoch that has ended.
    pub fn observe(&mut self, loss: f64) {
        self.base.observe(loss);
        self.groups.iter_mut().for_each(|(_, rate)| rate.observe(loss));
    }
}

/// The initial rate of all tensors that no group and no optimizer of matrices has.
fn rate_of_all(recipe: &TrainingSpec) -> f64 {
    let optimizer = recipe.optimizer.others.as_deref().unwrap_or(&recipe.optimizer);
    *optimizer.learning_rate
}

/// The rates of the steps that a spec declares, so many of them at most and but for those of groups, with
/// the fault that multiplies them; none where the schedule follows losses.
pub fn planned_rates(spec: &Spec, steps: usize, at_most: usize) -> Vec<f64> {
    let recipe = &spec.training;
    if recipe.schedule.kind.value.watches_loss() {
        return Vec::new();
    }
    let factor = StepFaults::of(spec).rate.unwrap_or(1.0);
    let rates = first_rates(recipe, steps, rate_of_all(recipe), steps.min(at_most));
    rates.into_iter().map(|rate| factor * rate).collect()
}

/// The first rates that a recipe's schedule makes of an initial one, over so many steps.
pub fn first_rates(recipe: &TrainingSpec, steps: usize, initial: f64, count: usize) -> Vec<f64> {
    let mut rate = behind_warm_up(&recipe.schedule, initial, steps);
    (0..count).map(|_| rate.step()).collect()
}

/// One rate on its way through the steps.
enum Rate {
    /// One of Burn's own.
    Burn(ModuleLrScheduler),
    /// A formula of the step, counted from 0.
    Formula(Box<dyn Fn(usize) -> f64>, usize),
    Plateau(PlateauRate),
    Times(Box<Rate>, f64),
    Composed(Vec<Rate>, Reduction),
    Sequential(Sequential),
}

/// Rates one after the other.
struct Sequential {
    parts: Vec<Rate>,
    milestones: Vec<usize>,
    steps: usize,
}

impl Sequential {
    /// The part that gives the rate of the next step.
    fn part(&mut self) -> &mut Rate {
        let passed = self.milestones.partition_point(|milestone| self.steps >= *milestone);
        &mut self.parts[passed]
    }
}

impl Rate {
    fn step(&mut self) -> f64 {
        match self {
            Self::Burn(scheduler) => scheduler.step().base(),
            Self::Formula(rate, steps) => {
                *steps += 1;
                rate(*steps - 1)
            }
            Self::Plateau(plateau) => plateau.rate(),
            Self::Times(rate, factor) => rate.step() * *factor,
            Self::Composed(parts, reduction) => {
                let rates = parts.iter_mut().map(Self::step);
                match reduction {
                    Reduction::Prod => rates.product(),
                    Reduction::Sum => rates.sum(),
                    Reduction::Avg => rates.sum::<f64>() / parts.len() as f64,
                }
            }
            Self::Sequential(sequential) => {
                let rate = sequential.part().step();
                sequential.steps += 1;
                rate
            }
        }
    }

    /// Tells the loss of an epoch to whatever looks at it now.
    fn observe(&mut self, loss: f64) {
        match self {
            Self::Burn(_) | Self::Formula(..) => {}
            Self::Plateau(plateau) => plateau.observe(loss),
            Self::Times(rate, _) => rate.observe(loss),
            Self::Composed(parts, _) => parts.iter_mut().for_each(|part| part.observe(loss)),
            Self::Sequential(sequential) => {
                // An epoch that ends with the milestone is still the part's before it.
                sequential.steps = sequential.steps.saturating_sub(1);
                sequential.part().observe(loss);
                sequential.steps += 1;
            }
        }
    }
}

/// The schedule of one rate, behind its warm-up.
fn behind_warm_up(schedule: &ScheduleSpec, rate: f64, steps: usize) -> Rate {
    let warm_up = *schedule.warm_up;
    let rest = steps.saturating_sub(warm_up).max(1);
    let main = main(&schedule.kind, rate, rest);
    if warm_up == 0 {
        return main;
    }
    let rise = move |step: usize| rate * (step as f64 + 1.0) / (warm_up as f64 + 1.0);
    let parts = vec![Rate::Formula(Box::new(rise), 0), main];
    Rate::Sequential(Sequential { parts, milestones: vec![warm_up], steps: 0 })
}

fn main(schedule: &Schedule, rate: f64, rest: usize) -> Rate {
    let until = |given: &Option<usize>| iterations(given.unwrap_or(rest));
    let burn: LrSchedulerConfig = match schedule {
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
            let parts =
                parts.map(|(position, part)| main(part, reduction.start(position, rate), rest));
            return Rate::Composed(parts.collect(), *reduction);
        }
        Schedule::Sequential { schedules, milestones } => {
            let begins = std::iter::once(0).chain(milestones.iter().copied());
            let ends = milestones.iter().copied().chain(std::iter::once(rest));
            let shares = begins.zip(ends).map(|(begin, end)| end.saturating_sub(begin).max(1));
            let parts = schedules.iter().zip(shares).map(|(part, share)| main(part, rate, share));
            let (parts, milestones) = (parts.collect(), milestones.clone());
            return Rate::Sequential(Sequential { parts, milestones, steps: 0 });
        }
        Schedule::Plateau(plateau) => return Rate::Plateau(PlateauRate::new(*plateau, rate)),
        Schedule::Cyclic(cyclic) => {
            let cyclic = *cyclic;
            return Rate::Formula(Box::new(move |step| cyclic::rate(&cyclic, rate, step)), 0);
        }
        Schedule::OneCycle(cycle) => {
            let (cycle, steps) = (*cycle, cycle.num_iters.unwrap_or(rest));
            let formula = move |step| one_cycle::rate(&cycle, rate, steps, step);
            return Rate::Formula(Box::new(formula), 0);
        }
    };
    let scheduler = ModuleLrSchedulerConfig::new(burn).init();
    Rate::Burn(scheduler.expect("the language admits only what Burn's schedules take"))
}

/// Any rate divided by it is finite.
const SMALLEST_GAMMA: f64 = 1e-300;

/// More steps than any run has; Burn counts one further.
fn iterations(steps: usize) -> usize {
    steps.min(i32::MAX as usize)
}
