//! Work of several requests of one instance, done together. A guest of the host's tests has this file, too.
//!
//! While an instance waits for the GPU, no other of its requests goes on. They come in behind it, and are one batch then.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use anyhow::{Context as _, anyhow};
use futures_util::lock::Mutex;

/// Requests that wait for their answers: of items `I`, answers `O` in the same order.
pub struct Batches<I, O> {
    /// The most items that are worked on together, but for a request that has more by itself.
    most: usize,
    waiting: RefCell<VecDeque<Rc<Job<I, O>>>>,
    /// Whoever has it works.
    turn: Mutex<()>,
}

struct Job<I, O> {
    items: Vec<I>,
    answer: Cell<Option<anyhow::Result<Vec<O>>>>,
}

impl<I: Clone, O> Batches<I, O> {
    /// Of up to so many items.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, waiting: RefCell::default(), turn: Mutex::new(()) }
    }

    /// The answers to `items`. The first of several requests waits for `pause`, has `work` answer what all of them have
    /// brought until then, and the others find their answers there.
    ///
    /// # Errors
    ///
    /// When `work` fails with these items.
    pub async fn answer(
        &self,
        items: Vec<I>,
        pause: impl Future<Output = ()>,
        work: impl Fn(&[I]) -> anyhow::Result<Vec<O>>,
    ) -> anyhow::Result<Vec<O>> {
        let job = Rc::new(Job { items, answer: Cell::new(None) });
        self.waiting.borrow_mut().push_back(Rc::clone(&job));
        let _turn = self.turn.lock().await;
        if let Some(answer) = job.answer.take() {
            return answer;
        }
        pause.await;
        loop {
            self.work_on(&self.next(), &work);
            // Those before may have been a batch of their own: of clients that have gone.
            if let Some(answer) = job.answer.take() {
                return answer;
            }
        }
    }

    /// Those that are worked on next: whole requests, the first in any case.
    fn next(&self) -> Vec<Rc<Job<I, O>>> {
        let mut waiting = self.waiting.borrow_mut();
        let mut room = self.most;
        let fits = |job: &&Rc<Job<I, O>>| {
            let fits = job.items.len() <= room;
            room = room.saturating_sub(job.items.len());
            fits
        };
        let count = waiting.iter().take_while(fits).count().max(1).min(waiting.len());
        waiting.drain(..count).collect()
    }

    fn work_on(&self, jobs: &[Rc<Job<I, O>>], work: &impl Fn(&[I]) -> anyhow::Result<Vec<O>>) {
        let items: Vec<_> = jobs.iter().flat_map(|job| job.items.iter().cloned()).collect();
        match work(&items) {
            Ok(answers) => {
                let mut answers = answers.into_iter();
                for job in jobs {
                    let own: Vec<_> = answers.by_ref().take(job.items.len()).collect();
                    let all = (own.len() == job.items.len()).then_some(own);
                    job.answer.set(Some(all.context("there are too few answers")));
                }
            }
            // One of them may be at fault.
            Err(_) if jobs.len() > 1 => {
                for job in jobs {
                    job.answer.set(Some(work(&job.items)));
                }
            }
            Err(error) => jobs.iter().for_each(|job| job.answer.set(Some(Err(anyhow!("{error:#}"))))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::poll_fn,
        task::{Context, Poll, Waker},
    };

    use futures_util::future::{join_all, pending};

    use super::*;

    /// Lets others go on once.
    fn others() -> impl Future<Output = ()> {
        let mut first = true;
        poll_fn(move |cx| {
            cx.waker().wake_by_ref();
            if std::mem::replace(&mut first, false) { Poll::Pending } else { Poll::Ready(()) }
        })
    }

    /// What comes of requests that are there at a time, and how many items were worked on together.
    fn answers(batches: &Batches<i32, i32>, requests: &[&[i32]]) -> (Vec<Option<Vec<i32>>>, Vec<usize>) {
        let sizes = RefCell::new(Vec::new());
        let work = |items: &[i32]| {
            sizes.borrow_mut().push(items.len());
            let answer = |item: &i32| item.checked_mul(2).context("too large");
            items.iter().map(answer).collect()
        };
        let asked = join_all(requests.iter().map(|items| batches.answer(items.to_vec(), others(), work)));
        let mut asked = std::pin::pin!(asked);
        let answers = loop {
            if let Poll::Ready(answers) = asked.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                break answers;
            }
        };
        (answers.into_iter().map(Result::ok).collect(), sizes.take())
    }

    #[test]
    fn those_that_are_there_are_worked_on_together() {
        let batches = Batches::new(4);
        let (got, sizes) = answers(&batches, &[&[1], &[2, 3], &[4], &[5, 6], &[7]]);
        let expected = [vec![2], vec![4, 6], vec![8], vec![10, 12], vec![14]].map(Some);
        assert_eq!((got.as_slice(), sizes.as_slice()), (&expected[..], &[4, 3][..]));
        // More than fits goes by itself.
        let (got, sizes) = answers(&batches, &[&[1; 9], &[], &[2]]);
        assert_eq!((got, sizes), (vec![Some(vec![2; 9]), Some(vec![]), Some(vec![4])], vec![9, 1]));
    }

    #[test]
    fn one_that_fails_fails_alone() {
        let batches = Batches::new(4);
        let (got, sizes) = answers(&batches, &[&[1], &[i32::MAX], &[2]]);
        assert_eq!((got, sizes), (vec![Some(vec![2]), None, Some(vec![4])], vec![3, 1, 1, 1]));
        assert_eq!(answers(&batches, &[&[i32::MAX]]), (vec![None], vec![1]));
    }

    #[test]
    fn one_that_has_gone_keeps_nobody() {
        let batches = Batches::new(2);
        {
            let gone = batches.answer(vec![1, 2], pending(), |items| Ok(items.to_vec()));
            let mut gone = std::pin::pin!(gone);
            assert!(gone.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        let (got, sizes) = answers(&batches, &[&[3]]);
        assert_eq!((got, sizes), (vec![Some(vec![6])], vec![2, 1]));
    }
}
