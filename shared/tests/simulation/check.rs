//! What must be true once the network has healed.

use echoclock_shared::transport::Transport;

use super::World;

impl World {
    /// Looks at the page's view, the server's receipts, and every clock.
    pub(super) fn check(&self) {
        assert!(
            self.session.chat().outbox().is_empty(),
            "messages still wait: {:?}",
            self.session.chat()
        );
        assert!(
            !self.session.chat().posting().is_on(),
            "the chat does not return to its socket: {:?}",
            self.session.chat()
        );
        assert!(
            self.outcome.restarts_alone == 0 || self.view.went_over == 0,
            "the chat goes over though only the server fails"
        );
        let refused = |text: &str| text.starts_with("refuse");
        let expected: Vec<_> =
            self.view.said.iter().filter(|(_, text)| !refused(text)).cloned().collect();
        assert_eq!(self.view.echoed, expected, "what is echoed on the page is not what was said");
        let expected = self.view.said.iter().filter(|(_, text)| refused(text)).map(|(key, _)| *key);
        assert_eq!(self.view.refused, expected.collect::<Vec<_>>());
        let mut received = Vec::new();
        for key in &self.server.receipts {
            if !received.contains(key) {
                received.push(*key);
            }
        }
        let said: Vec<_> = self.view.said.iter().map(|(key, _)| *key).collect();
        assert_eq!(received, said, "the server did not get what was said, in order");
        let lanes = Transport::ALL.map(|transport| self.session.lane(transport));
        for clock in lanes.into_iter().chain([self.session.clock()]) {
            let newest = clock.period().newest_at(self.server.wall(self.now));
            let cursor = clock.cursor().expect("a healed clock has ticked");
            let asks = matches!(clock.transport(), Transport::Poll);
            let pause = clock.asks_every().as_millis() as u64 / clock.period().millis();
            assert!(
                cursor.plus(40 + if asks { pause } else { 0 }) > newest,
                "{:?} stands at {cursor}, and {newest} is the newest",
                clock.part()
            );
            assert!(
                cursor <= self.server.furthest_cursor(clock.period(), self.now),
                "{:?} waits at {cursor} for what was {newest} long ago",
                clock.part()
            );
        }
        let server_clock = self.session.server_clock();
        let off = server_clock.micros_since(self.server.wall(self.now), self.now);
        let error = server_clock.error_at(self.now);
        assert!(
            off.zip(error).is_some_and(|(off, error)| off.abs() <= error),
            "the server's time is taken for another: {off:?} by at most {error:?}"
        );
    }
}
