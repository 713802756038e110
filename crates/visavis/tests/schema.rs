//! The published schema is held still: who changes it raises its version and this snapshot on purpose.

mod program;

use program::{repository, stdout, visavis};

#[test]
fn the_schema_is_the_published_one() {
    let printed = stdout(&visavis(["schema"]));
    let published = std::fs::read_to_string(repository("crates/visavis/tests/schema.txt")).unwrap();
    assert!(
        printed == published,
        "the schema changed: raise SCHEMA_VERSION in crates/tables/src/schema.rs if a table differs, \
         then `visavis schema > crates/visavis/tests/schema.txt`"
    );
}

#[test]
fn help_names_every_subcommand() {
    let help = stdout(&visavis(["--help"]));
    for command in [
        "run", "read", "chunk", "embed", "cluster", "compare", "report", "search", "schema",
        "model", "bench",
    ] {
        assert!(help.contains(&format!("  {command} ")), "{command}: {help}");
    }
}
