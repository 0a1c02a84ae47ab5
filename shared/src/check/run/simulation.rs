//! Random runs: whatever probes do, a run ends, and nothing is left open.
