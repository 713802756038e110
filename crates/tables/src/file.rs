//! Parquet files: written whole or not at all, read with an error that names the file.

use std::{
    fs,
    io::{self, Cursor},
    marker::PhantomData,
    path::{Path, PathBuf},
};

use polars::{
    io::{mmap::MmapBytesReader, parquet::write::BatchedWriter},
    prelude::*,
};
use visavis_records::{ChunkId, UnitVectors, rows::EmbeddingRow};

use crate::{
    SCHEMA_VERSION,
    cell::{Cell, array_column},
    schema::Table,
};

/// Rows a row group: large enough to compress, small enough to skip.
const ROW_GROUP: usize = 65_536;

/// Why a table cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not what it should be.
    #[error("{} {what}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
}

/// What every table says of the run that wrote it, in the Parquet footer under `visavis.KEY`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Footer {
    /// Keys and values, in order: `model`, `configuration`, `inputs`.
    pub entries: Vec<(String, String)>,
}

fn io_error(path: &Path, source: io::Error) -> TableError {
    TableError::Io {
        path: path.into(),
        source,
    }
}

fn open(path: &Path) -> Result<fs::File, TableError> {
    fs::File::open(path).map_err(|e| io_error(path, e))
}

fn unreadable(path: &Path, error: &PolarsError) -> TableError {
    TableError::Malformed {
        path: path.into(),
        what: format!("is not a readable Parquet file: {error}"),
    }
}

/// A file under a temporary name, gone unless it is completed.
struct Partial {
    path: PathBuf,
    partial: PathBuf,
}

impl Partial {
    fn create(path: &Path) -> Result<(Self, fs::File), TableError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let partial = path.with_file_name(format!(".{name}.partial"));
        let file = fs::File::create(&partial).map_err(|e| io_error(path, e))?;
        let path = path.to_owned();
        Ok((Self { path, partial }, file))
    }

    /// Gives the file its name.
    fn complete(self) -> Result<(), TableError> {
        fs::rename(&self.partial, &self.path).map_err(|e| io_error(&self.path, e))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Of a completed file nothing is left under this name.
        let _ = fs::remove_file(&self.partial);
    }
}

/// Writes a file under a temporary name and renames it when it is complete.
pub fn whole_file(
    path: &Path,
    write: impl FnOnce(&fs::File) -> io::Result<()>,
) -> Result<(), TableError> {
    let (partial, file) = Partial::create(path)?;
    write(&file).map_err(|e| io_error(path, e))?;
    partial.complete()
}

/// A writer of frames with this schema.
fn writer(
    file: fs::File,
    schema: &Schema,
    footer: &Footer,
) -> ParquetWriter<io::BufWriter<fs::File>> {
    let mut entries = vec![(
        "visavis.schema_version".to_owned(),
        SCHEMA_VERSION.to_string(),
    )];
    let fields = schema
        .iter_fields()
        .map(|f| (f.name().clone(), f.to_arrow(CompatLevel::oldest())))
        .collect();
    let arrow = polars_parquet::write::schema_to_metadata_key(&fields);
    entries.push((arrow.key, arrow.value.unwrap_or_default()));
    entries.extend(
        footer
            .entries
            .iter()
            .map(|(k, v)| (format!("visavis.{k}"), v.clone())),
    );
    ParquetWriter::new(io::BufWriter::new(file))
        .with_compression(ParquetCompression::Zstd(None))
        .with_row_group_size(Some(ROW_GROUP))
        .with_key_value_metadata(Some(KeyValueMetadata::from_static(entries)))
}

fn write_frame(path: &Path, mut frame: DataFrame, footer: &Footer) -> Result<(), TableError> {
    frame.rechunk_mut();
    let (partial, file) = Partial::create(path)?;
    writer(file, frame.schema(), footer)
        .finish(&mut frame)
        .map_err(|e| io_error(path, io::Error::other(e)))?;
    partial.complete()
}

fn path_of<T: Table>(folder: &Path) -> PathBuf {
    folder.join(T::NAME).with_extension("parquet")
}

/// Writes a table into `folder`.
///
/// # Errors
/// Where the file cannot be written.
pub fn write<T: Table>(folder: &Path, rows: &[T], footer: &Footer) -> Result<(), TableError> {
    write_frame(&path_of::<T>(folder), T::frame(rows), footer)
}

/// A table that is written piece by piece: memory holds one piece.
pub struct Writer<T> {
    partial: Partial,
    groups: BatchedWriter<io::BufWriter<fs::File>>,
    schema: SchemaRef,
    rows: PhantomData<T>,
}

impl<T: Table> Writer<T> {
    /// A table in `folder`, which appears there when it is finished.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn create(folder: &Path, footer: &Footer) -> Result<Self, TableError> {
        let path = path_of::<T>(folder);
        let schema = T::frame(&[]).schema().clone();
        let (partial, file) = Partial::create(&path)?;
        let groups = writer(file, &schema, footer)
            .batched(&schema)
            .map_err(|e| io_error(&path, io::Error::other(e)))?;
        Ok(Self {
            partial,
            groups,
            schema,
            rows: PhantomData,
        })
    }

    /// Writes rows, which become a row group where there are any.
    ///
    /// # Errors
    /// Where the file cannot be written.
    ///
    /// # Panics
    /// If the rows have columns that no rows have not, as those of `documents` with metadata: [`write()`] takes them.
    pub fn write(&mut self, rows: &[T]) -> Result<(), TableError> {
        let mut frame = T::frame(rows);
        assert_eq!(*frame.schema(), self.schema, "columns that depend on rows");
        frame.rechunk_mut();
        self.groups
            .write_batch(&frame)
            .map_err(|e| io_error(&self.partial.path, io::Error::other(e)))
    }

    /// Completes the table.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn finish(self) -> Result<(), TableError> {
        self.groups
            .finish()
            .map_err(|e| io_error(&self.partial.path, io::Error::other(e)))?;
        self.partial.complete()
    }
}

/// Reads the table of `folder` piece by piece, as it was written.
///
/// # Errors
/// Where the file is missing or broken; for each piece, where it is broken or has other columns.
pub fn read_pieces<T: Table>(
    folder: &Path,
) -> Result<impl Iterator<Item = Result<Vec<T>, TableError>> + use<T>, TableError> {
    let path = path_of::<T>(folder);
    let mut reader = ParquetReader::new(open(&path)?);
    let metadata = reader.get_metadata().map_err(|e| unreadable(&path, &e))?;
    let sizes: Vec<usize> = metadata
        .row_groups
        .iter()
        .map(polars_parquet::read::RowGroupMetadata::num_rows)
        .collect();
    let mut start = 0;
    Ok(sizes.into_iter().map(move |rows| {
        let slice = (start, rows);
        start += rows;
        parse(&path, open(&path)?, Some(slice))
    }))
}

/// Writes `embeddings.parquet` and, row-aligned with it, `embeddings.npy`.
///
/// # Errors
/// Where a file cannot be written.
///
/// # Panics
/// If there is not one vector a passage.
pub fn write_embeddings(
    folder: &Path,
    ids: &[ChunkId],
    vectors: &UnitVectors,
    footer: &Footer,
) -> Result<(), TableError> {
    assert_eq!(ids.len(), vectors.len(), "one vector a passage");
    crate::write_npy(
        &folder.join("embeddings.npy"),
        vectors.as_slice(),
        vectors.dim(),
    )?;
    let vector = array_column("vector", vectors.as_slice(), vectors.dim());
    let frame = DataFrame::new(
        ids.len(),
        vec![ChunkId::column("chunk_id", ids.to_vec()), vector],
    );
    write_frame(
        &path_of::<EmbeddingRow>(folder),
        frame.expect("two columns of one length"),
        footer,
    )
}

/// The rows of a table, or of a slice of it: its first row and how many.
fn parse<T: Table>(
    path: &Path,
    reader: impl MmapBytesReader,
    slice: Option<(usize, usize)>,
) -> Result<Vec<T>, TableError> {
    let frame = ParquetReader::new(reader)
        .with_slice(slice)
        .finish()
        .map_err(|e| unreadable(path, &e))?;
    T::rows(&frame).map_err(|what| TableError::Malformed {
        path: path.into(),
        what,
    })
}

/// Reads the table of `folder`.
///
/// # Errors
/// Where the file is missing, broken or has other columns.
pub fn read<T: Table>(folder: &Path) -> Result<Vec<T>, TableError> {
    let path = path_of::<T>(folder);
    parse(&path, open(&path)?, None)
}

/// Reads a table from the bytes of its file; `name` stands for the file in errors.
///
/// # Errors
/// Where the bytes are broken or have other columns.
pub fn read_bytes<T: Table>(name: &str, bytes: &[u8]) -> Result<Vec<T>, TableError> {
    parse(Path::new(name), Cursor::new(bytes), None)
}

/// The footer's entries that visavis wrote, without their prefix, `schema_version` first.
///
/// # Errors
/// Where the file is missing or broken.
pub fn read_footer<T: Table>(folder: &Path) -> Result<Footer, TableError> {
    let path = path_of::<T>(folder);
    let mut reader = ParquetReader::new(open(&path)?);
    let metadata = reader.get_metadata().map_err(|e| TableError::Malformed {
        path,
        what: e.to_string(),
    })?;
    let pairs = metadata.key_value_metadata().iter().flatten();
    let entries = pairs
        .filter_map(|kv| {
            Some((
                kv.key.strip_prefix("visavis.")?.to_owned(),
                kv.value.clone()?,
            ))
        })
        .collect();
    Ok(Footer { entries })
}
