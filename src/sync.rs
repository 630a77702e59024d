//! The one kind of lock. A panic does not poison it: handlers are caught when they panic, and what a lock guards here is
//! whole at every moment in which another thread can see it.

use std::sync::PoisonError;
use std::time::Duration;

pub use std::sync::MutexGuard;

/// A lock that stays usable after a panic of its holder.
#[derive(Debug, Default)]
pub struct Mutex<T>(std::sync::Mutex<T>);

impl<T> Mutex<T> {
    /// Returns an unlocked lock around the value.
    pub const fn new(value: T) -> Mutex<T> {
        Mutex(std::sync::Mutex::new(value))
    }

    /// Waits until no other thread holds the lock, and takes it.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A bell that threads wait for while they let go of a [`Mutex`].
#[derive(Debug, Default)]
pub struct Condvar(std::sync::Condvar);

impl Condvar {
    /// Returns a bell that nobody waits for.
    pub const fn new() -> Condvar {
        Condvar(std::sync::Condvar::new())
    }

    /// Waits for the bell. It may come back without one, so the caller looks whether its condition holds.
    pub fn wait<'g, T>(&self, guard: MutexGuard<'g, T>) -> MutexGuard<'g, T> {
        self.0.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the bell as [`Condvar::wait`] does, but not longer than `within`.
    pub fn wait_timeout<'g, T>(
        &self,
        guard: MutexGuard<'g, T>,
        within: Duration,
    ) -> MutexGuard<'g, T> {
        let waited = self.0.wait_timeout(guard, within);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Wakes one thread that waits.
    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    /// Wakes every thread that waits.
    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_holder_leaves_the_lock_usable() {
        static COUNT: Mutex<u32> = Mutex::new(1);
        let holder = std::thread::spawn(|| {
            let _guard = COUNT.lock();
            panic!("while it holds the lock");
        });
        assert!(holder.join().is_err());
        *COUNT.lock() += 1;
        assert_eq!(*COUNT.lock(), 2);
    }
}
