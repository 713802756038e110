//! How one Rust value becomes one cell of a column, and back.

use polars::prelude::*;
use visavis_records::{
    CalibrationKind, ChunkId, ContentHash, Date, DocId, Language, rows::NeighborCell,
};

/// A type of cell. `NULL` is true where the column may hold nulls.
pub trait Cell: Sized {
    /// The type's name in the schema.
    const TYPE: &'static str;
    const NULL: bool = false;
    fn column(name: &str, cells: Vec<Self>) -> Column;
    /// What is wrong is said in the error, without the column's name.
    fn cells(column: &Column) -> Result<Vec<Self>, String>;
}

fn wrong(error: &PolarsError) -> String {
    error.to_string()
}

fn no_null<T>(cells: Vec<Option<T>>) -> Result<Vec<T>, String> {
    cells
        .into_iter()
        .collect::<Option<_>>()
        .ok_or_else(|| "has a null where none may be".to_owned())
}

/// Cells of plain numbers: required and nullable.
macro_rules! number_cell {
    ($($rust:ty, $name:literal, $access:ident;)*) => {$(
        impl Cell for Option<$rust> {
            const TYPE: &'static str = $name;
            const NULL: bool = true;
            fn column(name: &str, cells: Vec<Self>) -> Column { Column::new(name.into(), cells) }
            fn cells(column: &Column) -> Result<Vec<Self>, String> {
                Ok(column.$access().map_err(|e| wrong(&e))?.iter().collect())
            }
        }
        impl Cell for $rust {
            const TYPE: &'static str = $name;
            fn column(name: &str, cells: Vec<Self>) -> Column { Column::new(name.into(), cells) }
            fn cells(column: &Column) -> Result<Vec<Self>, String> { no_null(Option::<$rust>::cells(column)?) }
        }
    )*};
}

number_cell! {
    bool, "bool", bool;
    u32, "u32", u32;
    i32, "i32", i32;
    f32, "f32", f32;
    f64, "f64", f64;
}

/// Cells of types that are a short string: required, nullable, and lists.
macro_rules! text_cell {
    ($($rust:ty, $to:expr, $from:expr;)*) => {$(
        impl Cell for Option<$rust> {
            const TYPE: &'static str = "str";
            const NULL: bool = true;
            fn column(name: &str, cells: Vec<Self>) -> Column {
                let to: fn(&$rust) -> String = $to;
                Column::new(name.into(), cells.iter().map(|c| c.as_ref().map(to)).collect::<Vec<Option<String>>>())
            }
            fn cells(column: &Column) -> Result<Vec<Self>, String> {
                let from: fn(&str) -> Result<$rust, String> = $from;
                column.str().map_err(|e| wrong(&e))?.iter().map(|c| c.map(from).transpose()).collect()
            }
        }
        impl Cell for $rust {
            const TYPE: &'static str = "str";
            fn column(name: &str, cells: Vec<Self>) -> Column {
                Option::<$rust>::column(name, cells.into_iter().map(Some).collect())
            }
            fn cells(column: &Column) -> Result<Vec<Self>, String> { no_null(Option::<$rust>::cells(column)?) }
        }
        impl Cell for Vec<$rust> {
            const TYPE: &'static str = "list<str>";
            fn column(name: &str, cells: Vec<Self>) -> Column {
                list_column(name, cells, <$rust as Cell>::column)
            }
            fn cells(column: &Column) -> Result<Vec<Self>, String> { list_cells(column) }
        }
    )*};
}

text_cell! {
    String, Clone::clone, |s| Ok(s.to_owned());
    DocId, ToString::to_string, |s| s.parse().map_err(|e| format!("{e}"));
    ChunkId, ToString::to_string, |s| s.parse().map_err(|e| format!("{e}"));
    ContentHash, ToString::to_string, |s| s.parse().map_err(|e| format!("{e}"));
    Language, ToString::to_string, |s| s.parse().map_err(|e| format!("{e}"));
    CalibrationKind, |k| k.name().to_owned(), |s| CalibrationKind::from_name(s).ok_or_else(|| format!("`{s}` is no kind"));
}

/// Lists, built from one flat column of their items.
fn list_column<T>(
    name: &str,
    cells: Vec<Vec<T>>,
    items: impl Fn(&str, Vec<T>) -> Column,
) -> Column {
    let lengths: Vec<usize> = cells.iter().map(Vec::len).collect();
    let flat = items("item", cells.into_iter().flatten().collect());
    let flat = flat.as_materialized_series();
    let mut start = 0i64;
    let lists = lengths.iter().map(|&n| {
        let list = flat.slice(start, n);
        start += n as i64;
        list
    });
    let mut list: ListChunked = if lengths.is_empty() {
        ListChunked::full_null_with_dtype(name.into(), 0, flat.dtype())
    } else {
        lists.map(Some).collect_trusted_or_not(flat.dtype())
    };
    list.rename(name.into());
    list.into_column()
}

/// Collects lists of a known item type, so that a column of empty lists keeps it.
trait CollectLists {
    fn collect_trusted_or_not(self, item: &DataType) -> ListChunked;
}

impl<I: Iterator<Item = Option<Series>>> CollectLists for I {
    fn collect_trusted_or_not(self, item: &DataType) -> ListChunked {
        let series: Vec<Option<Series>> = self.collect();
        let mut builder = polars::chunked_array::builder::get_list_builder(
            item,
            series.len() * 4,
            series.len(),
            "".into(),
        );
        for list in &series {
            match list {
                Some(list) => builder.append_series(list).expect("items of one type"),
                None => builder.append_null(),
            }
        }
        builder.finish()
    }
}

fn list_cells<T: Cell>(column: &Column) -> Result<Vec<Vec<T>>, String> {
    let lists = column.list().map_err(|e| wrong(&e))?;
    (0..lists.len())
        .map(|i| match lists.get_as_series(i) {
            Some(items) => T::cells(&items.into_column()),
            None => Err("has a null where none may be".to_owned()),
        })
        .collect()
}

impl Cell for Vec<f32> {
    const TYPE: &'static str = "list<f32>";
    fn column(name: &str, cells: Vec<Self>) -> Column {
        list_column(name, cells, f32::column)
    }
    fn cells(column: &Column) -> Result<Vec<Self>, String> {
        list_cells(column)
    }
}

impl Cell for Box<[f32]> {
    const TYPE: &'static str = "array<f32, dim>";
    fn column(name: &str, cells: Vec<Self>) -> Column {
        let dim = cells.first().map_or(1, |c| c.len());
        array_column(name, &cells.concat(), dim)
    }
    fn cells(column: &Column) -> Result<Vec<Self>, String> {
        let arrays = column.array().map_err(|e| wrong(&e))?;
        let dim = arrays.width().max(1);
        let flat = arrays.get_inner();
        let values = f32::cells(&flat.into_column())?;
        Ok(values.chunks_exact(dim).map(Box::from).collect())
    }
}

/// A column of fixed-size arrays from contiguous values, n × dim.
pub fn array_column(name: &str, values: &[f32], dim: usize) -> Column {
    let flat = Series::new(name.into(), values);
    let shape = [ReshapeDimension::Infer, ReshapeDimension::new(dim as i64)];
    if values.is_empty() {
        let dtype = DataType::Array(Box::new(DataType::Float32), dim);
        return Series::new_empty(name.into(), &dtype).into_column();
    }
    flat.reshape_array(&shape)
        .expect("whole rows")
        .into_column()
}

impl Cell for Option<Date> {
    const TYPE: &'static str = "date";
    const NULL: bool = true;
    fn column(name: &str, cells: Vec<Self>) -> Column {
        let days: Vec<Option<i32>> = cells.iter().map(|c| c.map(Date::days)).collect();
        Int32Chunked::new(name.into(), days)
            .into_date()
            .into_column()
    }
    fn cells(column: &Column) -> Result<Vec<Self>, String> {
        let days = column.date().map_err(|e| wrong(&e))?;
        Ok(days
            .physical()
            .iter()
            .map(|d| d.map(Date::from_days))
            .collect())
    }
}

impl Cell for Date {
    const TYPE: &'static str = "date";
    fn column(name: &str, cells: Vec<Self>) -> Column {
        Option::<Date>::column(name, cells.into_iter().map(Some).collect())
    }
    fn cells(column: &Column) -> Result<Vec<Self>, String> {
        no_null(Option::<Date>::cells(column)?)
    }
}

impl Cell for Option<NeighborCell> {
    const TYPE: &'static str = "struct<ids: list<u32>, distances: list<f32>>";
    const NULL: bool = true;

    /// Null cells are structs whose two lists are null: a null struct and a struct of nulls read alike everywhere.
    fn column(name: &str, cells: Vec<Self>) -> Column {
        let n = cells.len();
        let valid: Vec<bool> = cells.iter().map(Option::is_some).collect();
        let (ids, distances): (Vec<_>, Vec<_>) = cells
            .into_iter()
            .flatten()
            .map(|c| (c.ids, c.distances))
            .unzip();
        let spread = |column: Column| -> Series {
            let dense = column.list().expect("a list column").clone();
            let mut next = 0;
            let lists = valid.iter().map(|&v| {
                let list = if v { dense.get_as_series(next) } else { None };
                next += usize::from(v);
                list
            });
            lists
                .collect_trusted_or_not(dense.inner_dtype())
                .into_series()
        };
        let ids = spread(list_column("ids", ids, u32::column)).with_name("ids".into());
        let distances =
            spread(list_column("distances", distances, f32::column)).with_name("distances".into());
        StructChunked::from_series(name.into(), n, [ids, distances].iter())
            .expect("two columns of one length")
            .into_column()
    }

    fn cells(column: &Column) -> Result<Vec<Self>, String> {
        let fields = column.struct_().map_err(|e| wrong(&e))?.fields_as_series();
        let [ids, distances] = fields.as_slice() else {
            return Err("is not a struct of ids and distances".into());
        };
        let lists = |series: &Series| -> Result<ListChunked, String> {
            Ok(series.list().map_err(|e| wrong(&e))?.clone())
        };
        let (ids, distances) = (lists(ids)?, lists(distances)?);
        (0..column.len())
            .map(
                |i| match (ids.get_as_series(i), distances.get_as_series(i)) {
                    (Some(ids), Some(distances)) => Ok(Some(NeighborCell {
                        ids: u32::cells(&ids.into_column())?,
                        distances: f32::cells(&distances.into_column())?,
                    })),
                    _ => Ok(None),
                },
            )
            .collect()
    }
}
