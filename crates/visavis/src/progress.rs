//! What a run says on standard error: a bar with rate and time left on a terminal, plain lines elsewhere.

use std::{io::IsTerminal, time::Instant};

use indicatif::{ProgressBar, ProgressStyle};
use visavis_records::Stage;

/// Where progress goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Nothing but errors.
    Quiet,
    /// A bar on a terminal, lines elsewhere.
    Shown,
}

impl Progress {
    /// Begins to watch a stage.
    pub fn begin(self, stage: Stage) -> Watch {
        let bar = match self {
            Progress::Shown if std::io::stderr().is_terminal() => {
                let style = "{prefix:>8} {wide_bar} {pos}/{len} {msg} ({per_sec}, {eta} left)";
                let style = ProgressStyle::with_template(style)
                    .unwrap_or_else(|_| ProgressStyle::default_bar());
                ProgressBar::no_length()
                    .with_style(style)
                    .with_prefix(stage.name())
            }
            _ => ProgressBar::hidden(),
        };
        Watch {
            bar,
            stage,
            progress: self,
            started: Instant::now(),
        }
    }

    /// Says a line.
    pub fn say(self, stage: Stage, line: &str) {
        if self == Progress::Shown {
            eprintln!("{:>8} {line}", stage.name());
        }
    }
}

/// A stage that is watched.
#[derive(Debug)]
pub struct Watch {
    bar: ProgressBar,
    stage: Stage,
    progress: Progress,
    started: Instant,
}

impl Watch {
    /// So many of so many `what` are done.
    pub fn at(&self, done: u64, of: u64, what: &'static str) {
        if self.bar.length() != Some(of) {
            self.bar.set_length(of);
            self.bar.set_message(what);
        }
        self.bar.set_position(done);
    }

    /// Ends with a line that says what was done, and gives the seconds it took.
    pub fn end(self, what: &str) -> f64 {
        self.bar.finish_and_clear();
        let seconds = self.started.elapsed().as_secs_f64();
        self.progress
            .say(self.stage, &format!("{what} in {seconds:.1} s"));
        seconds
    }
}
