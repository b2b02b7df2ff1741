//! What the product writes to its own log while tests run: shown with a test that fails, and searched for secrets.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use tracing_subscriber::EnvFilter;

/// As much of the diary as is searched; older lines were searched by the tests that wrote them.
const KEPT: usize = 4 * 1024 * 1024;

static DIARY: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn diary() -> MutexGuard<'static, Vec<u8>> {
    DIARY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins to write down what is logged, once for a test program.
pub fn begin() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let filter = EnvFilter::try_from_default_env()
            .unwrap_or_else(|_| EnvFilter::new("info,poem=warn,sea_orm_migration=warn,sqlx=warn"));
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(|| Page).init();
    });
}

/// Whether these words were logged.
pub fn tells(words: &str) -> bool {
    crate::captured::contains(&diary(), words)
}

/// How many lines with all of these words were logged.
pub fn count(words: &[&str]) -> usize {
    let diary = diary();
    let lines = diary.split(|byte| *byte == b'\n');
    lines.filter(|line| words.iter().all(|words| crate::captured::contains(line, words))).count()
}

struct Page;

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Shown with the test that was running, if that fails.
        print!("{}", String::from_utf8_lossy(bytes));
        let mut diary = diary();
        diary.extend_from_slice(bytes);
        let excess = diary.len().saturating_sub(KEPT);
        diary.drain(..excess);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
