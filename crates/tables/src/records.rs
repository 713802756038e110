//! Parquet made by others, row by row, as text.

use std::io::Cursor;

use polars::prelude::*;
use visavis_records::ColumnarReader;

/// Rows of a file that are held at once.
const ROWS: usize = 4_096;

/// Opens Parquet files made elsewhere: what `read` is handed to read them as records.
///
/// Numbers, dates and times are written as text (`2018-05-24`), values of a list divided by `; `, truth as `true` and
/// `false`. Columns of a type that has no words here are left out: bytes, nested structures, times of day, decimals.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parquet;

impl ColumnarReader for Parquet {
    fn unpacked_bytes(&self, bytes: &[u8]) -> Result<u64, String> {
        guarded(|| {
            let mut reader = ParquetReader::new(Cursor::new(bytes));
            let metadata = reader.get_metadata().map_err(|e| sentence(&e))?;
            let sizes = metadata
                .row_groups
                .iter()
                .map(|g| g.total_byte_size() as u64);
            Ok(sizes.fold(0, u64::saturating_add))
        })
    }

    fn rows(&self, bytes: &[u8], row: &mut dyn FnMut(Vec<(String, String)>)) -> Result<(), String> {
        let (height, columns) = guarded(|| {
            let mut reader = ParquetReader::new(Cursor::new(bytes));
            let schema = reader.schema().map_err(|e| sentence(&e))?;
            let fields = schema.iter_values().filter(|f| has_words(f.dtype()));
            let columns: Vec<String> = fields.map(|f| f.name.to_string()).collect();
            Ok((reader.num_rows().map_err(|e| sentence(&e))?, columns))
        })?;
        for start in (0..height).step_by(ROWS) {
            let frame = guarded(|| {
                let reader = ParquetReader::new(Cursor::new(bytes))
                    .with_columns(Some(columns.clone()))
                    .with_slice(Some((start, ROWS)));
                reader.finish().map_err(|e| sentence(&e))
            })?;
            for at in 0..frame.height() {
                let cell = |c: &Column| Some((c.name().to_string(), words(c.get(at).ok()?)?));
                row(guarded(|| {
                    Ok(frame.columns().iter().filter_map(cell).collect())
                })?);
            }
        }
        Ok(())
    }
}

/// Whether values of a type can be written as text.
fn has_words(dtype: &ArrowDataType) -> bool {
    use ArrowDataType as D;
    match dtype {
        D::Boolean
        | D::Int8
        | D::Int16
        | D::Int32
        | D::Int64
        | D::UInt8
        | D::UInt16
        | D::UInt32
        | D::UInt64
        | D::Float32
        | D::Float64
        | D::Date32
        | D::Timestamp(..)
        | D::Utf8
        | D::LargeUtf8
        | D::Utf8View => true,
        D::Dictionary(_, values, _) => has_words(values),
        D::List(item) | D::LargeList(item) | D::FixedSizeList(item, _) => has_words(item.dtype()),
        _ => false,
    }
}

/// A damaged file may make the reader panic: that is an error of the file.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    caught.unwrap_or_else(|_| Err("it is damaged, or of a kind that is not known".to_owned()))
}

fn sentence(error: &PolarsError) -> String {
    error.to_string().trim_end_matches('.').replace('\n', " ")
}

/// A value as text, or none where it is null or has no words.
fn words(value: AnyValue<'_>) -> Option<String> {
    if let Some(text) = value.get_str() {
        return Some(text.to_owned());
    }
    match value {
        AnyValue::Null => None,
        // A moment of some zone is kept as UTC: that is what is written of it.
        AnyValue::Datetime(at, unit, Some(_)) | AnyValue::DatetimeOwned(at, unit, Some(_)) => {
            Some(AnyValue::Datetime(at, unit, None).to_string())
        }
        AnyValue::List(items) | AnyValue::Array(items, _) => {
            let items: Vec<String> = items.iter().filter_map(words).collect();
            (!items.is_empty()).then(|| items.join("; "))
        }
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Result<Vec<Vec<(String, String)>>, String> {
        let mut out = Vec::new();
        Parquet.rows(bytes, &mut |row| out.push(row)).map(|()| out)
    }

    fn file(mut frame: DataFrame) -> Vec<u8> {
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
        bytes
    }

    #[test]
    fn values_are_words_and_nulls_are_left_out() {
        let day = Int32Chunked::new("day".into(), [Some(17_675), None]).into_date();
        let moment = Int64Chunked::new("moment".into(), [Some(1_527_156_000_000_000_i64), None])
            .into_datetime(TimeUnit::Microseconds, None);
        let list = Series::new(
            "tags".into(),
            [
                Series::new("".into(), ["a", "b"]),
                Series::new("".into(), ["c"]),
            ],
        );
        let columns = vec![
            Column::new("text".into(), ["One text.", "Другой."]),
            Column::new("n".into(), [Some(7i16), None]),
            Column::new("share".into(), [0.5, 1.0]),
            Column::new("open".into(), [true, false]),
            day.into_column(),
            moment.into_column(),
            list.into_column(),
        ];
        let bytes = file(DataFrame::new(2, columns).unwrap());
        let found = rows(&bytes).unwrap();
        let first: Vec<_> = found[0]
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        assert_eq!(
            first[..5],
            [
                ("text", "One text."),
                ("n", "7"),
                ("share", "0.5"),
                ("open", "true"),
                ("day", "2018-05-24")
            ]
        );
        assert!(first[5].1.starts_with("2018-05-24 10:00:00"), "{first:?}");
        assert_eq!(first[6], ("tags", "a; b"));
        let second: Vec<&str> = found[1].iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(second, ["text", "share", "open", "tags"]);
        assert!(Parquet.unpacked_bytes(&bytes).unwrap() > 50);
    }

    #[test]
    fn a_moment_of_a_zone_is_written_as_utc() {
        let zone = TimeZone::opt_try_new(Some("Europe/Moscow")).unwrap();
        let moment =
            AnyValue::Datetime(1_527_156_000_000_000, TimeUnit::Microseconds, zone.as_ref());
        assert_eq!(words(moment).as_deref(), Some("2018-05-24 10:00:00"));
    }

    #[test]
    fn more_rows_than_are_held_come_in_order() {
        let n: Vec<u32> = (0..10_000).collect();
        let bytes = file(DataFrame::new(n.len(), vec![Column::new("n".into(), n)]).unwrap());
        let found = rows(&bytes).unwrap();
        assert_eq!(found.len(), 10_000);
        assert!(
            found
                .iter()
                .enumerate()
                .all(|(at, row)| row[0].1 == at.to_string())
        );
    }

    #[test]
    fn damaged_files_are_errors() {
        let bytes = file(DataFrame::new(3, vec![Column::new("n".into(), [1u32, 2, 3])]).unwrap());
        for damaged in [
            &b"PAR1junkPAR1"[..],
            b"",
            &bytes[..bytes.len() / 2],
            &bytes[8..],
        ] {
            assert!(
                Parquet
                    .unpacked_bytes(damaged)
                    .and_then(|_| rows(damaged))
                    .is_err()
            );
        }
    }
}
