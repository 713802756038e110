//! Records to Parquet and back; the published schema.
//!
//! Each table of a run is a file `NAME.parquet` whose rows are a struct of [`visavis_records::rows`]. [`schema`] lists
//! every column with its type, unit and meaning; `visavis schema` prints it and a test holds it still.
//!
//! ```
//! use visavis_records::rows::TextRow;
//! use visavis_tables::{Footer, read, write};
//! # let folder = std::env::temp_dir().join(format!("visavis-tables-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! let rows = vec![TextRow { doc_id: "00000000000000ff".parse()?, text: "мир".into() }];
//! write(&folder, &rows, &Footer::default())?;
//! assert_eq!(read::<TextRow>(&folder)?, rows);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Parquet`] opens Parquet made by others, for `read`.
//!
//! Invariants: the same rows give the same bytes; a file appears under its final name only when it is complete;
//! polars stays behind this crate's walls. This crate knows nothing of how rows come about.

mod cell;
mod file;
mod npy;
mod records;
mod schema;

pub use file::{
    Footer, TableError, Writer, read, read_bytes, read_footer, read_pieces, write, write_embeddings,
};
pub use npy::{read_npy, write_npy};
pub use records::Parquet;
pub use schema::{ColumnSchema, SCHEMA_VERSION, Table, TableSchema, schema};
