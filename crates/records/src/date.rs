//! A calendar day.

use std::{fmt, str::FromStr};

/// A day of the proleptic Gregorian calendar, as days since 1970-01-01 (the Parquet `DATE`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(i32);

/// Not a date `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date (YYYY-MM-DD)")]
pub struct NotADate(pub String);

impl Date {
    /// From days since 1970-01-01.
    pub fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i32 {
        self.0
    }

    /// A day by year, month (1–12) and day (1–31), if there is such a day.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(-9999..=9999).contains(&year)
        {
            return None;
        }
        // Hinnant's days_from_civil: years begin in March, so that the leap day comes last.
        let y = i64::from(year) - i64::from(month <= 2);
        let era = y.div_euclid(400);
        let yoe = y.rem_euclid(400);
        let doy = (153 * i64::from((month + 9) % 12) + 2) / 5 + i64::from(day) - 1;
        let days = era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468;
        let date = Self(days as i32);
        (date.ymd() == (year, month, day)).then_some(date)
    }

    /// Year, month (1–12) and day (1–31).
    pub fn ymd(self) -> (i32, u32, u32) {
        let z = i64::from(self.0) + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        (
            (yoe + era * 400 + i64::from(month <= 2)) as i32,
            month as u32,
            day as u32,
        )
    }
}

impl FromStr for Date {
    type Err = NotADate;

    /// Reads `2018-05-24`, also with a time behind it (`2018-05-24T09:00:00Z`), as well as `2018/05/24` and `2018-05`
    /// (the first of the month).
    fn from_str(s: &str) -> Result<Self, NotADate> {
        let day = s.trim().split(['T', ' ']).next().unwrap_or_default();
        let mut parts = day.split(['-', '/']).map(str::parse::<u32>);
        let (year, month, date) = (parts.next(), parts.next(), parts.next());
        match (year, month, date.unwrap_or(Ok(1)), parts.next()) {
            (Some(Ok(y @ 1000..=9999)), Some(Ok(m)), Ok(d), None) => Date::from_ymd(y as i32, m, d),
            _ => None,
        }
        .ok_or_else(|| NotADate(s.to_owned()))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, m, d) = self.ymd();
        write!(f, "{y:04}-{m:02}-{d:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_a_millennium_goes_there_and_back() {
        let (first, last) = (
            Date::from_ymd(1500, 1, 1).unwrap(),
            Date::from_ymd(2500, 1, 1).unwrap(),
        );
        for days in first.days()..last.days() {
            let (y, m, d) = Date::from_days(days).ymd();
            assert_eq!(Date::from_ymd(y, m, d), Some(Date::from_days(days)));
        }
        assert_eq!(Date::from_ymd(1970, 1, 1).unwrap().days(), 0);
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        assert_eq!(
            "2018-05-24T10:00:00Z".parse::<Date>().unwrap().to_string(),
            "2018-05-24"
        );
        assert_eq!("2024-02-29".parse::<Date>().unwrap().days(), 19_782);
        for bad in [
            "2023-02-29",
            "2018-13-01",
            "24.05.2018",
            "",
            "May 4",
            "2018-05-24-1",
        ] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
    }
}
