//! When a tenant's sweep is due: its register's `cleanup_schedule` and `cleanup_time`.

use std::iter::successors;

use chrono::{
    DateTime, Datelike as _, LocalResult, NaiveDate, NaiveTime, Offset as _, TimeDelta, TimeZone as _, Utc, Weekday,
};
use chrono_tz::Tz;

/// A time of day in a time zone, daily, on Mondays, or on the first of the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cleanup {
    pub schedule: CleanupSchedule,
    pub time: NaiveTime,
    pub zone: Tz,
}

/// WEEKLY is on Mondays, MONTHLY on the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum CleanupSchedule {
    Daily,
    Weekly,
    Monthly,
}

/// Which of the two words is wrong, and what would be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CleanupError {
    #[error("expected the cleanup schedule daily, weekly or monthly")]
    Schedule,
    #[error("expected a cleanup time such as 02:00_UTC or 02:00_Europe/Berlin")]
    Time,
}

impl Cleanup {
    /// Reads the register's two words.
    ///
    /// # Errors
    /// [`CleanupError`] names the word at fault.
    pub fn parse(schedule: &str, time: &str) -> Result<Self, CleanupError> {
        let schedule = schedule.parse().map_err(|_| CleanupError::Schedule)?;
        let (clock, zone) = time.split_once('_').ok_or(CleanupError::Time)?;
        let time = NaiveTime::parse_from_str(clock, "%H:%M").map_err(|_| CleanupError::Time)?;
        let zone = zone.parse().map_err(|_| CleanupError::Time)?;
        if clock.len() == 5 { Ok(Self { schedule, time, zone }) } else { Err(CleanupError::Time) }
    }

    /// The newest instant, `now` included, at which a sweep was due.
    #[must_use]
    pub fn last_due(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let today = now.with_timezone(&self.zone).date_naive();
        let days = successors(Some(today), NaiveDate::pred_opt);
        days.filter_map(|day| self.due_on(day)).find(|due| *due <= now).unwrap_or(now)
    }

    /// The next instant after `now` at which a sweep is due.
    #[must_use]
    pub fn next_due(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let today = now.with_timezone(&self.zone).date_naive();
        // Yesterday's may be yet to come where the clocks jumped over midnight.
        let days = successors(today.pred_opt(), NaiveDate::succ_opt);
        days.filter_map(|day| self.due_on(day)).find(|due| *due > now).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// A time that comes twice counts the first time; a time the clocks jump over counts as long after the jump.
    fn due_on(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let today = match self.schedule {
            CleanupSchedule::Daily => true,
            CleanupSchedule::Weekly => day.weekday() == Weekday::Mon,
            CleanupSchedule::Monthly => day.day() == 1,
        };
        let local = today.then(|| day.and_time(self.time))?;
        match self.zone.from_local_datetime(&local) {
            LocalResult::Single(due) | LocalResult::Ambiguous(due, _) => Some(due.to_utc()),
            LocalResult::None => {
                let before =
                    self.zone.from_local_datetime(&local.checked_sub_signed(TimeDelta::days(1))?).earliest()?;
                Some(local.checked_sub_offset(before.offset().fix())?.and_utc())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_register_s_words_are_read() {
        let cleanup = Cleanup::parse("daily", "02:00_UTC").unwrap();
        let two = NaiveTime::from_hms_opt(2, 0, 0).unwrap();
        assert_eq!(cleanup, Cleanup { schedule: CleanupSchedule::Daily, time: two, zone: Tz::UTC });
        assert_eq!(Cleanup::parse("weekly", "23:30_Europe/Berlin").unwrap().zone, Tz::Europe__Berlin);
        for schedule in ["", "Daily", "hourly", "daily "] {
            assert_eq!(Cleanup::parse(schedule, "02:00_UTC"), Err(CleanupError::Schedule), "{schedule:?}");
        }
        for time in ["", "02:00", "2:00_UTC", "24:00_UTC", "02:60_UTC", "02:00_Mars", "02:00 UTC", "02:00:00_UTC"] {
            assert_eq!(Cleanup::parse("daily", time), Err(CleanupError::Time), "{time:?}");
        }
    }

    #[test]
    fn a_sweep_is_due_at_its_hour() {
        for (schedule, time, now, last, next) in [
            ("daily", "02:00_UTC", "2026-03-10T02:00:00Z", "2026-03-10T02:00:00Z", "2026-03-11T02:00:00Z"),
            ("daily", "02:00_UTC", "2026-03-10T01:59:59Z", "2026-03-09T02:00:00Z", "2026-03-10T02:00:00Z"),
            ("weekly", "02:00_UTC", "2026-03-11T00:00:00Z", "2026-03-09T02:00:00Z", "2026-03-16T02:00:00Z"),
            ("monthly", "02:00_UTC", "2026-03-01T01:00:00Z", "2026-02-01T02:00:00Z", "2026-03-01T02:00:00Z"),
            ("daily", "00:30_Asia/Tokyo", "2026-03-10T15:30:00Z", "2026-03-10T15:30:00Z", "2026-03-11T15:30:00Z"),
            // Berlin, 29 March 2026: 02:30 does not exist; 25 October 2026: it comes twice.
            ("daily", "02:30_Europe/Berlin", "2026-03-29T01:29:59Z", "2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z"),
            ("daily", "02:30_Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"),
            ("daily", "02:30_Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
            ("daily", "02:30_Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
            // Beirut, 29 March 2026: the clocks jump from midnight to one o'clock.
            ("daily", "00:15_Asia/Beirut", "2026-03-28T22:10:00Z", "2026-03-27T22:15:00Z", "2026-03-28T22:15:00Z"),
            // Apia went without 30 December 2011.
            ("daily", "02:00_Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T12:00:00Z", "2011-12-31T12:00:00Z"),
        ] {
            let cleanup = Cleanup::parse(schedule, time).unwrap();
            assert_eq!(cleanup.last_due(at(now)), at(last), "the last {schedule} {time} at {now}");
            assert_eq!(cleanup.next_due(at(now)), at(next), "the next {schedule} {time} after {now}");
        }
    }

    #[test]
    fn every_day_of_a_year_has_one_sweep_in_every_zone() {
        for zone in ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "Asia/Kathmandu"]
        {
            let cleanup = Cleanup::parse("daily", &format!("02:15_{zone}")).unwrap();
            let mut due = cleanup.last_due(at("2026-01-01T12:00:00Z"));
            for _ in 0..365 {
                let next = cleanup.next_due(due);
                assert_eq!(cleanup.last_due(next), next, "{zone}");
                assert_eq!(cleanup.last_due(next - TimeDelta::microseconds(1)), due, "{zone}");
                due = next;
            }
            let new_year = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap();
            assert_eq!(due.with_timezone(&cleanup.zone).date_naive(), new_year, "{zone}");
        }
    }
}
