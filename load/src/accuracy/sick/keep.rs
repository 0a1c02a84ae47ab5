//! Answers that are kept: given to another request for the same address while they run, or afterwards.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::watch;

use super::body::Length;
use super::head::Head;

/// Which answers are kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Keeps {
    /// None.
    Nothing,
    /// Those that run, for whoever asks the same meanwhile.
    WhileItRuns,
    /// Those that have come to their end, for whoever asks the same after that.
    AfterItsEnd,
}

/// The answers that are kept, by the address that was asked for.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<HashMap<String, Arc<Answer>>>);

/// An answer as far as it has come.
pub(super) type Answer = watch::Sender<Known>;

#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    head: Option<(Head, Length)>,
    pieces: Vec<Vec<u8>>,
    /// Whether it is over, and whole.
    end: Option<bool>,
}

/// What there is for a request.
pub(super) enum Found {
    /// An answer to another request.
    Kept(Arc<Answer>),
    /// Nothing: whoever asks is the first, and tells what comes.
    Nothing(First),
}

impl Kept {
    pub(super) fn find(self: &Arc<Self>, target: &str, keeps: Keeps) -> Found {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |answer: &&Arc<Answer>| {
            let is_over = answer.borrow().end.is_some();
            is_over == (keeps == Keeps::AfterItsEnd)
        };
        if let Some(answer) = all.get(target).filter(fits) {
            return Found::Kept(Arc::clone(answer));
        }
        let answer = Arc::new(watch::Sender::new(Known::default()));
        all.insert(target.to_owned(), Arc::clone(&answer));
        let (kept, target) = (Arc::clone(self), target.to_owned());
        Found::Nothing(First { answer, kept, target, keeps })
    }
}

/// The request that the others are given the answer of.
pub(super) struct First {
    answer: Arc<Answer>,
    kept: Arc<Kept>,
    target: String,
    keeps: Keeps,
}

impl First {
    pub(super) fn head(&self, head: &Head, length: Length) {
        self.answer.send_modify(|known| known.head = Some((head.clone(), length)));
    }

    /// Notes a piece; an empty one is the end.
    pub(super) fn piece(&self, piece: &[u8]) {
        self.answer.send_modify(|known| match piece {
            [] => known.end = Some(true),
            piece => known.pieces.push(piece.to_vec()),
        });
    }
}

impl Drop for First {
    fn drop(&mut self) {
        self.answer.send_modify(|known| known.end = known.end.or(Some(false)));
        let stays = self.keeps == Keeps::AfterItsEnd && self.answer.borrow().end == Some(true);
        let mut all = self.kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_this = all.get(&self.target).is_some_and(|one| Arc::ptr_eq(one, &self.answer));
        if is_this && !stays {
            all.remove(&self.target);
        }
    }
}

/// Gives out a kept answer from its beginning, as if it came from the server.
pub(super) async fn again(
    answer: &Answer,
) -> io::Result<(Head, Length, Receiver<io::Result<Vec<u8>>>)> {
    let mut follows = answer.subscribe();
    let known = follows.wait_for(|known| known.head.is_some() || known.end.is_some()).await;
    let head = known.ok().and_then(|known| known.head.clone());
    let (head, length) = head.ok_or(io::ErrorKind::UnexpectedEof)?;
    let (sender, receiver) = channel(16);
    tokio::spawn(async move {
        let mut given = 0;
        loop {
            let Known { pieces, end, .. } = follows.borrow_and_update().clone();
            let mut next: Vec<_> = pieces.into_iter().skip(given).map(Ok).collect();
            given += next.len();
            next.extend(end.map(|is_whole| {
                if is_whole { Ok(Vec::new()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
            }));
            for piece in next {
                // A receiver that has gone wants no more.
                if sender.send(piece).await.is_err() {
                    return;
                }
            }
            if end.is_some() || follows.changed().await.is_err() {
                return;
            }
        }
    });
    Ok((head, length, receiver))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_is_given_again_while_it_runs_or_after_it() {
        for (keeps, meanwhile, afterwards) in
            [(Keeps::WhileItRuns, true, false), (Keeps::AfterItsEnd, false, true)]
        {
            let kept = Arc::new(Kept::default());
            let Found::Nothing(first) = kept.find("/a", keeps) else { panic!("nothing is kept") };
            first.head(&Head::default(), Length::Chunked);
            first.piece(b"x");
            if meanwhile {
                let Found::Kept(answer) = kept.find("/a", keeps) else { panic!("it runs") };
                let (_, _, mut pieces) = again(&answer).await.unwrap();
                assert_eq!(pieces.recv().await.unwrap().unwrap(), b"x");
                first.piece(b"");
                assert_eq!(pieces.recv().await.unwrap().unwrap(), b"");
            }
            first.piece(b"");
            drop(first);
            assert_eq!(matches!(kept.find("/a", keeps), Found::Kept(_)), afterwards);
        }
    }
}
