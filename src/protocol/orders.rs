//! The worker's ear.

use std::io::{self, BufRead};
use std::process;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use super::Order;
use crate::exit_code;

/// How long this process may take to leave by itself once the supervisor is gone.
const GRACE: Duration = Duration::from_secs(2);

/// A line that is no order.
#[derive(Debug, thiserror::Error)]
#[error("the supervisor sent a line that is no order: {0}")]
pub struct Unreadable(#[from] serde_json::Error);

/// The orders of the supervisor, from standard input, as they come. They end with [`Order::End`].
///
/// Standard input is also the lifeline: when it closes without [`Order::End`], the supervisor is
/// gone, and this process ends, however busy it is.
pub fn from_supervisor() -> Receiver<Result<Order, Unreadable>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        if !forward(io::stdin().lock(), &sender) {
            leave();
        }
    });
    receiver
}

/// Hands orders on until the last one; says whether it came.
fn forward(stream: impl BufRead, orders: &Sender<Result<Order, Unreadable>>) -> bool {
    for line in stream.lines() {
        let Ok(line) = line else { return false };
        let order = serde_json::from_str(&line).map_err(Unreadable::from);
        let last = matches!(order, Ok(Order::End));
        // Nobody listens: the worker is on its way out by itself.
        if orders.send(order).is_err() || last {
            return true;
        }
    }
    false
}

/// Ends this process. The usual way runs the exit handlers of drivers, which may wait for a
/// computation that never ends; so it has a limit.
fn leave() -> ! {
    thread::spawn(|| {
        thread::sleep(GRACE);
        process::abort();
    });
    process::exit(exit_code::RUN_INCOMPLETE.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceChoice;
    use crate::protocol::SetUp;

    fn heard(text: &str) -> (Vec<Result<Order, String>>, bool) {
        let (sender, receiver) = channel();
        let ended = forward(text.as_bytes(), &sender);
        drop(sender);
        let orders = receiver.iter().map(|order| order.map_err(|error| error.to_string()));
        (orders.collect(), ended)
    }

    fn set_up() -> Order {
        Order::SetUp(SetUp {
            device: DeviceChoice::Cpu,
            seed: Some(3),
            severities: Default::default(),
            try_mends: false,
            called_from: "/p".into(),
        })
    }

    #[test]
    fn orders_arrive_as_they_were_encoded_and_nothing_is_read_behind_the_last() {
        let lines = [set_up(), Order::End, set_up()].map(|order| order.encode().unwrap());
        assert_eq!(heard(&lines.concat()), (vec![Ok(set_up()), Ok(Order::End)], true));
    }

    #[test]
    fn a_stream_that_closes_without_a_last_order_is_noticed() {
        let (orders, ended) = heard(&set_up().encode().unwrap());
        assert_eq!((orders.len(), ended), (1, false));
        assert_eq!(heard(""), (Vec::new(), false));
    }

    #[test]
    fn a_line_that_is_no_order_is_an_error() {
        let (orders, _) = heard("{\"run\": 3}\n");
        let error = orders[0].as_ref().unwrap_err();
        assert!(error.starts_with("the supervisor sent a line that is no order: "), "{error}");
    }
}
