//! The optimizers' formulas in 64 bits on the host, from the papers that the vocabulary names; the
//! order of operations and the treatment of the first step are Burn's. They know no tensor and none of
//! Burn's optimizers, which are held against them.

use crate::spec::{AdjustLrFn, OptimizerKind};

/// What a formula keeps of one tensor between steps.
#[derive(Default)]
pub struct Memory {
    /// Steps so far, this one included.
    pub step: i32,
    pub slots: [Vec<f64>; 4],
}

/// One tensor before a step, with its gradient.
pub struct Before<'a> {
    pub weights: &'a [f64],
    pub gradient: &'a [f64],
    /// Rows and columns of a matrix, or of those that the last two axes make; none of a vector.
    pub matrix: Option<[usize; 2]>,
    pub rate: f64,
}

/// Gives the weights after the step.
pub type Formula = Box<dyn Fn(&mut Memory, &Before<'_>) -> Vec<f64>>;

/// The formula of an optimizer of the language for a tensor of this shape.
pub fn of(kind: &OptimizerKind, shape: &[usize]) -> Formula {
    match *kind {
        // Burn leaves the velocity out where there is no momentum.
        OptimizerKind::Sgd { momentum, dampening, nesterov, weight_decay } => {
            let dampening = if momentum == 0.0 { 0.0 } else { dampening };
            sgd(single(momentum), dampening, nesterov, single(weight_decay))
        }
        OptimizerKind::Adam { beta_1, beta_2, epsilon, amsgrad, weight_decay } => {
            adam([beta_1, beta_2].map(single), single(epsilon), amsgrad, single(weight_decay))
        }
        OptimizerKind::AdamW {
            beta_1,
            beta_2,
            epsilon,
            amsgrad,
            cautious_weight_decay,
            weight_decay,
        } => adamw(
            [beta_1, beta_2].map(single),
            single(epsilon),
            amsgrad,
            cautious_weight_decay,
            single(weight_decay),
        ),
        OptimizerKind::RmsProp { alpha, momentum, epsilon, centered, weight_decay } => rmsprop(
            single(alpha),
            single(momentum),
            single(epsilon),
            centered,
            single(weight_decay),
        ),
        OptimizerKind::AdaGrad { lr_decay, epsilon, weight_decay } => {
            adagrad(lr_decay, single(epsilon), single(weight_decay))
        }
        OptimizerKind::Adan { beta_1, beta_2, beta_3, epsilon, weight_decay, no_prox } => adan(
            [beta_1, beta_2, beta_3].map(single),
            single(epsilon),
            single(weight_decay),
            no_prox,
        ),
        OptimizerKind::Adafactor {
            epsilon_1,
            epsilon_2,
            clip_threshold,
            decay_rate,
            relative_step,
            scale_parameter,
            weight_decay,
        } => adafactor(Adafactor {
            epsilons: [epsilon_1, epsilon_2].map(single),
            clip_threshold: single(clip_threshold),
            decay_rate,
            relative_step,
            scale_parameter,
            weight_decay: single(weight_decay),
        }),
        OptimizerKind::Lamb { beta_1, beta_2, epsilon, weight_decay, use_trust_ratio } => lamb(
            [beta_1, beta_2].map(single),
            single(epsilon),
            single(weight_decay),
            use_trust_ratio,
        ),
        OptimizerKind::Lion { beta_1, beta_2, weight_decay } => {
            lion([beta_1, beta_2].map(single), single(weight_decay))
        }
        OptimizerKind::Muon {
            momentum,
            dampening,
            nesterov,
            ns_coefficients,
            epsilon,
            ns_steps,
            adjust_lr_fn,
            weight_decay,
        } => muon(Muon {
            momentum: single(momentum),
            dampening,
            nesterov,
            coefficients: ns_coefficients.map(single),
            epsilon: single(epsilon),
            steps: ns_steps,
            weight_decay: single(weight_decay),
            ratio: muon_ratio(adjust_lr_fn, shape),
        }),
    }
}

/// The factor of Muon's rate for the shape of a matrix.
fn muon_ratio(adjust: AdjustLrFn, shape: &[usize]) -> f64 {
    let &[rows, columns] = shape else { return 1.0 };
    let (rows, columns) = (rows as f64, columns as f64);
    match adjust {
        AdjustLrFn::Original => (rows / columns).max(1.0).sqrt(),
        AdjustLrFn::MatchRmsAdamW => 0.2 * rows.max(columns).sqrt(),
    }
}

/// An option as Burn keeps it, in single precision.
pub fn single(number: f64) -> f64 {
    f64::from(number as f32)
}

impl Memory {
    /// slot ← decay · slot + share · new.
    fn mix(&mut self, slot: usize, decay: f64, share: f64, new: &[f64]) -> Vec<f64> {
        let slot = &mut self.slots[slot];
        slot.resize(new.len(), 0.0);
        for (old, new) in slot.iter_mut().zip(new) {
            *old = decay * *old + share * new;
        }
        slot.clone()
    }

    /// The mean of what came in, 0 before the first step, corrected for that start.
    fn mean(&mut self, slot: usize, beta: f64, new: &[f64]) -> Vec<f64> {
        let correction = 1.0 - beta.powi(self.step);
        let mean = self.mix(slot, beta, 1.0 - beta, new);
        mean.iter().map(|value| value / correction).collect()
    }
}

fn zip(left: &[f64], right: &[f64], both: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    left.iter().zip(right).map(|(left, right)| both(*left, *right)).collect()
}

fn square(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| value * value).collect()
}

fn norm(values: &[f64]) -> f64 {
    square(values).iter().sum::<f64>().sqrt()
}

fn root_mean_square(values: &[f64]) -> f64 {
    norm(values) / (values.len() as f64).sqrt()
}

/// w − rate · update.
fn moved(weights: &[f64], update: &[f64], rate: f64) -> Vec<f64> {
    zip(weights, update, |weight, update| weight - rate * update)
}

/// g + decay · w.
fn coupled(before: &Before<'_>, decay: f64) -> Vec<f64> {
    zip(before.gradient, before.weights, |gradient, weight| gradient + decay * weight)
}

/// Velocity of SGD with momentum; the first is the gradient itself.
fn momentum(
    memory: &mut Memory,
    gradient: &[f64],
    momentum: f64,
    dampening: f64,
    nesterov: bool,
) -> Vec<f64> {
    let share = if memory.step == 1 { 1.0 } else { 1.0 - dampening };
    let velocity = memory.mix(0, momentum, share, gradient);
    if !nesterov {
        return velocity;
    }
    zip(gradient, &velocity, |gradient, velocity| gradient + momentum * velocity)
}

pub fn sgd(factor: f64, dampening: f64, nesterov: bool, decay: f64) -> Formula {
    Box::new(move |memory, before| {
        let gradient = coupled(before, decay);
        moved(
            before.weights,
            &momentum(memory, &gradient, factor, dampening, nesterov),
            before.rate,
        )
    })
}

/// m̂ / (√v̂ + ε), of a gradient that is given.
fn adam_update(
    memory: &mut Memory,
    gradient: &[f64],
    betas: [f64; 2],
    epsilon: f64,
    amsgrad: bool,
) -> Vec<f64> {
    let mean = memory.mean(0, betas[0], gradient);
    memory.mean(1, betas[1], &square(gradient));
    let mut second = memory.slots[1].clone();
    if amsgrad {
        let largest = &mut memory.slots[2];
        largest.resize(second.len(), 0.0);
        *largest = zip(largest, &second, f64::max);
        second.clone_from(largest);
    }
    let correction = 1.0 - betas[1].powi(memory.step);
    zip(&mean, &second, |mean, second| mean / ((second / correction).sqrt() + epsilon))
}

pub fn adam(betas: [f64; 2], epsilon: f64, amsgrad: bool, decay: f64) -> Formula {
    Box::new(move |memory, before| {
        let gradient = coupled(before, decay);
        moved(before.weights, &adam_update(memory, &gradient, betas, epsilon, amsgrad), before.rate)
    })
}

pub fn adamw(betas: [f64; 2], epsilon: f64, amsgrad: bool, cautious: bool, decay: f64) -> Formula {
    Box::new(move |memory, before| {
        let update = adam_update(memory, before.gradient, betas, epsilon, amsgrad);
        let decayed = zip(before.weights, &memory.slots[0], |weight, mean| {
            let one_sign = (weight >= 0.0) == (mean >= 0.0);
            if cautious && !one_sign { weight } else { weight * (1.0 - before.rate * decay) }
        });
        moved(&decayed, &update, before.rate)
    })
}

pub fn rmsprop(alpha: f64, factor: f64, epsilon: f64, centered: bool, decay: f64) -> Formula {
    Box::new(move |memory, before| {
        let gradient = coupled(before, decay);
        let mut spread = memory.mix(0, alpha, 1.0 - alpha, &square(&gradient));
        if centered {
            let mean = memory.mix(1, alpha, 1.0 - alpha, &gradient);
            spread = zip(&spread, &mean, |spread, mean| spread - mean * mean);
        }
        let scaled =
            zip(&gradient, &spread, |gradient, spread| gradient / (spread.sqrt() + epsilon));
        moved(before.weights, &memory.mix(2, factor, 1.0, &scaled), before.rate)
    })
}

pub fn adagrad(lr_decay: f64, epsilon: f64, decay: f64) -> Formula {
    Box::new(move |memory, before| {
        let gradient = coupled(before, decay);
        let sum = memory.mix(0, 1.0, 1.0, &square(&gradient));
        let rate = before.rate / (1.0 + f64::from(memory.step - 1) * lr_decay);
        moved(before.weights, &zip(&gradient, &sum, |g, sum| g / (sum.sqrt() + epsilon)), rate)
    })
}

pub fn adan(betas: [f64; 3], epsilon: f64, decay: f64, no_prox: bool) -> Formula {
    Box::new(move |memory, before| {
        let gradient = before.gradient;
        let last = std::mem::replace(&mut memory.slots[3], gradient.to_vec());
        let change = match memory.step {
            1 => vec![0.0; gradient.len()],
            _ => zip(gradient, &last, |now, last| now - last),
        };
        let ahead = zip(gradient, &change, |gradient, change| gradient + betas[1] * change);
        let mean = memory.mean(0, betas[0], gradient);
        let change = memory.mean(1, betas[1], &change);
        let spread = memory.mean(2, betas[2], &square(&ahead));
        let direction = zip(&mean, &change, |mean, change| mean + betas[1] * change);
        let update = zip(&direction, &spread, |step, spread| step / (spread.sqrt() + epsilon));
        let rate = before.rate;
        zip(before.weights, &update, |weight, update| match no_prox {
            true => weight * (1.0 - rate * decay) - rate * update,
            false => (weight - rate * update) / (1.0 + rate * decay),
        })
    })
}

pub struct Adafactor {
    pub epsilons: [f64; 2],
    pub clip_threshold: f64,
    pub decay_rate: f64,
    pub relative_step: bool,
    pub scale_parameter: bool,
    pub weight_decay: f64,
}

pub fn adafactor(options: Adafactor) -> Formula {
    Box::new(move |memory, before| {
        let step = f64::from(memory.step);
        let share = step.powf(options.decay_rate);
        let squares: Vec<f64> =
            square(before.gradient).iter().map(|square| square + options.epsilons[0]).collect();
        let second = match before.matrix {
            None => memory.mix(0, 1.0 - share, share, &squares),
            Some(shape) => factored(memory, &squares, shape, share),
        };
        let update = zip(before.gradient, &second, |gradient, second| gradient / second.sqrt());
        let clipped = (root_mean_square(&update) / options.clip_threshold).max(1.0);
        let mut size = before.rate;
        if options.relative_step {
            size = size.min(1.0 / step.sqrt());
        }
        if options.scale_parameter {
            size *= root_mean_square(before.weights).max(options.epsilons[1]);
        }
        let kept = 1.0 - before.rate * options.weight_decay;
        zip(before.weights, &update, |weight, update| weight * kept - size * update / clipped)
    })
}

/// The second moment of matrices as the product of what their rows and their columns have.
fn factored(
    memory: &mut Memory,
    squares: &[f64],
    [rows, columns]: [usize; 2],
    share: f64,
) -> Vec<f64> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let matrices = || squares.chunks(rows * columns);
    let by_row: Vec<f64> = squares.chunks(columns).map(mean).collect();
    let column = |matrix: &[f64], at: usize| {
        mean(&matrix.iter().skip(at).step_by(columns).copied().collect::<Vec<_>>())
    };
    let by_column: Vec<f64> =
        matrices().flat_map(|matrix| (0..columns).map(move |at| column(matrix, at))).collect();
    let by_row = memory.mix(0, 1.0 - share, share, &by_row);
    let by_column = memory.mix(1, 1.0 - share, share, &by_column);
    let pairs = by_row.chunks(rows).zip(by_column.chunks(columns));
    let products = pairs.flat_map(|(of_rows, of_columns)| {
        let all = mean(of_rows);
        of_rows.iter().flat_map(move |row| of_columns.iter().map(move |column| row * column / all))
    });
    products.collect()
}

pub fn lamb(betas: [f64; 2], epsilon: f64, decay: f64, use_trust_ratio: bool) -> Formula {
    Box::new(move |memory, before| {
        let update = adam_update(memory, before.gradient, betas, epsilon, false);
        let update = zip(&update, before.weights, |update, weight| update + decay * weight);
        let (weight, step) = (norm(before.weights), norm(&update));
        // Weights of 0 have no size that a step could be measured by.
        let is_trusted = use_trust_ratio && weight > 0.0 && step > 0.0;
        let ratio = if is_trusted { weight / step } else { 1.0 };
        moved(before.weights, &update, before.rate * ratio)
    })
}

pub fn lion(betas: [f64; 2], decay: f64) -> Formula {
    Box::new(move |memory, before| {
        memory.slots[0].resize(before.gradient.len(), 0.0);
        let direction = zip(&memory.slots[0], before.gradient, |mean, gradient| {
            sign(betas[0] * mean + (1.0 - betas[0]) * gradient)
        });
        memory.mix(0, betas[1], 1.0 - betas[1], before.gradient);
        let kept = 1.0 - before.rate * decay;
        zip(before.weights, &direction, |weight, sign| weight * kept - before.rate * sign)
    })
}

/// −1, 0 or 1.
fn sign(number: f64) -> f64 {
    if number == 0.0 { 0.0 } else { number.signum() }
}

pub struct Muon {
    pub momentum: f64,
    pub dampening: f64,
    pub nesterov: bool,
    pub coefficients: [f64; 3],
    /// The least norm that a matrix is divided by.
    pub epsilon: f64,
    pub steps: usize,
    pub weight_decay: f64,
    /// The rate's factor for the shape of the matrix.
    pub ratio: f64,
}

pub fn muon(options: Muon) -> Formula {
    Box::new(move |memory, before| {
        let Muon { momentum: factor, dampening, nesterov, .. } = options;
        let [_, columns] = before.matrix.expect("Muon trains matrices");
        let velocity = momentum(memory, before.gradient, factor, dampening, nesterov);
        let size = norm(&velocity).max(options.epsilon);
        let mut x: Vec<Vec<f64>> =
            velocity.chunks(columns).map(|row| row.iter().map(|v| v / size).collect()).collect();
        // The iteration for a wide matrix is the one for its transpose, transposed.
        let tall = x.len() > columns;
        if tall {
            x = transposed(&x);
        }
        let [a, b, c] = options.coefficients;
        for _ in 0..options.steps {
            let gram = product(&x, &transposed(&x));
            let mixed = sum(&gram, b, &product(&gram, &gram), c);
            x = sum(&x, a, &product(&mixed, &x), 1.0);
        }
        if tall {
            x = transposed(&x);
        }
        let kept = 1.0 - before.rate * options.weight_decay;
        let decayed: Vec<f64> = before.weights.iter().map(|weight| weight * kept).collect();
        moved(&decayed, &x.concat(), before.rate * options.ratio)
    })
}

fn transposed(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..matrix[0].len()).map(|column| matrix.iter().map(|row| row[column]).collect()).collect()
}

fn product(left: &[Vec<f64>], right: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let columns = transposed(right);
    let dot = |row: &[f64], column: &[f64]| row.iter().zip(column).map(|(a, b)| a * b).sum();
    left.iter().map(|row| columns.iter().map(|column| dot(row, column)).collect()).collect()
}

/// p · left + q · right.
fn sum(left: &[Vec<f64>], p: f64, right: &[Vec<f64>], q: f64) -> Vec<Vec<f64>> {
    left.iter().zip(right).map(|(left, right)| zip(left, right, |l, r| p * l + q * r)).collect()
}
