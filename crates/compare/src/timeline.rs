//! When each group speaks of each cluster.

use std::collections::BTreeMap;

use visavis_records::{Clustering, Date, Groups, rows::TimelineRow};

use crate::{
    Corpus,
    units::{counts, taking_part, units},
};

/// Passages of every cluster by group and period, where documents have dates.
///
/// The period is a month where the dated documents span at most 3 years, a quarter up to 12 years, else a year;
/// `period_start` is its first day. `share` (0–1): mean over the group's documents of that period of the fraction of
/// the document's passages that lie in the cluster; outliers are in the denominator. There is no row for a period in
/// which the group has nothing in the cluster.
///
/// # Panics
/// If [`Corpus::check`] finds a fault.
pub fn timeline(corpus: &Corpus<'_>, clustering: &Clustering, groups: &Groups) -> Vec<TimelineRow> {
    let units = units(
        corpus,
        &taking_part(corpus, groups, &vec![false; corpus.len()]),
        0..corpus.len() as u32,
    );
    let dates = || {
        units
            .iter()
            .filter_map(|u| corpus.date[u.document as usize])
    };
    let (Some(first), Some(last)) = (dates().min(), dates().max()) else {
        return Vec::new();
    };
    let months = match last.days() - first.days() {
        0..=1_096 => 1,
        1_097..=4_383 => 3,
        _ => 12,
    };
    let period = |document: u32| corpus.date[document as usize].and_then(|d| start_of(d, months));
    let mut size: BTreeMap<(u32, Date), u32> = BTreeMap::new();
    for unit in &units {
        if let Some(start) = period(unit.document) {
            *size.entry((unit.group, start)).or_default() += 1;
        }
    }
    let mut rows = Vec::new();
    for layer in &clustering.layers {
        let mut cells: BTreeMap<(u32, u32, Date), (u32, u32, f64)> = BTreeMap::new();
        for (unit, counts) in units.iter().zip(counts(&units, layer)) {
            let Some(start) = period(unit.document) else {
                continue;
            };
            for (cluster, n) in counts {
                let cell = cells.entry((cluster, unit.group, start)).or_default();
                cell.0 += n;
                cell.1 += 1;
                cell.2 += f64::from(n) / unit.rows.len() as f64;
            }
        }
        rows.extend(cells.into_iter().map(
            |((cluster, group, period_start), (n_chunks, n_documents, sum))| TimelineRow {
                cluster: (layer.first + cluster) as i32,
                group: groups.labels[group as usize].clone(),
                period_start,
                n_chunks,
                n_documents,
                share: sum / f64::from(size[&(group, period_start)]),
            },
        ));
    }
    rows
}

fn start_of(date: Date, months: u32) -> Option<Date> {
    let (year, month, _) = date.ymd();
    Date::from_ymd(year, (month - 1) / months * months + 1, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_on_their_first_day() {
        let day = Date::from_ymd(2018, 8, 24).unwrap();
        let starts = [1, 3, 12].map(|months| start_of(day, months).unwrap().to_string());
        assert_eq!(starts, ["2018-08-01", "2018-07-01", "2018-01-01"]);
    }
}
